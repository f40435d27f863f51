package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.ZeroPad2d;
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
    if (op instanceof Activate activate) {
      return inputs.get(0).through(activate.activation());
    } else if (passes(op)) {
      return inputs.get(0);
    } else if (op instanceof AvgPool2d
        || op instanceof GlobalAvgPool
        || op instanceof AdaptiveAvgPool2d
        || op instanceof ZeroPad2d) {
      // Padding is zeros.
      return inputs.get(0).with(new Bounds(0, 0));
    } else if (op instanceof Concat) {
      return inputs.stream().reduce(Bounds::with).orElse(NONE);
    }
    return NONE.through(ending(op));
  }

  /** Whether an operation only moves numbers, or leaves some out. */
  static boolean passes(Op op) {
    return op instanceof MaxPool2d
        || op instanceof GlobalMaxPool
        || op instanceof AdaptiveMaxPool2d
        || op instanceof Flatten
        || op instanceof Copy
        || op instanceof ChannelRange
        || op instanceof ChannelShuffle;
  }

  /** What is fused into an operation's end. */
  private static Activation ending(Op op) {
    if (op instanceof Conv2d conv) {
      return conv.activation();
    } else if (op instanceof Linear linear) {
      return linear.activation();
    } else if (op instanceof BatchNorm2d norm) {
      return norm.activation();
    }
    return op instanceof Sum sum ? sum.activation() : Activation.NONE;
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
