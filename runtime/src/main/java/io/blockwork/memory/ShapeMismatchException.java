package io.blockwork.memory;

/**
 * Shapes disagree: a layer was given, or an array has, another shape than the network was compiled
 * for.
 */
public final class ShapeMismatchException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /**
   * @param message where, what was expected and what came: {@code layer2.0.conv1: expected 256 x 56
   *     x 56, got 64 x 56 x 56}
   */
  public ShapeMismatchException(String message) {
    super(message);
  }
}
