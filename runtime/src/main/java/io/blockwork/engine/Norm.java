package io.blockwork.engine;

/**
 * A batch norm's constants.
 *
 * @param eps added to the variance under the root
 * @param momentum share of the batch's statistics in the new running statistics, as in torch (and
 *     not as in the papers of other frameworks)
 */
public record Norm(double eps, double momentum) {
  private static final Norm TORCH = new Norm(1e-5, 0.1);

  /** Torch's: 1e-5 and 0.1. */
  public static Norm norm() {
    return TORCH;
  }

  /** The same with another epsilon. */
  public Norm eps(double eps) {
    return new Norm(eps, momentum);
  }

  /** The same with another momentum. */
  public Norm momentum(double momentum) {
    return new Norm(eps, momentum);
  }
}
