package io.blockwork.golden;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The formula behind the golden figures: every value follows from its tensor's name and its index.
 */
public final class GoldenFormula {
  private GoldenFormula() {}

  /** The values of a tensor, in C order. */
  public static double[] values(String name, long... shape) {
    return values(name, 1, shape);
  }

  /**
   * The values of a tensor, in C order.
   *
   * @param gain of weights of more than one dimension
   */
  static double[] values(String name, double gain, long... shape) {
    int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    long seed = seed(name);
    double[] values = new double[length];
    switch (leaf) {
      case "num_batches_tracked" -> {}
      case "input", "target" -> centred(values, seed, Math.sqrt(3.0));
      case "running_var" -> affine(values, seed);
      case "bias", "running_mean" -> {
        for (int i = 0; i < length; i++) {
          values[i] = 0.2 * (uniform(seed, i) - 0.5);
        }
      }
      case "weight" -> {
        if (shape.length > 1) {
          long fanIn = length / shape[0];
          centred(values, seed, Math.sqrt(3 * gain / fanIn));
        } else {
          affine(values, seed);
        }
      }
      default -> throw new IllegalArgumentException("the formula knows no tensor like " + name);
    }
    return values;
  }

  /** The labels of the first {@code batch} images. */
  static int[] labels(int batch, int classes) {
    long seed = seed("labels");
    int[] labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = (int) Long.remainderUnsigned(hash(seed, i), classes);
    }
    return labels;
  }

  /** The shape of a list, as arrays take it. */
  static long[] shape(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).toArray();
  }

  private static void centred(double[] values, long seed, double limit) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (2 * uniform(seed, i) - 1) * limit;
    }
  }

  private static void affine(double[] values, long seed) {
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.75 + 0.5 * uniform(seed, i);
    }
  }

  static long seed(String name) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return crc.getValue() << 32;
  }

  /** splitmix64 (Steele et al. 2014) of {@code seed + index}. */
  static long hash(long seed, long index) {
    long z = seed + index + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static double uniform(long seed, long index) {
    return (hash(seed, index) >>> 11) * 0x1.0p-53;
  }
}
