package io.blockwork.train;

/**
 * A training run whose numbers are not finite any more. The message says where, and what is left.
 */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String layer;

  /**
   * @param message complete
   * @param layer path of the first layer whose output is not finite; empty if each layer's is
   */
  public DivergedException(String message, String layer) {
    super(message);
    this.layer = layer;
  }

  /** Path of the first layer whose output is not finite; empty if each layer's is. */
  public String layer() {
    return layer;
  }
}
