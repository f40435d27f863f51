package io.blockwork.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Focal loss of each class by itself, as torchvision's {@code sigmoid_focal_loss}, the mean over
 * all images and classes.
 *
 * @param targets classes, or what of each class is there, 0 to 1
 * @param alpha weight of what is there; {@code 1 - alpha} is that of what is not; negative: both
 *     weigh 1
 * @param gamma how much less the known weighs, at least 0
 */
record SigmoidFocalLoss(Targets targets, double alpha, double gamma) implements Loss {
  SigmoidFocalLoss {
    FocalLoss.requireGamma(gamma);
    if (!(alpha <= 1)) {
      throw new IllegalArgumentException(
          "alpha of the focal loss: expected at most 1, got " + alpha);
    }
  }

  @Override
  public void check(long... outputShape) {
    targets.check("focal loss", outputShape);
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    Matrix logits = Matrix.of(output);
    Matrix gradient = Matrix.of(outputGradient);
    double count = (double) logits.rows() * logits.columns();
    double loss = 0;
    for (int i = 0; i < logits.rows(); i++) {
      for (int c = 0; c < logits.columns(); c++) {
        double x = logits.get(i, c);
        double target = targets.get(i, c);
        double weight = alpha < 0 ? 1 : alpha * target + (1 - alpha) * (1 - target);
        double entropy = BinaryCrossEntropy.crossEntropy(x, target);
        double p = BinaryCrossEntropy.sigmoid(x);
        double rest = BinaryCrossEntropy.sigmoid(-x);
        // One minus the probability of what is right.
        double wrong = p * (1 - target) + rest * target;
        double factor = Math.pow(wrong, gamma);
        loss += weight * factor * entropy;
        double turn =
            gamma == 0 || wrong == 0
                ? 0
                : gamma * Math.pow(wrong, gamma - 1) * (1 - 2 * target) * p * rest * entropy;
        gradient.put(i, c, weight * (factor * (p - target) + turn) / count);
      }
    }
    return loss / count;
  }
}
