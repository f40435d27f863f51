package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Outcome;
import java.util.List;

/**
 * Between which numbers an operation's results lie, whatever the images, as far as its own function
 * and what it reads tell.
 *
 * @param low the least; negative infinity if nothing tells
 * @param high the largest; infinity if nothing tells
 */
public record Bounds(double low, double high) {
  /** Any numbers. */
  public static final Bounds NONE = new Bounds(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /**
   * Those of an operation's results.
   *
   * @param inputs those of what it reads
   */
  public static Bounds of(Op op, List<Bounds> inputs) {
    return before(op.outcome(), inputs).through(op.activation());
  }

  /** Those of an operation's results before what ends it. */
  private static Bounds before(Outcome outcome, List<Bounds> inputs) {
    return switch (outcome) {
      case CHOSEN -> all(inputs);
      case CHOSEN_OR_ZERO, AVERAGED -> all(inputs).with(new Bounds(0, 0));
      case SHARES -> new Bounds(0, 1);
      case COMPUTED -> NONE;
    };
  }

  private static Bounds all(List<Bounds> inputs) {
    return inputs.stream().reduce(Bounds::with).orElse(NONE);
  }

  private Bounds through(Activation activation) {
    return switch (activation.function()) {
      case NONE -> this;
      case RELU -> activation.isRelu() ? new Bounds(Math.max(0, low), Math.max(0, high)) : NONE;
      case CLIP -> cut(new Bounds(activation.alpha(), activation.beta()));
      case SIGMOID, HARD_SIGMOID -> new Bounds(0, 1);
      case TANH -> new Bounds(-1, 1);
      default -> NONE;
    };
  }

  private Bounds with(Bounds other) {
    return new Bounds(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** What numbers between these become where they are cut off at others. */
  Bounds cut(Bounds at) {
    return new Bounds(
        Math.min(at.high, Math.max(at.low, low)), Math.max(at.low, Math.min(at.high, high)));
  }

  /** Whether there are both, other than those of floats themselves. */
  public boolean isFinite() {
    return -Float.MAX_VALUE < low && high < Float.MAX_VALUE;
  }
}
