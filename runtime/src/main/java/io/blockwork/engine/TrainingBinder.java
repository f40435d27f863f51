package io.blockwork.engine;

/**
 * Turns the layers that a generated {@link TrainingPass} names into layers with a forward and a
 * backward, for one batch size.
 *
 * <p>Where a method takes {@code src, dst, dDst, dSrc}: {@code forward} reads {@code src} and
 * writes {@code dst}; {@code backward} reads {@code dDst}, and what its documentation says of
 * {@code src} and {@code dst}, and writes {@code dSrc} and the gradients of the layer's parameters.
 * The compile-time plan sees to it that what backward reads is still there.
 *
 * <p>A layer computes no gradient that nobody needs: when neither the input's gradient was asked
 * for nor any trainable parameter stands before it, {@code dSrc} is left untouched, and frozen
 * parameters get no gradient.
 *
 * <p>Every method checks shapes as {@link InferenceBinder} does.
 */
public interface TrainingBinder {
  /** Declares the elements, for one image, of each slot. Called once, before all else. */
  void slots(long... elements);

  /**
   * The tensor of the given shape at the start of a slot, whose memory the plan reuses. Asking
   * again for the same slot and shape gives the same memory.
   */
  Tensor slot(int slot, int channels, int height, int width);

  /** A new tensor of its own, kept from the forward to the backward pass. */
  Tensor keep(int channels, int height, int width);

  /**
   * Convolution. Backward reads {@code src}; {@code dst} and {@code dSrc} share no memory with
   * {@code src} and {@code dDst}.
   */
  Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Batch norm with the batch's statistics (biased variance, epsilon 1e-5), then ReLU if {@code
   * relu}. Forward moves the running statistics by a tenth towards the batch's (unbiased variance),
   * as torch does. Backward reads {@code src}, and {@code dst} if {@code relu}; {@code dSrc},
   * unless it is added to, may share the memory of {@code dDst}. Only with {@code relu} may
   * backward destroy {@code dDst}: without, it may be the gradient of a shortcut too.
   */
  Layer batchNorm(String path, Tensor src, Tensor dst, boolean relu, Tensor dDst, Gradient dSrc);

  /**
   * Max pool; of equal values in a window the first wins. Backward reads neither {@code src} nor
   * {@code dst}.
   */
  Layer maxPool(String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Average pool without padding. Backward reads neither {@code src} nor {@code dst}. */
  Layer avgPool(String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Mean of each channel. Backward reads neither {@code src} nor {@code dst}. */
  Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Linear layer and activation. Backward reads {@code src}, and {@code dst} if there is an
   * activation; then {@code dDst} is destroyed.
   */
  Layer linear(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Sum, then ReLU if {@code relu}; {@code dst} may be {@code a} or {@code b}. Its gradient is the
   * same for both: {@code backward} sets {@code dDst} to zero where {@code dst} is not positive, in
   * place, if {@code relu}, and else does nothing.
   */
  Layer add(String path, Tensor a, Tensor b, Tensor dst, boolean relu, Tensor dDst);

  /**
   * {@code dst = src * gate}. Backward reads {@code src} and {@code gate} and overwrites {@code
   * dGate}.
   */
  Layer scale(
      String path, Tensor src, Tensor gate, Tensor dst, Tensor dDst, Gradient dSrc, Tensor dGate);

  /**
   * The parameterless shortcut of {@link InferenceBinder#padShortcut}. Backward reads neither
   * {@code src} nor {@code dst}.
   */
  Layer padShortcut(String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Sets each value to zero with probability {@code rate} and multiplies the others by {@code 1 /
   * (1 - rate)}, in place; {@code backward} does the same to {@code dTensor}.
   */
  Layer dropout(String path, double rate, Tensor tensor, Tensor dTensor);

  /** {@link #batchNorm(String, Tensor, Tensor, boolean, Tensor, Gradient)} without ReLU. */
  default Layer batchNorm(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return batchNorm(path, src, dst, false, dDst, dSrc);
  }

  /** {@link #batchNorm(String, Tensor, Tensor, boolean, Tensor, Gradient)} with ReLU. */
  default Layer batchNormRelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return batchNorm(path, src, dst, true, dDst, dSrc);
  }

  /** {@link #add(String, Tensor, Tensor, Tensor, boolean, Tensor)} without ReLU. */
  default Layer add(String path, Tensor a, Tensor b, Tensor dst, Tensor dDst) {
    return add(path, a, b, dst, false, dDst);
  }

  /** {@link #add(String, Tensor, Tensor, Tensor, boolean, Tensor)} with ReLU. */
  default Layer addRelu(String path, Tensor a, Tensor b, Tensor dst, Tensor dDst) {
    return add(path, a, b, dst, true, dDst);
  }
}
