package io.blockwork.graph.text;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.LogSoftmax;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import java.util.List;
import java.util.Optional;

/** What the operations' fields are called, and what those hold that a text does not mention. */
final class OpFields {
  private OpFields() {}

  /** What a text calls the kind of operation. */
  static String name(Op op) {
    return op.getClass().getSimpleName();
  }

  /**
   * An operation of the kind; its fields are the ones that a text need not mention.
   *
   * @throws IllegalArgumentException if there is no such kind
   */
  static Op usual(String name) {
    return switch (name) {
      case "Activate" -> Activate.relu("");
      case "AdaptiveAvgPool2d" -> new AdaptiveAvgPool2d("", 1, 1);
      case "AdaptiveMaxPool2d" -> new AdaptiveMaxPool2d("", 1, 1);
      case "AvgPool2d" -> AvgPool2d.tiling("", 2);
      case "BatchNorm2d" -> BatchNorm2d.of("", 1);
      case "ChannelRange" -> ChannelRange.of("", 0, 1);
      case "ChannelShuffle" -> new ChannelShuffle("", 1);
      case "Concat" -> new Concat("");
      case "ConstantAffine" -> new ConstantAffine("", List.of(1.0), List.of(0.0));
      case "Conv2d" -> Conv2d.of("", 1, 1, Window.of(1));
      case "Copy" -> new Copy("");
      case "Dropout" -> new Dropout("", 0);
      case "Flatten" -> new Flatten("");
      case "GlobalAvgPool" -> new GlobalAvgPool("");
      case "GlobalMaxPool" -> new GlobalMaxPool("");
      case "GroupNorm" -> GroupNorm.of("", 1, 1);
      case "Input" -> new Input(new Shape(1, 1, 1));
      case "LayerNorm2d" -> LayerNorm2d.of("", 1);
      case "LearnedAffine" -> LearnedAffine.of("", 1);
      case "Linear" -> Linear.of("", 1, 1);
      case "LocalResponseNorm" -> LocalResponseNorm.of("", 1);
      case "LogSoftmax" -> new LogSoftmax("");
      case "MaxPool2d" -> new MaxPool2d("", Window.tiling(2));
      case "Multiply" -> new Multiply("");
      case "PRelu" -> PRelu.of("", 1);
      case "PadShortcut" -> new PadShortcut("", 1, 1);
      case "Scale" -> new Scale("");
      case "Softmax" -> new Softmax("");
      case "StochasticDepth" -> new StochasticDepth("", 0);
      case "Sum" -> Sum.of("");
      case "ZeroPad2d" -> new ZeroPad2d("", Padding.NONE);
      default -> throw new IllegalArgumentException("no operation is called " + Words.text(name));
    };
  }

  /** The operation with its fields exchanged. */
  static Op exchange(Fields f, Op op) {
    if (op instanceof Conv2d o) {
      return conv(f, o);
    } else if (op instanceof BatchNorm2d o) {
      return new BatchNorm2d(
          f.path(o.path()),
          f.number("channels", o.channels()),
          f.real("eps", o.eps()),
          f.real("momentum", o.momentum()),
          f.flag("fromZero", o.fromZero()),
          f.flag("recompute", o.recompute()),
          f.activation("activation", o.activation()));
    } else if (op instanceof Linear o) {
      return new Linear(
          f.path(o.path()),
          f.number("in", o.in()),
          f.number("out", o.out()),
          f.optionalInitial("bias", o.bias()),
          f.initial("initial", o.initial()),
          f.activation("activation", o.activation()));
    } else if (op instanceof Sum o) {
      return new Sum(
          f.path(o.path()),
          f.reals("factors", o.factors()),
          f.activation("activation", o.activation()));
    }
    return pools(f, op);
  }

  private static Conv2d conv(Fields f, Conv2d o) {
    String path = f.path(o.path());
    int in = f.number("in", o.in());
    int out = f.number("out", o.out());
    Window window = f.window("window", o.window());
    int groups = f.number("groups", o.groups());
    Optional<Initial> bias = f.optionalInitial("bias", o.bias());
    Initial initial = f.initial("initial", o.initial());
    Optional<String> norm = f.optionalText("norm", o.norm().map(Conv2d.Folded::path));
    double eps = f.real("eps", o.norm().map(Conv2d.Folded::eps).orElse(0.0));
    return new Conv2d(
        path,
        in,
        out,
        window,
        groups,
        bias,
        initial,
        norm.map(of -> new Conv2d.Folded(of, eps)),
        f.real("factor", o.factor()),
        f.flag("residual", o.residual()),
        f.activation("activation", o.activation()));
  }

