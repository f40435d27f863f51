package io.blockwork.graph.ops;

import java.util.List;

/**
 * An operation on tensors, with all that the compiler knows of it at compile time. What a transform
 * fuses or folds into an operation is part of it, so that every stage sees the same kinds.
 *
 * <p>To add an operation, write a record in a file of its own and name it below: whatever has to be
 * known of it does not compile until it is there.
 */
public sealed interface Op
    permits Activate,
        AdaptiveAvgPool2d,
        AdaptiveMaxPool2d,
        AvgPool2d,
        BatchNorm2d,
        ChannelRange,
        ChannelShuffle,
        Concat,
        ConstantAffine,
        Conv2d,
        Copy,
        Dropout,
        Flatten,
        GlobalAvgPool,
        GlobalMaxPool,
        GroupNorm,
        Input,
        LayerNorm2d,
        LearnedAffine,
        Linear,
        LocalResponseNorm,
        LogSoftmax,
        MaxPool2d,
        Multiply,
        PRelu,
        PadShortcut,
        Scale,
        Softmax,
        StochasticDepth,
        Sum,
        ZeroPad2d {
  /**
   * The module's name in torch's {@code state_dict}, the prefix of the parameters; made up where
   * torch has no module.
   */
  String path();

  /** The last part of the path: {@code conv1} of {@code layer1.0.conv1}. */
  default String leaf() {
    return path().substring(path().lastIndexOf('.') + 1);
  }

  /** What it is, as torch calls the module: {@code Conv2d}. */
  String type();

  /** What it is for, as far as pictures and warnings tell operations apart. */
  Role role();

  /** How people read it. */
  Description description();

  /** How many inputs it takes. */
  Arity arity();

  /**
   * The shape of the output.
   *
   * @param inputs the shapes of the inputs, as many as {@link #arity} allows
   * @throws ShapeFault if they do not fit
   */
  Shape shape(List<Shape> inputs);

  /** Its entries of the {@code state_dict}, in order. */
  List<Parameter> parameters();

  /** Number of learnable values. */
  default long learnable() {
    long sum = 0;
    for (Parameter parameter : parameters()) {
      sum += parameter.learnable() ? parameter.length() : 0;
    }
    return sum;
  }

  /**
   * Multiply-adds of one image, without those of biases, norms and pools.
   *
   * @param inputs the shapes of the inputs
   * @param output the shape of the output
   */
  long macs(List<Shape> inputs, Shape output);

  /** Which forward values its backward reads, so that training keeps them. */
  Reads backwardReads();

  /**
   * Whether the output may be written where that input lies: at the same place, and then at no
   * place where another input lies, unless that may be overwritten too and is the same.
   */
  boolean overwrites(int input);

  /** What its backward does to the gradient of the output. */
  GradientUse gradientUse();

  /**
   * Whether the gradient of that input is the gradient of the output, or the channels of it that
   * the input is: it can lie where that one lies.
   */
  default boolean passesGradient(int input) {
    return false;
  }

  /** Whether a kernel runs for it; the others are only places in memory. */
  default boolean runs() {
    return true;
  }

  /**
   * Whether torch has its output as a vector, {@code [N, C]}, where there is one value a channel.
   *
   * @param input whether torch has the first input so
   */
  default boolean isVector(boolean input) {
    return input;
  }

  /** The call that binds it. */
  Call bind(Binding binding);

  /**
   * The call that describes it in the generated network, without the path, as a method of {@code
   * Architecture.Builder}; empty for the general form.
   *
   * @param output the shape of the output
   */
  default Call declare(Shape output) {
    return Call.GENERAL;
  }
}
