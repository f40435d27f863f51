package io.blockwork.engine;

import io.blockwork.memory.ShapeMismatchException;

/**
 * Turns the layers that a generated {@link ForwardPass} names into kernels, for one batch size.
 *
 * <p>Every method checks the literal shapes it is given against each other and against the
 * parameters, and throws {@link ShapeMismatchException} naming the layer where they disagree. Paths
 * are torchvision's module names: the weight of the convolution {@code layer1.0.conv1} is the
 * parameter {@code layer1.0.conv1.weight}. Sources and destinations may be slices of channels.
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
   * {@code dst = activation(scale * (src - mean) / sqrt(var + eps) + shift)} with the running
   * statistics; {@code dst} may be {@code src}.
   */
  Kernel batchNorm(String path, Norm norm, Activation activation, Tensor src, Tensor dst);

  /** {@code dst} = the largest value of each window. */
  Kernel maxPool(String path, Window window, Tensor src, Tensor dst);

  /** {@code dst} = the mean of each window. */
  Kernel avgPool(String path, Window window, Tensor src, Tensor dst);

  /**
   * {@code dst} (C x h x w) = the means of h x w windows that cover the image: window i of h begins
   * at row {@code floor(i * H / h)} and ends before row {@code ceil((i + 1) * H / h)}, so that
   * windows overlap where H is not a multiple of h.
   */
  Kernel adaptiveAvgPool(String path, Tensor src, Tensor dst);

  /** {@code dst} (C x h x w) = the largest values of the windows of {@link #adaptiveAvgPool}. */
  Kernel adaptiveMaxPool(String path, Tensor src, Tensor dst);

  /** {@code dst} (C x 1 x 1) = the mean of each channel. */
  Kernel globalAvgPool(String path, Tensor src, Tensor dst);

  /** {@code dst} (C x 1 x 1) = the largest value of each channel. */
  Kernel globalMaxPool(String path, Tensor src, Tensor dst);

  /**
   * {@code dst = activation(weight * src + bias)}. If {@code dst} is out x 1 x 1, {@code src} is
   * flattened in the order C, H, W; if it is out x H x W, the layer works on the channels of each
   * place.
   */
  Kernel linear(String path, Linear linear, Activation activation, Tensor src, Tensor dst);

  /** {@code dst} (CHW x 1 x 1) = the values of {@code src} in the order C, H, W. */
  Kernel flatten(String path, Tensor src, Tensor dst);

  /** {@code dst} = {@code src} with zeros around each channel. */
  Kernel zeroPad(String path, Padding padding, Tensor src, Tensor dst);

  /** {@code dst} = the activation of the addends' sum; {@code dst} may be any of them. */
  Kernel sum(String path, Activation activation, Tensor dst, Addend... addends);

  /**
   * {@code dst = src * gate}, where the gate (C x 1 x 1) is one factor a channel; {@code dst} may
   * be {@code src}.
   */
  Kernel scale(String path, Tensor src, Tensor gate, Tensor dst);

  /** {@code dst = a * b}, value by value; {@code dst} may be {@code a} or {@code b}. */
  Kernel multiply(String path, Tensor a, Tensor b, Tensor dst);

  /** {@code dst = scale * src + shift}, channel by channel; {@code dst} may be {@code src}. */
  Kernel affine(String path, Affine affine, Tensor src, Tensor dst);

  /** {@code dst = activation(src)}; {@code dst} may be {@code src}. */
  Kernel activation(String path, Activation activation, Tensor src, Tensor dst);

  /**
   * {@code dst = src} where it is positive, {@code weight * src} elsewhere; the parameter {@code
   * path.weight} has one value a channel, or one for all. {@code dst} may be {@code src}.
   */
  Kernel prelu(String path, Tensor src, Tensor dst);

  /** Normalises the channels of each place; {@code dst} may be {@code src}. */
  Kernel layerNorm(String path, LayerNorm norm, Tensor src, Tensor dst);

  /** Normalises groups of channels of each image; {@code dst} may be {@code src}. */
  Kernel groupNorm(String path, GroupNorm norm, Tensor src, Tensor dst);

  /** Normalises each value by its neighbours in other channels. */
  Kernel localResponseNorm(String path, LocalResponseNorm norm, Tensor src, Tensor dst);

  /**
   * {@code dst} = {@code src} with its channels in another order, as torch's {@code
   * ChannelShuffle}: channel {@code i} of group {@code g} becomes channel {@code g} of the i-th run
   * of {@code groups} channels.
   */
  Kernel channelShuffle(String path, int groups, Tensor src, Tensor dst);

  /** {@code dst = exp(src) / sum(exp(src))} over the channels of each place. */
  Kernel softmax(String path, Tensor src, Tensor dst);

  /** {@code dst = src - log(sum(exp(src)))} over the channels of each place. */
  Kernel logSoftmax(String path, Tensor src, Tensor dst);

  /** {@code dst = src}; they share no memory. */
  Kernel copy(String path, Tensor src, Tensor dst);

  /**
   * The parameterless shortcut: every {@code stride}-th pixel of {@code src}, with zero channels
   * before (half of what is missing, rounded down) and after.
   */
  Kernel padShortcut(String path, int stride, Tensor src, Tensor dst);

  /** {@link #batchNorm(String, Norm, Activation, Tensor, Tensor)} of torch's usual epsilon. */
  default Kernel batchNorm(String path, Tensor src, Tensor dst) {
    return batchNorm(path, Norm.norm(), Activation.NONE, src, dst);
  }

  /** {@link #batchNorm(String, Tensor, Tensor)} with ReLU. */
  default Kernel batchNormRelu(String path, Tensor src, Tensor dst) {
    return batchNorm(path, Norm.norm(), Activation.RELU, src, dst);
  }

  /** {@link #linear(String, Linear, Activation, Tensor, Tensor)} with bias. */
  default Kernel linear(String path, Activation activation, Tensor src, Tensor dst) {
    return linear(path, Linear.linear(), activation, src, dst);
  }

  /** {@code dst = a + b}; {@code dst} may be {@code a} or {@code b}. */
  default Kernel add(String path, Tensor a, Tensor b, Tensor dst) {
    return sum(path, Activation.NONE, dst, Addend.addend(a), Addend.addend(b));
  }

  /** {@link #add(String, Tensor, Tensor, Tensor)} with ReLU. */
  default Kernel addRelu(String path, Tensor a, Tensor b, Tensor dst) {
    return sum(path, Activation.RELU, dst, Addend.addend(a), Addend.addend(b));
  }
}
