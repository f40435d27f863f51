package io.blockwork.engine;

/**
 * Where a layer's backward pass leaves the gradient of its input.
 *
 * @param tensor the place
 * @param accumulate true: add to what is there, since another consumer of the same input has
 *     written its part; false: overwrite
 */
public record Gradient(Tensor tensor, boolean accumulate) {
  /** Overwrites {@code tensor}. */
  public static Gradient into(Tensor tensor) {
    return new Gradient(tensor, false);
  }

  /** Adds to {@code tensor}. */
  public static Gradient addTo(Tensor tensor) {
    return new Gradient(tensor, true);
  }
}
