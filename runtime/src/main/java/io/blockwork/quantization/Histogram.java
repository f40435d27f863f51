package io.blockwork.quantization;

import java.util.Arrays;

/**
 * How often which magnitudes were seen; its width doubles when a larger one comes. Zeros, of which
 * ReLU leaves many, do not count: they are exact whatever the range.
 */
final class Histogram {
  private static final int BINS = 2048;

  /** Bytes tell so many magnitudes apart. */
  private static final int LEVELS = 128;

  private static final double KEPT = 0.9999;

  private long[] counts = new long[BINS];

  /** Magnitudes from 0 to this fall into the bins; 0: nothing but zeros has come. */
  private float width;

  void add(float value) {
    float magnitude = Math.abs(value);
    if (magnitude == 0) {
      return;
    }
    if (magnitude >= width) {
      widen(magnitude);
    }
    counts[Math.min(BINS - 1, (int) (magnitude / width * BINS))]++;
  }

  private void widen(float magnitude) {
    if (width == 0) {
      // A power of two, so that doubling it keeps the bins' edges exact.
      width = Math.scalb(1f, Math.getExponent(magnitude) + 1);
      return;
    }
    while (magnitude >= width) {
      long[] merged = new long[BINS];
      for (int i = 0; i < BINS; i++) {
        merged[i / 2] += counts[i];
      }
      counts = merged;
      width *= 2;
    }
  }

  /** The magnitude from which on values are cut off. */
  float limit(CalibrationMethod method) {
    return switch (method) {
      case MIN_MAX -> width;
      case PERCENTILE -> edge(percentile());
      case ENTROPY -> edge(leastDivergence());
    };
  }

  private float edge(int bins) {
    return width * bins / BINS;
  }

  private int percentile() {
    long all = Arrays.stream(counts).sum();
    long seen = 0;
    for (int i = 0; i < BINS; i++) {
      seen += counts[i];
      if (seen >= KEPT * all) {
        return i + 1;
      }
    }
    return BINS;
  }

  private int leastDivergence() {
    int best = BINS;
    double least = Double.POSITIVE_INFINITY;
    for (int bins = LEVELS; bins <= BINS; bins += LEVELS / 16) {
      double divergence = divergence(bins);
      if (divergence < least) {
        least = divergence;
        best = bins;
      }
    }
    return best;
  }

  /** Of what is left of the floats' distribution when the first bins become bytes. */
  private double divergence(int bins) {
    double[] floats = new double[bins];
    for (int i = 0; i < bins; i++) {
      floats[i] = counts[i];
    }
    for (int i = bins; i < BINS; i++) {
      floats[bins - 1] += counts[i];
    }
    double[] bytes = new double[bins];
    double all = 0;
    double allBytes = 0;
    for (int level = 0; level < LEVELS; level++) {
      int from = (int) ((long) bins * level / LEVELS);
      int to = (int) ((long) bins * (level + 1) / LEVELS);
      double sum = 0;
      int filled = 0;
      for (int i = from; i < to; i++) {
        sum += counts[i];
        filled += floats[i] > 0 ? 1 : 0;
      }
      for (int i = from; i < to; i++) {
        bytes[i] = floats[i] > 0 ? sum / filled : 0;
        all += floats[i];
        allBytes += bytes[i];
      }
    }
    double divergence = 0;
    for (int i = 0; i < bins; i++) {
      if (floats[i] > 0) {
        double p = floats[i] / all;
        // What is cut off may leave a bin without bytes: it counts as one of very few.
        double q = Math.max(bytes[i] / Math.max(allBytes, 1), 1e-12);
        divergence += p * Math.log(p / q);
      }
    }
    return divergence;
  }
}
