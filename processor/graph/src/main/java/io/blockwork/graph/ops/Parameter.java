package io.blockwork.graph.ops;

import java.util.List;

/**
 * An entry of the {@code state_dict}.
 *
 * @param name its full name: {@code layer1.0.conv1.weight}
 * @param kind what it is
 * @param shape its shape, empty for a scalar
 * @param initial what it holds before training
 */
public record Parameter(String name, Kind kind, List<Integer> shape, Initial initial) {
  /** What an entry is. */
  public enum Kind {
    /** A convolution's kernel, or a matrix. */
    WEIGHT(true),
    /** A factor, for all or for each channel. */
    SCALE(true),
    /** Is added. */
    BIAS(true),
    /** A mean that batch norm has seen. */
    RUNNING_MEAN(false),
    /** A variance (unbiased) that batch norm has seen. */
    RUNNING_VAR(false),
    /** Training batches that batch norm has seen, a 64-bit scalar. */
    NUM_BATCHES_TRACKED(false);

    private final boolean learnable;

    Kind(boolean learnable) {
      this.learnable = learnable;
    }

    /** Whether the entry has a gradient. */
    public boolean learnable() {
      return learnable;
    }
  }

  /** Copies the shape. */
  public Parameter {
    shape = List.copyOf(shape);
  }

  static Parameter weight(String path, Initial initial, Integer... shape) {
    return new Parameter(path + ".weight", Kind.WEIGHT, List.of(shape), initial);
  }

  static Parameter bias(String path, Initial initial, int length) {
    return new Parameter(path + ".bias", Kind.BIAS, List.of(length), initial);
  }

  static Parameter scale(String path, Initial initial, int length) {
    return new Parameter(path + ".weight", Kind.SCALE, List.of(length), initial);
  }

  /** Scale and shift of a norm: ones and zeros. */
  static List<Parameter> norm(String path, int channels) {
    return List.of(scale(path, Initial.ONES, channels), bias(path, Initial.ZEROS, channels));
  }

  /** Whether it has a gradient. */
  public boolean learnable() {
    return kind.learnable();
  }

  /** Number of values. */
  public long length() {
    long length = 1;
    for (int size : shape) {
      length *= size;
    }
    return length;
  }
}
