package io.blockwork.parameters;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of one entry of the {@code state_dict} at compile time.
 *
 * @param name torchvision's name: {@code layer1.0.conv1.weight}
 * @param kind what the entry is
 * @param shape its shape, empty for a scalar
 * @param initial what it starts with, if not what its kind says
 */
public record ParameterInfo(
    String name, Kind kind, List<Integer> shape, Optional<Initial> initial) {
  /** What an entry of the {@code state_dict} is, and how it starts. */
  public enum Kind {
    /**
     * Weight of a convolution, {@code [out, in / groups, kH, kW]}; starts normal, scaled by its
     * fan-out.
     */
    CONV_WEIGHT(true),
    /** Weight of a linear layer, {@code [out, in]}; starts uniform within {@code 1 / sqrt(in)}. */
    LINEAR_WEIGHT(true),
    /** Bias of a linear layer, {@code [out]}; starts uniform within {@code 1 / sqrt(in)}. */
    LINEAR_BIAS(true),
    /** Scale of a batch norm; starts at one. */
    NORM_WEIGHT(true),
    /**
     * Scale of a batch norm that starts at zero, so that its residual block starts as the identity.
     */
    NORM_WEIGHT_ZERO(true),
    /** Shift of a batch norm; starts at zero. */
    NORM_BIAS(true),
    /** Any other factor that is learned; starts at one. */
    SCALE(true),
    /** Any other summand that is learned; starts at zero. */
    BIAS(true),
    /** Running mean of a batch norm; starts at zero. */
    RUNNING_MEAN(false),
    /** Running variance (unbiased) of a batch norm; starts at one. */
    RUNNING_VAR(false),
    /** Training batches that a batch norm has seen, a 64-bit scalar; starts at zero. */
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
  public ParameterInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(initial, "initial");
    shape = List.copyOf(shape);
  }

  /** An entry that starts as its kind says. */
  public ParameterInfo(String name, Kind kind, List<Integer> shape) {
    this(name, kind, shape, Optional.empty());
  }

  /** Number of values. */
  public long length() {
    long length = 1;
    for (int size : shape) {
      length = Math.multiplyExact(length, size);
    }
    return length;
  }

  /** The shape as ND4J wants it. */
  public long[] dimensions() {
    long[] dimensions = new long[shape.size()];
    for (int d = 0; d < dimensions.length; d++) {
      dimensions[d] = shape.get(d);
    }
    return dimensions;
  }
}
