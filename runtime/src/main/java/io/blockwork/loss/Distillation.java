package io.blockwork.loss;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What another network says, beside the labels (Hinton, Vinyals and Dean, 2015): {@code (1 -
 * weight) * hard + weight * T^2 * KL(softmax(teacher / T), softmax(output / T))}, the divergence
 * being the mean over the images.
 *
 * @param teacher the other network's output
 * @param temperature T, that softens both outputs; positive
 * @param weight of the other network, 0 to 1
 * @param hard the loss of the labels
 */
record Distillation(INDArray teacher, double temperature, double weight, Loss hard)
    implements Loss {
  Distillation {
    if (!(temperature > 0 && weight >= 0 && weight <= 1) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "distillation: expected a positive temperature and a weight from 0 to 1, got %s and"
                  + " %s",
              temperature, weight));
    }
  }

  @Override
  public void check(long... outputShape) {
    hard.check(outputShape);
    if (outputShape.length != 2 || !Arrays.equals(teacher.shape(), outputShape)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "distillation: the teacher's output is %s, the network's %s; expected [N, classes] of"
                  + " both",
              Arrays.toString(teacher.shape()), Arrays.toString(outputShape)));
    }
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    double labels = hard.evaluate(output, outputGradient);
    Matrix logits = Matrix.of(output);
    Matrix wanted = Matrix.of(teacher);
    Matrix gradient = Matrix.of(outputGradient);
    double divergence = 0;
    for (int i = 0; i < logits.rows(); i++) {
      double log = logits.logSumExp(i, temperature);
      double teacherLog = wanted.logSumExp(i, temperature);
      for (int c = 0; c < logits.columns(); c++) {
        double own = logits.get(i, c) / temperature - log;
        double other = wanted.get(i, c) / temperature - teacherLog;
        double p = Math.exp(other);
        divergence += p * (other - own);
        double soft = temperature * (Math.exp(own) - p) / logits.rows();
        gradient.put(i, c, (1 - weight) * gradient.get(i, c) + weight * soft);
      }
    }
    double soft = temperature * temperature * divergence / logits.rows();
    return (1 - weight) * labels + weight * soft;
  }
}
