package io.blockwork.engine;

/**
 * Turns the layers that a generated {@link TrainingPass} names into layers with a forward and a
 * backward, for one batch size.
 *
 * <p>Where a method takes {@code src, dst, dDst, dSrc}: {@code forward} reads {@code src} and
 * writes {@code dst}; {@code backward} reads {@code dDst}, and what its documentation says of
 * {@code src} and {@code dst}, and writes {@code dSrc} and the gradients of the layer's parameters.
 * The compile-time plan sees to it that what backward reads is still there. Unless a method says
 * otherwise, {@code dst} shares no memory with {@code src}, nor {@code dSrc} with {@code dDst}, and
 * backward leaves {@code dDst} as it is.
 *
 * <p>A layer computes no gradient that nobody needs: when neither the input's gradient was asked
 * for nor any trainable parameter stands before it, {@code dSrc} is left untouched, and frozen
 * parameters get no gradient.
 *
 * <p>Every method checks shapes as {@link InferenceBinder} does, whose methods of the same names
 * say what is computed.
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

  /** Convolution, with its bias if it has one. Backward reads {@code src}. */
  Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Batch norm with the batch's statistics (biased variance), then ReLU if {@code relu}. Forward
   * moves the running statistics towards the batch's (unbiased variance) by the momentum, as torch
   * does. Backward reads {@code src}, and {@code dst} if {@code relu}; {@code dSrc}, unless it is
   * added to, may share the memory of {@code dDst}. Only with {@code relu} may backward destroy
   * {@code dDst}: without, it may be the gradient of a shortcut too.
   */
  Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Max pool; of equal values in a window the first wins. Backward reads neither {@code src} nor
   * {@code dst}.
   */
  Layer maxPool(String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Average pool. Backward reads neither {@code src} nor {@code dst}. */
  Layer avgPool(String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Means of windows that cover the image. Backward reads neither {@code src} nor {@code dst}. */
  Layer adaptiveAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Largest values of windows that cover the image. Backward reads neither {@code src} nor {@code
   * dst}.
   */
  Layer adaptiveMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Mean of each channel. Backward reads neither {@code src} nor {@code dst}. */
  Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Largest value of each channel. Backward reads neither {@code src} nor {@code dst}. */
  Layer globalMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Linear layer and activation, whose derivative must be {@linkplain Activation#fromOutput() told
   * from its output}. Backward reads {@code src}, and {@code dst} if there is an activation; then
   * {@code dDst} is destroyed.
   *
   * @throws IllegalArgumentException if the activation's derivative needs its input
   */
  Layer linear(
      String path,
      Linear linear,
      Activation activation,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc);

  /** Flattens in the order C, H, W. Backward reads neither {@code src} nor {@code dst}. */
  Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Zeros around each channel. Backward reads neither {@code src} nor {@code dst}. */
  Layer zeroPad(String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Sum, then ReLU if {@code relu}; {@code dst} may be any of the addends. {@code backward} first
   * sets {@code dDst} to zero where {@code dst} is not positive, in place, if {@code relu}; then it
   * leaves {@code factor * dDst} with each addend that has a gradient of its own.
   */
  Layer sum(String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends);

  /**
   * {@code dst = src * gate}. Backward reads {@code src} and {@code gate}; {@code dSrc} may share
   * the memory of {@code dDst}, unless it is added to.
   */
  Layer scale(
      String path, Tensor src, Tensor gate, Tensor dst, Tensor dDst, Gradient dSrc, Gradient dGate);

  /**
   * {@code dst = a * b}. Backward reads {@code a} and {@code b}, so {@code dst} shares memory with
   * neither. {@code a} and {@code b} may be the same tensor: then {@code dB} adds to what {@code
   * dA} leaves.
   */
  Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB);

  /**
   * {@code dst = scale * src + shift}. Backward reads {@code src} if a scale is learned, else
   * nothing; then {@code dst} may be {@code src}. {@code dSrc} may share the memory of {@code
   * dDst}, unless it is added to.
   */
  Layer affine(String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * {@code dst = activation(src)}. Backward reads {@code dst} if the activation's derivative is
   * {@linkplain Activation#fromOutput() told from its output} (then {@code dst} may be {@code
   * src}), else {@code src}; {@code dSrc} may share the memory of {@code dDst}, unless it is added
   * to.
   */
  Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Leaky ReLU with learned slopes. Backward reads {@code src}. */
  Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Normalises the channels of each place. Backward reads {@code src}. */
  Layer layerNorm(String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Normalises groups of channels of each image. Backward reads {@code src}. */
  Layer groupNorm(String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Normalises each value by its neighbours in other channels. Backward reads {@code src} and
   * {@code dst}.
   */
  Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Channels in another order. Backward reads neither {@code src} nor {@code dst}. */
  Layer channelShuffle(String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** Softmax over the channels of each place. Backward reads {@code dst}. */
  Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** The logarithm of softmax over the channels of each place. Backward reads {@code dst}. */
  Layer logSoftmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /** {@code dst = src}. Backward reads neither. */
  Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * The parameterless shortcut of {@link InferenceBinder#padShortcut}. Backward reads neither
   * {@code src} nor {@code dst}.
   */
  Layer padShortcut(String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Sets each value to zero with probability {@code rate} and multiplies the others by {@code 1 /
   * (1 - rate)}. Backward does the same to the gradient, and reads neither {@code src} nor {@code
   * dst}. In place where {@code dst} is {@code src} and {@code dSrc} overwrites {@code dDst}.
   */
  Layer dropout(String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Sets all values of an image to zero with probability {@code rate} and multiplies those of the
   * others by {@code 1 / (1 - rate)} (Huang et al. 2016; torchvision's mode {@code "row"}). Like
   * {@link #dropout(String, double, Tensor, Tensor, Tensor, Gradient)} in all else.
   */
  Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);

  /**
   * Does nothing forward; backward sets the tensor, a gradient, to zero: for gradients of which
   * those that read the value write only parts.
   */
  Layer clear(String path, Tensor gradient);

  /** {@link #batchNorm(String, Norm, boolean, Tensor, Tensor, Tensor, Gradient)} as is usual. */
  default Layer batchNorm(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return batchNorm(path, Norm.norm(), false, src, dst, dDst, dSrc);
  }

  /** {@link #batchNorm(String, Tensor, Tensor, Tensor, Gradient)} with ReLU. */
  default Layer batchNormRelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return batchNorm(path, Norm.norm(), true, src, dst, dDst, dSrc);
  }

  /** The linear layer with bias. */
  default Layer linear(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return linear(path, Linear.linear(), activation, src, dst, dDst, dSrc);
  }

  /** {@code dst = a + b}, whose gradients all lie in the same place. */
  default Layer add(String path, Tensor a, Tensor b, Tensor dst, Tensor dDst) {
    return sum(path, false, dst, dDst, TrainedAddend.addend(a), TrainedAddend.addend(b));
  }

  /** {@link #add(String, Tensor, Tensor, Tensor, Tensor)} with ReLU. */
  default Layer addRelu(String path, Tensor a, Tensor b, Tensor dst, Tensor dDst) {
    return sum(path, true, dst, dDst, TrainedAddend.addend(a), TrainedAddend.addend(b));
  }

  /** Dropout in place. */
  default Layer dropout(String path, double rate, Tensor tensor, Tensor dTensor) {
    return dropout(path, rate, tensor, tensor, dTensor, Gradient.into(dTensor));
  }
}
