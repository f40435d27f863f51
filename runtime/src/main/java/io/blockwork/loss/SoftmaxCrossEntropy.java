package io.blockwork.loss;

import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax cross entropy, averaged over the images, computed in double whatever the network's type.
 *
 * @param targets classes or probabilities
 * @param smoothing the part of each label that is spread over all classes
 * @param weights of the classes; none: all weigh 1
 */
record SoftmaxCrossEntropy(Targets targets, double smoothing, ClassWeights weights)
    implements Loss {
  private static final String NAME = "softmax cross entropy";

  SoftmaxCrossEntropy {
    Targets.requireSmoothing(smoothing);
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    int n = (int) output.size(0);
    Matrix logits = Matrix.of(output);
    Matrix gradient = Matrix.of(outputGradient);
    double divisor = divisor(n);
    double loss = 0;
    for (int i = 0; i < n; i++) {
      loss += row(i, divisor, logits, gradient);
    }
    return loss / divisor;
  }

  /** Torch divides by the weights of the images' classes; by their number, if labels are soft. */
  private double divisor(int n) {
    if (!targets.areIndices() || weights.isEmpty()) {
      return n;
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += weights.of(targets.index(i));
    }
    return sum;
  }

  @Override
  public void check(long... outputShape) {
    targets.check(NAME, outputShape);
    weights.check((int) outputShape[1]);
  }

  @Override
  public Optional<SoftTargets> softTargets(long... outputShape) {
    int n = (int) outputShape[0];
    int classes = (int) outputShape[1];
    return Optional.of(
        new SoftTargets() {
          @Override
          public double divisor() {
            return SoftmaxCrossEntropy.this.divisor(n);
          }

          @Override
          public void write(FloatBuffer to) {
            for (int i = 0; i < n; i++) {
              for (int c = 0; c < classes; c++) {
                to.put((float) target(i, c, classes));
              }
            }
          }
        });
  }

  /** The loss of one image; writes the gradient of its logits. */
  private double row(int i, double divisor, Matrix logits, Matrix gradient) {
    int classes = logits.columns();
    double log = logits.logSumExp(i, 1);
    double loss = 0;
    double mass = 0;
    for (int c = 0; c < classes; c++) {
      double target = target(i, c, classes);
      mass += target;
      loss += target == 0 ? 0 : target * (log - logits.get(i, c));
    }
    for (int c = 0; c < classes; c++) {
      // Probabilities need not sum to one: the gradient is that of the formula as it stands.
      double share = Math.exp(logits.get(i, c) - log);
      gradient.put(i, c, (mass * share - target(i, c, classes)) / divisor);
    }
    return loss;
  }

  private double target(int i, int c, int classes) {
    double smoothed = (1 - smoothing) * targets.get(i, c) + smoothing / classes;
    // Torch weighs what smoothing spreads by the class that it falls to.
    return weights.of(c) * smoothed;
  }

  /**
   * A factor for each class.
   *
   * @param factors finite and at least 0; none: all are 1
   */
  record ClassWeights(double... factors) {
    static final ClassWeights NONE = new ClassWeights();

    ClassWeights {
      factors = factors.clone();
      for (double factor : factors) {
        if (!(factor >= 0 && Double.isFinite(factor))) {
          throw new IllegalArgumentException(
              "weight of a class: expected a number of at least 0, got " + factor);
        }
      }
      if (factors.length > 0 && Arrays.stream(factors).sum() == 0) {
        throw new IllegalArgumentException("weights of the classes: all of them are 0");
      }
    }

    boolean isEmpty() {
      return factors.length == 0;
    }

    double of(int c) {
      return isEmpty() ? 1 : factors[c];
    }

    void check(int classes) {
      if (!isEmpty() && factors.length != classes) {
        throw new ShapeMismatchException(
            SafeText.format(
                "weights of the classes: expected %d, got %d", classes, factors.length));
      }
    }
  }
}
