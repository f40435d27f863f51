package io.blockwork.engine;

/**
 * A linear layer.
 *
 * @param bias whether a bias is added
 */
public record Linear(boolean bias) {
  private static final Linear WITH_BIAS = new Linear(true);

  /** A linear layer with bias. */
  public static Linear linear() {
    return WITH_BIAS;
  }

  /** The same without bias. */
  public Linear withoutBias() {
    return new Linear(false);
  }
}
