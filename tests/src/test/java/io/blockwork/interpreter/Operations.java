package io.blockwork.interpreter;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
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
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.ZeroPad2d;
import io.blockwork.interpreter.Interpreter.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every operation by its definition, number by number. */
final class Operations {
  /** Computes an operation, cast by the table. */
  private interface Rule<O extends Op> {
    int[] compute(O op, List<Value> inputs, Value output);
  }

  private final Tape tape;
  private final Arithmetic arithmetic;
  private final boolean training;
  private final Set<String> frozen;
  private final Masks masks;
  private final Map<Class<? extends Op>, Rule<Op>> rules = new HashMap<>();
  private double clearance = Double.POSITIVE_INFINITY;

  Operations(
      Tape tape,
      Map<String, int[]> parameters,
      boolean training,
      Set<String> frozen,
      Masks masks,
      Map<String, double[]> statistics) {
    this.tape = tape;
    this.arithmetic = new Arithmetic(tape, parameters);
    this.training = training;
    this.frozen = frozen;
    this.masks = masks;
    Windows windows = new Windows(tape);
    Norms norms = new Norms(tape, arithmetic);
    Moves moves = new Moves(tape);
    rule(Activate.class, (op, in, out) -> activate(op.activation(), in.get(0).at()));
    rule(AdaptiveAvgPool2d.class, (op, in, out) -> windows.adaptiveMean(in.get(0), out));
    rule(AdaptiveMaxPool2d.class, (op, in, out) -> near(windows.adaptiveMax(in.get(0), out)));
    rule(
        AvgPool2d.class,
        (op, in, out) -> windows.mean(op.window(), op.countPadding(), in.get(0), out));
    rule(MaxPool2d.class, (op, in, out) -> near(windows.max(op.window(), in.get(0), out)));
    rule(GlobalAvgPool.class, (op, in, out) -> windows.adaptiveMean(in.get(0), out));
    rule(GlobalMaxPool.class, (op, in, out) -> near(windows.adaptiveMax(in.get(0), out)));
    rule(Conv2d.class, this::conv);
    rule(Linear.class, this::linear);
    rule(
        BatchNorm2d.class,
        (op, in, out) ->
            activate(
                op.activation(), norms.batch(op, in.get(0), out, moved(op.path(), statistics))));
    rule(GroupNorm.class, (op, in, out) -> norms.group(op, in.get(0), out));
    rule(LayerNorm2d.class, (op, in, out) -> norms.layer(op, in.get(0), out));
    rule(LocalResponseNorm.class, (op, in, out) -> norms.localResponse(op, in.get(0), out));
    rule(Softmax.class, (op, in, out) -> norms.softmax(in.get(0), out));
    rule(LogSoftmax.class, (op, in, out) -> norms.logSoftmax(in.get(0), out));
    rule(Sum.class, this::sum);
    rule(Multiply.class, (op, in, out) -> multiply(in.get(0), in.get(1), out));
    rule(Scale.class, (op, in, out) -> multiply(in.get(0), in.get(1), out));
    rule(ConstantAffine.class, this::constantAffine);
    rule(LearnedAffine.class, this::learnedAffine);
    rule(PRelu.class, this::prelu);
    rule(Dropout.class, (op, in, out) -> mask(op.path(), op.rate(), false, in.get(0)));
    rule(StochasticDepth.class, (op, in, out) -> mask(op.path(), op.rate(), true, in.get(0)));
    rule(Copy.class, (op, in, out) -> in.get(0).at());
    rule(Flatten.class, (op, in, out) -> in.get(0).at());
    rule(Concat.class, (op, in, out) -> moves.concat(in, out));
    rule(ChannelRange.class, (op, in, out) -> moves.range(op, in.get(0), out));
    rule(ChannelShuffle.class, (op, in, out) -> moves.shuffle(op, in.get(0), out));
    rule(ZeroPad2d.class, (op, in, out) -> moves.zeroPad(op, in.get(0), out));
    rule(PadShortcut.class, (op, in, out) -> moves.padShortcut(op, in.get(0), out));
  }

