package io.blockwork.engine;

/**
 * Divides each value by {@code (k + alpha * m) ^ beta}, where m is the mean of the squares of
 * {@code size} neighbouring channels, those beyond the first and last counting as zeros (Krizhevsky
 * et al. 2012), as torch's {@code LocalResponseNorm}.
 *
 * @param size channels that a value sees: {@code size / 2} before it, the rest from it on
 * @param alpha weight of the mean
 * @param beta exponent
 * @param k constant
 */
public record LocalResponseNorm(int size, double alpha, double beta, double k) {
  /** Torch's defaults: 1e-4, 0.75 and 1. */
  public static LocalResponseNorm localResponseNorm(int size) {
    return new LocalResponseNorm(size, 1e-4, 0.75, 1);
  }

  /** The same with another factor. */
  public LocalResponseNorm alpha(double alpha) {
    return new LocalResponseNorm(size, alpha, beta, k);
  }

  /** The same with another exponent. */
  public LocalResponseNorm beta(double beta) {
    return new LocalResponseNorm(size, alpha, beta, k);
  }

  /** The same with another summand. */
  public LocalResponseNorm k(double k) {
    return new LocalResponseNorm(size, alpha, beta, k);
  }
}
