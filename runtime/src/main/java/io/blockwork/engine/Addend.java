package io.blockwork.engine;

/**
 * One input of a sum.
 *
 * @param tensor the values
 * @param factor what they are multiplied by
 */
public record Addend(Tensor tensor, double factor) {
  /** The values as they are. */
  public static Addend addend(Tensor tensor) {
    return new Addend(tensor, 1);
  }

  /** The values times a constant. */
  public static Addend addend(double factor, Tensor tensor) {
    return new Addend(tensor, factor);
  }
}
