package io.blockwork.golden;

/** How far a tensor's figures may be from the reference. */
interface Tolerance {
  /** For a single value. */
  double value(double value, double norm, long length);

  /** For the L2 norm. */
  double norm(double norm, long length);

  /** For the sum. */
  double sum(double sum, double norm, long length);

  /**
   * Each figure relative to itself; values smaller than the tensor's root mean square relative to
   * that, and sums smaller than the norm relative to that, since near a zero crossing there are no
   * digits to compare.
   */
  static Tolerance relative(double epsilon) {
    return new Tolerance() {
      @Override
      public double value(double value, double norm, long length) {
        return epsilon * Math.max(Math.abs(value), norm / Math.sqrt(length));
      }

      @Override
      public double norm(double norm, long length) {
        return epsilon * norm;
      }

      @Override
      public double sum(double sum, double norm, long length) {
        return epsilon * Math.max(Math.abs(sum), norm);
      }
    };
  }

  /** What follows when the tensor as a whole is within {@code epsilon} of its L2 norm. */
  static Tolerance norm(double epsilon) {
    return new Tolerance() {
      @Override
      public double value(double value, double norm, long length) {
        return epsilon * norm;
      }

      @Override
      public double norm(double norm, long length) {
        return epsilon * norm;
      }

      @Override
      public double sum(double sum, double norm, long length) {
        return epsilon * norm * Math.sqrt(length);
      }
    };
  }

  /** What follows when each value is within {@code deviation}. */
  static Tolerance absolute(double deviation) {
    return new Tolerance() {
      @Override
      public double value(double value, double norm, long length) {
        return deviation;
      }

      @Override
      public double norm(double norm, long length) {
        return deviation * Math.sqrt(length);
      }

      @Override
      public double sum(double sum, double norm, long length) {
        return deviation * length;
      }
    };
  }
}