  /** The running statistics that a norm moves, if it does. */
  private Optional<Map<String, double[]>> moved(String path, Map<String, double[]> statistics) {
    return training && !frozen.contains(path) ? Optional.of(statistics) : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private <O extends Op> void rule(Class<O> kind, Rule<O> rule) {
    rules.put(kind, (Rule<Op>) rule);
  }

  /** The kinds of operations that have a rule. */
  Set<Class<? extends Op>> kinds() {
    return rules.keySet();
  }

  double clearance() {
    return clearance;
  }

  private int[] near(Windows.Largest largest) {
    clearance = Math.min(clearance, largest.margin());
    return largest.at();
  }

  /** The numbers of the operation's output. */
  int[] compute(Op op, List<Value> inputs, int batch, Shape shape) {
    Rule<Op> rule = rules.get(op.getClass());
    if (rule == null) {
      throw new AssertionError("the interpreter does not know " + op.type());
    }
    return rule.compute(
        op, inputs, new Value(new int[batch * Math.toIntExact(shape.elements())], batch, shape));
  }

  private int[] activate(Activation f, int[] in) {
    int[] out = new int[in.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = activate(f, in[i]);
    }
    return out;
  }

  private int activate(Activation f, int at) {
    if (f.isNone()) {
      return at;
    }
    double x = tape.value(at);
    if (!tape.isConstant(at)) {
      clearance = Math.min(clearance, Functions.distanceToKink(f, x));
    }
    return tape.unary(at, Functions.value(f, x), Functions.derivative(f, x));
  }

  private int[] conv(Conv2d op, List<Value> inputs, Value out) {
    if (op.norm().isPresent() || op.residual() || op.factor() != 1) {
      throw new AssertionError(op.path() + " has been fused");
    }
    Value in = inputs.get(0);
    Shape from = in.shape();
    Shape to = out.shape();
    var w = op.window();
    int groupIn = op.in() / op.groups();
    int groupOut = op.out() / op.groups();
    int next = 0;
    for (int n = 0; n < in.batch(); n++) {
      for (int o = 0; o < to.channels(); o++) {
        int first = o / groupOut * groupIn;
        for (int y = 0; y < to.height(); y++) {
          for (int x = 0; x < to.width(); x++) {
            double sum = 0;
            for (int c = 0; c < groupIn; c++) {
              for (int ky = 0; ky < w.kernelHeight(); ky++) {
                int row = y * w.strideHeight() + ky * w.dilationHeight() - w.padding().top();
                for (int kx = 0; kx < w.kernelWidth(); kx++) {
                  int column = x * w.strideWidth() + kx * w.dilationWidth() - w.padding().left();
                  if (row < 0 || row >= from.height() || column < 0 || column >= from.width()) {
                    continue;
                  }
                  int plane = n * from.channels() + first + c;
                  int value = in.at()[(plane * from.height() + row) * from.width() + column];
                  int place = ((o * groupIn + c) * w.kernelHeight() + ky) * w.kernelWidth() + kx;
                  sum +=
                      arithmetic.product(value, arithmetic.parameter(op.path() + ".weight", place));
                }
              }
            }
            if (op.bias().isPresent()) {
              sum += arithmetic.added(arithmetic.parameter(op.path() + ".bias", o));
            }
            out.at()[next++] = tape.end(sum);
          }
        }
      }
    }
    return activate(op.activation(), out.at());
  }

  private int[] linear(Linear op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    // On the channels of each place; a vector out of a map sees all its values in the order C, H,
    // W.
    int places = out.pixels();
    int length = places == 1 ? in.elements() : in.shape().channels();
    for (int n = 0; n < in.batch(); n++) {
      for (int o = 0; o < op.out(); o++) {
        for (int p = 0; p < places; p++) {
          double sum = 0;
          for (int i = 0; i < length; i++) {
            int value = in.at()[(n * length + i) * places + p];
            sum +=
                arithmetic.product(
                    value, arithmetic.parameter(op.path() + ".weight", o * length + i));
          }
          if (op.bias().isPresent()) {
            sum += arithmetic.added(arithmetic.parameter(op.path() + ".bias", o));
          }
          out.at()[(n * op.out() + o) * places + p] = tape.end(sum);
        }
      }
    }
    return activate(op.activation(), out.at());
  }

  private int[] sum(Sum op, List<Value> inputs, Value out) {
    for (int i = 0; i < out.at().length; i++) {
      double sum = 0;
      for (int k = 0; k < inputs.size(); k++) {
        int at = inputs.get(k).at()[i];
        tape.term(at, op.factors().get(k));
        sum += op.factors().get(k) * tape.value(at);
      }
      out.at()[i] = tape.end(sum);
    }
    return activate(op.activation(), out.at());
  }

  private int[] multiply(Value a, Value b, Value out) {
    int repeat = a.pixels() / b.pixels();
    for (int i = 0; i < out.at().length; i++) {
      out.at()[i] = tape.end(arithmetic.product(a.at()[i], b.at()[i / repeat]));
    }
    return out.at();
  }

  private int[] constantAffine(ConstantAffine op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < out.at().length; i++) {
      int c = i / in.pixels() % in.shape().channels();
      double scale = op.scale().get(c);
      out.at()[i] =
          tape.unary(in.at()[i], scale * tape.value(in.at()[i]) + op.shift().get(c), scale);
    }
    return out.at();
  }

  private int[] learnedAffine(LearnedAffine op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < out.at().length; i++) {
      int c = i / in.pixels() % in.shape().channels();
      out.at()[i] =
          arithmetic.affine(
              in.at()[i],
              op.scale().map(name -> arithmetic.parameter(name, c)),
              op.shift().map(name -> arithmetic.parameter(name, c)));
    }
    return out.at();
  }

  private int[] prelu(PRelu op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < out.at().length; i++) {
      int c = i / in.pixels() % in.shape().channels();
      int slope = arithmetic.parameter(op.path() + ".weight", op.slopes() == 1 ? 0 : c);
      double x = tape.value(in.at()[i]);
      if (!tape.isConstant(in.at()[i])) {
        clearance = Math.min(clearance, Math.abs(x));
      }
      out.at()[i] =
          x > 0 ? tape.unary(in.at()[i], x, 1) : tape.end(arithmetic.product(in.at()[i], slope));
    }
    return out.at();
  }

  private int[] mask(String path, double rate, boolean wholeImages, Value in) {
    if (!training) {
      return in.at();
    }
    double[] factors = masks.of(path, rate, wholeImages, in.batch(), in.shape());
    int[] out = new int[in.at().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = tape.unary(in.at()[i], factors[i] * tape.value(in.at()[i]), factors[i]);
    }
    return out;
  }
}
