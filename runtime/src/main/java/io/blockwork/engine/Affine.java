package io.blockwork.engine;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** {@code scale * x + shift} with one scale and one shift for each channel. */
public sealed interface Affine {
  /**
   * Constants, such as torchvision's {@code transform_input}.
   *
   * @param scale one for each channel
   * @param shift one for each channel
   */
  record Constant(List<Double> scale, List<Double> shift) implements Affine {
    /** Copies the lists. */
    public Constant {
      scale = List.copyOf(scale);
      shift = List.copyOf(shift);
    }

    /** The same scale and another shift. */
    public Constant shifted(Double... shift) {
      return new Constant(scale, List.of(shift));
    }
  }

  /**
   * Parameters by their full names; their shapes are {@code [C]} or {@code [C, 1, 1]}.
   *
   * @param scale the scale; empty: 1
   * @param shift the shift; empty: 0
   */
  record Learned(Optional<String> scale, Optional<String> shift) implements Affine {}

  /** Constants. */
  static Affine constant(List<Double> scale, List<Double> shift) {
    return new Constant(scale, shift);
  }

  /** A constant scale, and no shift. */
  static Constant scaled(Double... scale) {
    return new Constant(List.of(scale), Collections.nCopies(scale.length, 0.0));
  }

  /** A scale and a shift that are parameters of these names. */
  static Affine learned(String scale, String shift) {
    return new Learned(Optional.of(scale), Optional.of(shift));
  }

  /** A scale that is a parameter of that name, such as ConvNeXt's {@code layer_scale}. */
  static Affine learnedScale(String scale) {
    return new Learned(Optional.of(scale), Optional.empty());
  }

  /** A shift that is a parameter of that name. */
  static Affine learnedShift(String shift) {
    return new Learned(Optional.empty(), Optional.of(shift));
  }
}
