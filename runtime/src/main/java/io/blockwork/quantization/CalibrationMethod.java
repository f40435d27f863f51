package io.blockwork.quantization;

/** How the range of a tensor follows from the values that were seen. */
public enum CalibrationMethod {
  /** From the smallest to the largest: nothing is cut off, and a single outlier coarsens all. */
  MIN_MAX,
  /** Without the 0.01 % of the values that are farthest from zero. */
  PERCENTILE,
  /**
   * Cut off where the distribution of the bytes tells least of less than that of the floats: the
   * smallest Kullback-Leibler divergence (Migacz 2017).
   */
  ENTROPY
}
