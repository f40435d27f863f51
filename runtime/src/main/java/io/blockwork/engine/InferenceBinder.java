package io.blockwork.engine;

import io.blockwork.memory.ShapeMismatchException;

/**
 * Turns the layers that a generated {@link ForwardPass} names into kernels, for one batch size.
 *
 * <p>Every method checks the literal shapes it is given against each other and against the
 * parameters, and throws {@link ShapeMismatchException} naming the layer where they disagree. Paths
 * are torchvision's module names: the weight of the convolution {@code layer1.0.conv1} is the
 * parameter {@code layer1.0.conv1.weight}.
 */
public interface InferenceBinder {
  /**
   * Declares the memory plan: the elements, for one image, of each slot. Called once, before all
   * else.
   *
   * @param elements size of slot 0, 1, ...
   */
  void slots(long... elements);

  /**
   * The tensor of the given shape at the start of a slot. Asking again for the same slot and shape
   * gives the same memory.
   *
   * @throws ShapeMismatchException if the slot is too small
   */
  Tensor slot(int slot, int channels, int height, int width);

  /** {@code dst = epilogue(conv(src))}; {@code dst} shares no memory with {@code src}. */
  Kernel conv2d(String path, Conv conv, Tensor src, Tensor dst, Epilogue epilogue);

  /**
   * {@code dst = scale * (src - mean) / sqrt(var + 1e-5) + shift} with the running statistics, then
   * ReLU if {@code relu}; {@code dst} may be {@code src}.
   */
  Kernel batchNorm(String path, Tensor src, Tensor dst, boolean relu);

  /** {@code dst} = the largest value of each window. */
  Kernel maxPool(String path, Window window, Tensor src, Tensor dst);

  /** {@code dst} = the mean of each window; {@code window.padding()} is 0. */
  Kernel avgPool(String path, Window window, Tensor src, Tensor dst);

  /** {@code dst} (C x 1 x 1) = the mean of each channel. */
  Kernel globalAvgPool(String path, Tensor src, Tensor dst);

  /**
   * {@code dst} (out x 1 x 1) = {@code activation(weight * src + bias)}; {@code src} is flattened.
   */
  Kernel linear(String path, Activation activation, Tensor src, Tensor dst);

  /** {@code dst = a + b}, then ReLU if {@code relu}; {@code dst} may be {@code a} or {@code b}. */
  Kernel add(String path, Tensor a, Tensor b, Tensor dst, boolean relu);

  /**
   * {@code dst = src * gate}, where the gate (C x 1 x 1) is one factor a channel; {@code dst} may
   * be {@code src}.
   */
  Kernel scale(String path, Tensor src, Tensor gate, Tensor dst);

  /**
   * The parameterless shortcut: every {@code stride}-th pixel of {@code src}, with zero channels
   * before (half of what is missing, rounded down) and after.
   */
  Kernel padShortcut(String path, int stride, Tensor src, Tensor dst);

  /** {@link #batchNorm(String, Tensor, Tensor, boolean)} without ReLU. */
  default Kernel batchNorm(String path, Tensor src, Tensor dst) {
    return batchNorm(path, src, dst, false);
  }

  /** {@link #batchNorm(String, Tensor, Tensor, boolean)} with ReLU. */
  default Kernel batchNormRelu(String path, Tensor src, Tensor dst) {
    return batchNorm(path, src, dst, true);
  }

  /** {@link #add(String, Tensor, Tensor, Tensor, boolean)} without ReLU. */
  default Kernel add(String path, Tensor a, Tensor b, Tensor dst) {
    return add(path, a, b, dst, false);
  }

  /** {@link #add(String, Tensor, Tensor, Tensor, boolean)} with ReLU. */
  default Kernel addRelu(String path, Tensor a, Tensor b, Tensor dst) {
    return add(path, a, b, dst, true);
  }
}
