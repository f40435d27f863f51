package io.blockwork.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax cross entropy in which what is known well weighs little: {@code -(1 - p)^gamma * log(p)}
 * for the probability p of the image's class (Lin and others, 2017), the mean over the images.
 *
 * @param targets classes or probabilities
 * @param gamma how much less the known weighs, at least 0
 */
record FocalLoss(Targets targets, double gamma) implements Loss {
  FocalLoss {
    requireGamma(gamma);
  }

  static void requireGamma(double gamma) {
    if (!(gamma >= 0) || Double.isInfinite(gamma)) {
      throw new IllegalArgumentException(
          "gamma of the focal loss: expected a number of at least 0, got " + gamma);
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
    double loss = 0;
    for (int i = 0; i < logits.rows(); i++) {
      loss += row(i, logits, gradient);
    }
    return loss / logits.rows();
  }

  private double row(int i, Matrix logits, Matrix gradient) {
    int classes = logits.columns();
    double log = logits.logSumExp(i, 1);
    double loss = 0;
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      double target = targets.get(i, c);
      double logP = logits.get(i, c) - log;
      loss -= target == 0 ? 0 : target * power(logP, gamma) * logP;
      sum += target * slope(logP);
    }
    for (int c = 0; c < classes; c++) {
      double logP = logits.get(i, c) - log;
      double own = targets.get(i, c) * slope(logP);
      gradient.put(i, c, (own - Math.exp(logP) * sum) / logits.rows());
    }
    return loss;
  }

  /** The derivative of one term with respect to log p. */
  private double slope(double logP) {
    double p = Math.exp(logP);
    double known = gamma == 0 || logP == 0 ? 0 : gamma * power(logP, gamma - 1) * p * logP;
    return known - power(logP, gamma);
  }

  /** {@code (1 - p)^exponent}, exact also where p is almost 1. */
  private static double power(double logP, double exponent) {
    return Math.pow(-Math.expm1(logP), exponent);
  }
}
