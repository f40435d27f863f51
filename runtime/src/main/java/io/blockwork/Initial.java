package io.blockwork;

/**
 * How weights start. The fan-in is a weight's values for each output channel; the fan-out, as torch
 * counts it, its output channels times its kernel's places.
 */
public enum Initial {
  /** torch's default: uniform within {@code 1 / sqrt(fanIn)}. */
  DEFAULT,
  /** Normal with variance {@code 2 / fanIn} (He et al. 2015). */
  HE_FAN_IN,
  /** Normal with variance {@code 2 / fanOut}. */
  HE_FAN_OUT,
  /** Uniform with variance {@code 2 / fanIn}. */
  HE_UNIFORM,
  /** Normal with a given deviation. */
  NORMAL,
  /** Normal with a given deviation, cut off at the values -2 and 2, as torch's default. */
  TRUNCATED_NORMAL,
  /** Uniform within {@code 1 / sqrt(out)}, {@code out} the channels that come out. */
  UNIFORM_OUT,
  /** One value. */
  CONSTANT,
  /** Zero. */
  ZERO
}
