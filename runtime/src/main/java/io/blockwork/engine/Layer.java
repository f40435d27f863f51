package io.blockwork.engine;

/**
 * One bound layer of a training pass. It owns whatever it must remember from {@link #forward} to
 * {@link #backward}.
 */
public interface Layer {
  /** Computes the layer's output in training mode. */
  void forward();

  /**
   * Computes the gradients of the layer's input and parameters from the gradient of its output.
   * Parameter gradients are overwritten, never added to.
   */
  void backward();

  /**
   * Computes the output once more, exactly as the last {@link #forward} did and with no other
   * effect: what a memory-efficient backward pass needs of an output that was not kept.
   */
  void recompute();
}
