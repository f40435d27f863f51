package io.blockwork.processor.graph;

import java.util.Optional;

/**
 * An operation on tensors. The flags that transforms set (fused activations, folded norms) are part
 * of the operation, so that every stage of the compiler sees the same few kinds.
 */
public sealed interface Op {
  /**
   * torchvision's module name, the prefix of the parameters; made up where torchvision has no
   * module.
   */
  String path();

  /** Calls the visitor's method for this kind. */
  <R> R accept(OpVisitor<R> visitor);

  /** The last part of the path: {@code conv1} of {@code layer1.0.conv1}. */
  default String leaf() {
    return path().substring(path().lastIndexOf('.') + 1);
  }

  /** The function that ends an operation. */
  enum Activation {
    /** The identity. */
    NONE,
    /** {@code max(0, x)}. */
    RELU,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID
  }

  /**
   * The images.
   *
   * @param shape of one image
   */
  record Input(Shape shape) implements Op {
    @Override
    public String path() {
      return "input";
    }

    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.input(this);
    }
  }

  /**
   * A convolution without bias; a second input, if {@code residual}, is added to its output.
   *
   * @param path module name
   * @param in input channels
   * @param out output channels
   * @param kernel side of the kernel
   * @param stride stride
   * @param padding padding on every side
   * @param dilation dilation
   * @param groups groups
   * @param norm the batch norm that is folded into the weights
   * @param residual whether there is a second input to add
   * @param relu whether ReLU ends it
   */
  record Conv2d(
      String path,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      int dilation,
      int groups,
      Optional<String> norm,
      boolean residual,
      boolean relu)
      implements Op {
    /** A convolution that keeps the size at stride 1: the padding is half the dilated kernel. */
    public static Conv2d same(
        String path, int in, int out, int kernel, int stride, int dilation, int groups) {
      return new Conv2d(
          path,
          in,
          out,
          kernel,
          stride,
          dilation * (kernel / 2),
          dilation,
          groups,
          Optional.empty(),
          false,
          false);
    }

    /** A convolution of dilation 1 and one group that keeps the size at stride 1. */
    public static Conv2d same(String path, int in, int out, int kernel, int stride) {
      return same(path, in, out, kernel, stride, 1, 1);
    }

    /** The same with a batch norm folded in, and that norm's ReLU. */
    public Conv2d folding(BatchNorm2d norm) {
      return new Conv2d(
          path,
          in,
          out,
          kernel,
          stride,
          padding,
          dilation,
          groups,
          Optional.of(norm.path()),
          residual,
          norm.relu());
    }

    /** The same with a second input added, then ReLU or not. */
    public Conv2d adding(boolean relu) {
      return new Conv2d(path, in, out, kernel, stride, padding, dilation, groups, norm, true, relu);
    }

    /** Values of the weight. */
    public long weights() {
      return (long) out * (in / groups) * kernel * kernel;
    }

    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.conv2d(this);
    }
  }

  /**
   * Batch normalisation.
   *
   * @param path module name
   * @param channels channels
   * @param fromZero whether its scale starts at zero
   * @param recompute whether the backward pass computes its output again instead of keeping it
   * @param relu whether ReLU ends it
   */
  record BatchNorm2d(String path, int channels, boolean fromZero, boolean recompute, boolean relu)
      implements Op {
    /** A batch norm whose scale starts at one and whose output is kept. */
    public static BatchNorm2d of(String path, int channels) {
      return new BatchNorm2d(path, channels, false, false, false);
    }

    /** The same, ending in ReLU. */
    public BatchNorm2d withRelu() {
      return new BatchNorm2d(path, channels, fromZero, recompute, true);
    }

    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.batchNorm2d(this);
    }
  }

  /**
   * ReLU on its own; a transform gives it to its producer.
   *
   * @param path module name
   */
  record Relu(String path) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.relu(this);
    }
  }

  /**
   * Sigmoid on its own; a transform gives it to its producer.
   *
   * @param path module name
   */
  record Sigmoid(String path) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.sigmoid(this);
    }
  }

  /**
   * Max pooling.
   *
   * @param path module name
   * @param kernel side of the window
   * @param stride stride
   * @param padding padding, which never wins
   */
  record MaxPool2d(String path, int kernel, int stride, int padding) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.maxPool2d(this);
    }
  }

  /**
   * Average pooling without padding or overlap.
   *
   * @param path module name
   * @param kernel side of the window, and stride
   */
  record AvgPool2d(String path, int kernel) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.avgPool2d(this);
    }
  }

  /**
   * The mean of each channel.
   *
   * @param path module name
   */
  record GlobalAvgPool(String path) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.globalAvgPool(this);
    }
  }

  /**
   * A linear layer with bias.
   *
   * @param path module name
   * @param in input values
   * @param out output values
   * @param activation what ends it
   */
  record Linear(String path, int in, int out, Activation activation) implements Op {
    /** The same ending in {@code activation}. */
    public Linear with(Activation activation) {
      return new Linear(path, in, out, activation);
    }

    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.linear(this);
    }
  }

  /**
   * The sum of two tensors of one shape.
   *
   * @param path module name
   * @param relu whether ReLU ends it
   */
  record Add(String path, boolean relu) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.add(this);
    }
  }

  /**
   * The first input times one factor a channel, the second.
   *
   * @param path module name
   */
  record Scale(String path) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.scale(this);
    }
  }

  /**
   * All inputs, one after the other in the channels.
   *
   * @param path module name
   */
  record Concat(String path) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.concat(this);
    }
  }

  /**
   * Dropout, in training only.
   *
   * @param path module name
   * @param rate probability of a zero
   */
  record Dropout(String path, double rate) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.dropout(this);
    }
  }

  /**
   * The shortcut without parameters: subsampled, padded with zero channels half before and half
   * after.
   *
   * @param path module name
   * @param stride stride
   * @param out output channels
   */
  record PadShortcut(String path, int stride, int out) implements Op {
    @Override
    public <R> R accept(OpVisitor<R> visitor) {
      return visitor.padShortcut(this);
    }
  }
}