  private static Op pools(Fields f, Op op) {
    if (op instanceof MaxPool2d o) {
      return new MaxPool2d(f.path(o.path()), f.window("window", o.window()));
    } else if (op instanceof AvgPool2d o) {
      return new AvgPool2d(
          f.path(o.path()),
          f.window("window", o.window()),
          f.flag("countPadding", o.countPadding()));
    } else if (op instanceof AdaptiveAvgPool2d o) {
      return new AdaptiveAvgPool2d(
          f.path(o.path()), f.number("height", o.height()), f.number("width", o.width()));
    } else if (op instanceof AdaptiveMaxPool2d o) {
      return new AdaptiveMaxPool2d(
          f.path(o.path()), f.number("height", o.height()), f.number("width", o.width()));
    } else if (op instanceof GlobalAvgPool o) {
      return new GlobalAvgPool(f.path(o.path()));
    } else if (op instanceof GlobalMaxPool o) {
      return new GlobalMaxPool(f.path(o.path()));
    }
    return moves(f, op);
  }

  private static Op moves(Fields f, Op op) {
    if (op instanceof Input o) {
      return new Input(f.shape("shape", o.shape()));
    } else if (op instanceof Concat o) {
      return new Concat(f.path(o.path()));
    } else if (op instanceof Copy o) {
      return new Copy(f.path(o.path()));
    } else if (op instanceof Flatten o) {
      return new Flatten(f.path(o.path()));
    } else if (op instanceof ChannelRange o) {
      return new ChannelRange(
          f.path(o.path()),
          f.number("first", o.from()),
          f.number("end", o.to()),
          f.flag("view", o.view()));
    } else if (op instanceof ChannelShuffle o) {
      return new ChannelShuffle(f.path(o.path()), f.number("groups", o.groups()));
    } else if (op instanceof PadShortcut o) {
      return new PadShortcut(
          f.path(o.path()), f.number("stride", o.stride()), f.number("out", o.out()));
    } else if (op instanceof ZeroPad2d o) {
      return new ZeroPad2d(f.path(o.path()), f.padding("padding", o.padding()));
    }
    return elementwise(f, op);
  }

  private static Op elementwise(Fields f, Op op) {
    if (op instanceof Activate o) {
      return new Activate(f.path(o.path()), f.activation("activation", o.activation()));
    } else if (op instanceof PRelu o) {
      return new PRelu(
          f.path(o.path()), f.number("slopes", o.slopes()), f.real("initial", o.initial()));
    } else if (op instanceof Dropout o) {
      return new Dropout(f.path(o.path()), f.real("rate", o.rate()));
    } else if (op instanceof StochasticDepth o) {
      return new StochasticDepth(f.path(o.path()), f.real("rate", o.rate()));
    } else if (op instanceof Multiply o) {
      return new Multiply(f.path(o.path()));
    } else if (op instanceof Scale o) {
      return new Scale(f.path(o.path()));
    } else if (op instanceof Softmax o) {
      return new Softmax(f.path(o.path()));
    } else if (op instanceof LogSoftmax o) {
      return new LogSoftmax(f.path(o.path()));
    } else if (op instanceof ConstantAffine o) {
      return new ConstantAffine(
          f.path(o.path()), f.reals("scale", o.scale()), f.reals("shift", o.shift()));
    } else if (op instanceof LearnedAffine o) {
      return new LearnedAffine(
          f.path(o.path()),
          f.number("channels", o.channels()),
          f.optionalText("scale", o.scale()),
          f.optionalText("shift", o.shift()),
          f.real("initial", o.initial()),
          f.flag("spatial", o.spatial()));
    }
    return norms(f, op);
  }

  private static Op norms(Fields f, Op op) {
    if (op instanceof GroupNorm o) {
      return new GroupNorm(
          f.path(o.path()),
          f.number("channels", o.channels()),
          f.number("groups", o.groups()),
          f.real("eps", o.eps()),
          f.flag("affine", o.affine()));
    } else if (op instanceof LayerNorm2d o) {
      return new LayerNorm2d(
          f.path(o.path()),
          f.number("channels", o.channels()),
          f.real("eps", o.eps()),
          f.flag("affine", o.affine()));
    } else if (op instanceof LocalResponseNorm o) {
      return new LocalResponseNorm(
          f.path(o.path()),
          f.number("size", o.size()),
          f.real("alpha", o.alpha()),
          f.real("beta", o.beta()),
          f.real("k", o.k()));
    }
    throw new IllegalStateException("no text is known for " + name(op));
  }
}
