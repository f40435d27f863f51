package io.blockwork.data;

import java.util.random.RandomGenerator;

/** Symmetric beta distribution, by two gamma variates (Marsaglia and Tsang, 2000). */
final class Beta {
  private Beta() {}

  /** A number in 0 .. 1 distributed as Beta(alpha, alpha). */
  static double sample(double alpha, RandomGenerator random) {
    double first = gamma(alpha, random);
    double sum = first + gamma(alpha, random);
    // For tiny alpha both may underflow; the distribution is then a coin's.
    return sum > 0 ? first / sum : random.nextInt(2);
  }

  /** Shares that add up to one, distributed as Dirichlet(alpha, ..., alpha). */
  static double[] dirichlet(double alpha, int count, RandomGenerator random) {
    double[] shares = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      shares[i] = gamma(alpha, random);
      sum += shares[i];
    }
    if (sum == 0) {
      shares[random.nextInt(count)] = 1;
      return shares;
    }
    for (int i = 0; i < count; i++) {
      shares[i] /= sum;
    }
    return shares;
  }

  private static double gamma(double shape, RandomGenerator random) {
    if (shape < 1) {
      return gamma(shape + 1, random) * Math.pow(1 - random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double root = 1 + c * x;
      if (root > 0) {
        double v = root * root * root;
        if (Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }
}
