package io.blockwork.graph.ops;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * An operation on tensors, with all that the compiler knows of it at compile time. What a transform
 * fuses or folds into an operation is part of it, so that every stage sees the same kinds.
 *
 * <p>To add an operation, write a record in a file of its own, name it below (or in {@link
 * Weightless} or {@link SameShape}, which say what many have in common) and in {@link Visitor}:
 * whatever has to be known of it does not compile until it is there.
 */
public sealed interface Op
    permits BatchNorm2d, Conv2d, GroupNorm, LayerNorm2d, LearnedAffine, Linear, PRelu, Weightless {
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

  /** How its results follow from what it reads. */
  Outcome outcome();

  /** What ends it: its own function, or one that is fused into it. */
  Activation activation();

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

  /** Into how many groups, which do not see each other, its weights divide the channels. */
  int weightGroups();

  /** Whether training normalises by the statistics of the batch, of which there must be several. */
  boolean batchStatistics();

  /** Whether a batch norm is folded into its weights. */
  boolean foldsNorm();

  /** The constant scale and shift of each channel, if these are all that it does. */
  Optional<ConstantAffine> constantAffine();

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

  /**
   * Whether the output is the inputs, one behind the other in the channels: then it lies where they
   * lie.
   */
  default boolean joins() {
    return false;
  }

  /** The channels of the first input that the output is, if it is some channels of it. */
  default Optional<Channels> part() {
    return Optional.empty();
  }

  /** The window of a pool that has one size of windows. */
  default Optional<Window> poolWindow() {
    return Optional.empty();
  }

  /** Whether training computes the output again for the backward pass instead of keeping it. */
  default boolean recompute() {
    return false;
  }

  /** Whether it draws numbers in training, and does nothing in inference. */
  default boolean isRandom() {
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

  /** What the visitor says to this kind of operation. */
  <R> R accept(Visitor<R> visitor);

  /**
   * Something that has a case for each kind of operation and does not belong in their files, as an
   * export. A transform that looks for a pattern needs none.
   *
   * @param <R> what a case results in
   */
  interface Visitor<R> {
    /** For {@link Activate}. */
    R activate(Activate op);

    /** For {@link AdaptiveAvgPool2d}. */
    R adaptiveAvgPool2d(AdaptiveAvgPool2d op);

    /** For {@link AdaptiveMaxPool2d}. */
    R adaptiveMaxPool2d(AdaptiveMaxPool2d op);

    /** For {@link AvgPool2d}. */
    R avgPool2d(AvgPool2d op);

    /** For {@link BatchNorm2d}. */
    R batchNorm2d(BatchNorm2d op);

    /** For {@link ChannelRange}. */
    R channelRange(ChannelRange op);

    /** For {@link ChannelShuffle}. */
    R channelShuffle(ChannelShuffle op);

    /** For {@link Concat}. */
    R concat(Concat op);

    /** For {@link ConstantAffine}. */
    R constantAffine(ConstantAffine op);

    /** For {@link Conv2d}. */
    R conv2d(Conv2d op);

    /** For {@link Copy}. */
    R copy(Copy op);

    /** For {@link Dropout}. */
    R dropout(Dropout op);

    /** For {@link Flatten}. */
    R flatten(Flatten op);

    /** For {@link GlobalAvgPool}. */
    R globalAvgPool(GlobalAvgPool op);

    /** For {@link GlobalMaxPool}. */
    R globalMaxPool(GlobalMaxPool op);

    /** For {@link GroupNorm}. */
    R groupNorm(GroupNorm op);

    /** For {@link Input}. */
    R input(Input op);

    /** For {@link LayerNorm2d}. */
    R layerNorm2d(LayerNorm2d op);

    /** For {@link LearnedAffine}. */
    R learnedAffine(LearnedAffine op);

    /** For {@link Linear}. */
    R linear(Linear op);

    /** For {@link LocalResponseNorm}. */
    R localResponseNorm(LocalResponseNorm op);

    /** For {@link LogSoftmax}. */
    R logSoftmax(LogSoftmax op);

    /** For {@link MaxPool2d}. */
    R maxPool2d(MaxPool2d op);

    /** For {@link Multiply}. */
    R multiply(Multiply op);

    /** For {@link PRelu}. */
    R prelu(PRelu op);

    /** For {@link PadShortcut}. */
    R padShortcut(PadShortcut op);

    /** For {@link Scale}. */
    R scale(Scale op);

    /** For {@link Softmax}. */
    R softmax(Softmax op);

    /** For {@link StochasticDepth}. */
    R stochasticDepth(StochasticDepth op);

    /** For {@link Sum}. */
    R sum(Sum op);

    /** For {@link ZeroPad2d}. */
    R zeroPad2d(ZeroPad2d op);
  }

  /** The records of all kinds of operations. */
  static List<Class<? extends Record>> kinds() {
    List<Class<? extends Record>> kinds = new ArrayList<>();
    Deque<Class<?>> open = new ArrayDeque<>(List.of(Op.class));
    while (!open.isEmpty()) {
      Class<?> next = open.pop();
      if (next.isRecord()) {
        kinds.add(next.asSubclass(Record.class));
      } else {
        open.addAll(List.of(next.getPermittedSubclasses()));
      }
    }
    return kinds;
  }
}
