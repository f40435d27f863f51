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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Every operation by its definition, number by number. */
final class Operations {
  /** Computes an operation, cast by the table. */
  private interface Rule<O extends Op> {
    int[] compute(O op, List<Value> inputs, Value output);
  }

  private final Tape tape;
  private final Map<String, int[]> parameters;
  private final boolean training;
  private final Masks masks;
  private final Map<String, double[]> statistics;
  private final Map<Class<? extends Op>, Rule<Op>> rules = new HashMap<>();
  private double clearance = Double.POSITIVE_INFINITY;

  Operations(
      Tape tape,
      Map<String, int[]> parameters,
      boolean training,
      Masks masks,
      Map<String, double[]> statistics) {
    this.tape = tape;
    this.parameters = parameters;
    this.training = training;
    this.masks = masks;
    this.statistics = statistics;
    Windows windows = new Windows(tape);
    rule(Activate.class, (op, in, out) -> activate(op.activation(), in.get(0)));
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
    rule(BatchNorm2d.class, this::batchNorm);
    rule(GroupNorm.class, this::groupNorm);
    rule(LayerNorm2d.class, this::layerNorm);
    rule(LocalResponseNorm.class, this::localResponseNorm);
    rule(Softmax.class, this::softmax);
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
    rule(Concat.class, this::concat);
    rule(ChannelRange.class, this::range);
    rule(ChannelShuffle.class, this::shuffle);
    rule(ZeroPad2d.class, this::zeroPad);
    rule(PadShortcut.class, this::padShortcut);
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
    return rule.compute(op, inputs, new Value(new int[batch * elements(shape)], batch, shape));
  }

  private static int elements(Shape shape) {
    return shape.channels() * shape.height() * shape.width();
  }

  private static int pixels(Shape shape) {
    return shape.height() * shape.width();
  }

  private int parameter(String name, int i) {
    return Objects.requireNonNull(parameters.get(name), name)[i];
  }

  private int[] activate(Activation f, Value in) {
    int[] out = new int[in.at().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = activate(f, in.at()[i]);
    }
    return out;
  }

  private int activate(Activation f, int at) {
    if (f.isNone()) {
      return at;
    }
    double x = tape.value(at);
    clearance = Math.min(clearance, Functions.distanceToKink(f, x));
    return tape.unary(at, Functions.value(f, x), Functions.derivative(f, x));
  }

  private int[] activated(Activation f, Value out) {
    return activate(f, out);
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
                  sum += product(value, parameter(op.path() + ".weight", place));
                }
              }
            }
            if (op.bias().isPresent()) {
              sum += added(parameter(op.path() + ".bias", o));
            }
            out.at()[next++] = tape.end(sum);
          }
        }
      }
    }
    return activated(op.activation(), out);
  }

  /** Adds the product to the number that is being computed. */
  private double product(int a, int b) {
    tape.term(a, tape.value(b));
    tape.term(b, tape.value(a));
    return tape.value(a) * tape.value(b);
  }

  /** Adds the number to the one that is being computed. */
  private double added(int a) {
    tape.term(a, 1);
    return tape.value(a);
  }

  private int[] linear(Linear op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    // On the channels of each place; a vector out of a map sees all its values in the order C, H,
    // W.
    int places = pixels(out.shape());
    int length = places == 1 ? elements(in.shape()) : in.shape().channels();
    for (int n = 0; n < in.batch(); n++) {
      for (int o = 0; o < op.out(); o++) {
        for (int p = 0; p < places; p++) {
          double sum = 0;
          for (int i = 0; i < length; i++) {
            int value = in.at()[(n * length + i) * places + p];
            sum += product(value, parameter(op.path() + ".weight", o * length + i));
          }
          if (op.bias().isPresent()) {
            sum += added(parameter(op.path() + ".bias", o));
          }
          out.at()[(n * op.out() + o) * places + p] = tape.end(sum);
        }
      }
    }
    return activated(op.activation(), out);
  }

  /** The mean of some numbers. */
  private int mean(int[] of) {
    double sum = 0;
    for (int each : of) {
      tape.term(each, 1.0 / of.length);
      sum += tape.value(each);
    }
    return tape.end(sum / of.length);
  }

  /** The mean square distance of some numbers from their mean. */
  private int variance(int[] of, int mean) {
    int[] squares = new int[of.length];
    for (int i = 0; i < of.length; i++) {
      double d = tape.value(of[i]) - tape.value(mean);
      tape.term(of[i], 2 * d);
      tape.term(mean, -2 * d);
      squares[i] = tape.end(d * d);
    }
    return mean(squares);
  }

  /** {@code (x - mean) / sqrt(variance + eps)}. */
  private int normalised(int x, int mean, int variance, double eps) {
    double root = Math.sqrt(tape.value(variance) + eps);
    double d = tape.value(x) - tape.value(mean);
    tape.term(x, 1 / root);
    tape.term(mean, -1 / root);
    tape.term(variance, -d / (2 * root * root * root));
    return tape.end(d / root);
  }

  private int affine(int x, Optional<Integer> scale, Optional<Integer> shift) {
    int result = x;
    if (scale.isPresent()) {
      result = tape.end(product(result, scale.get()));
    }
    if (shift.isPresent()) {
      result = tape.end(added(result) + added(shift.get()));
    }
    return result;
  }

  private int normed(String path, boolean affine, int channel, int x) {
    return affine
        ? affine(
            x,
            Optional.of(parameter(path + ".weight", channel)),
            Optional.of(parameter(path + ".bias", channel)))
        : x;
  }

  private int[] batchNorm(BatchNorm2d op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    int pixels = pixels(in.shape());
    int count = in.batch() * pixels;
    double[] means = new double[op.channels()];
    double[] variances = new double[op.channels()];
    for (int c = 0; c < op.channels(); c++) {
      int[] places = new int[count];
      for (int i = 0; i < count; i++) {
        places[i] = (i / pixels * op.channels() + c) * pixels + i % pixels;
      }
      int mean;
      int variance;
      if (training) {
        int[] of = new int[count];
        for (int i = 0; i < count; i++) {
          of[i] = in.at()[places[i]];
        }
        mean = mean(of);
        variance = variance(of, mean);
        double kept = 1 - op.momentum();
        means[c] =
            kept * tape.value(parameter(op.path() + ".running_mean", c))
                + op.momentum() * tape.value(mean);
        variances[c] =
            kept * tape.value(parameter(op.path() + ".running_var", c))
                + op.momentum() * tape.value(variance) * count / (count - 1);
      } else {
        mean = parameter(op.path() + ".running_mean", c);
        variance = parameter(op.path() + ".running_var", c);
      }
      for (int place : places) {
        int x = normalised(in.at()[place], mean, variance, op.eps());
        out.at()[place] = normed(op.path(), true, c, x);
      }
    }
    if (training) {
      statistics.put(op.path() + ".running_mean", means);
      statistics.put(op.path() + ".running_var", variances);
    }
    return activated(op.activation(), out);
  }

  private int[] groupNorm(GroupNorm op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    int pixels = pixels(in.shape());
    int length = op.channels() / op.groups() * pixels;
    for (int group = 0; group < in.batch() * op.groups(); group++) {
      int[] of = new int[length];
      System.arraycopy(in.at(), group * length, of, 0, length);
      int mean = mean(of);
      int variance = variance(of, mean);
      for (int i = 0; i < length; i++) {
        int channel = (group * length + i) / pixels % op.channels();
        out.at()[group * length + i] =
            normed(op.path(), op.affine(), channel, normalised(of[i], mean, variance, op.eps()));
      }
    }
    return out.at();
  }

  /** Where channel {@code c} of place {@code i} is, counting the places of all images. */
  private static int place(Value value, int i, int c) {
    int pixels = pixels(value.shape());
    return (i / pixels * value.shape().channels() + c) * pixels + i % pixels;
  }

  private int[] layerNorm(LayerNorm2d op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < in.batch() * pixels(in.shape()); i++) {
      int[] of = new int[op.channels()];
      for (int c = 0; c < of.length; c++) {
        of[c] = in.at()[place(in, i, c)];
      }
      int mean = mean(of);
      int variance = variance(of, mean);
      for (int c = 0; c < of.length; c++) {
        out.at()[place(in, i, c)] =
            normed(op.path(), op.affine(), c, normalised(of[c], mean, variance, op.eps()));
      }
    }
    return out.at();
  }

  private int[] localResponseNorm(LocalResponseNorm op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    int channels = in.shape().channels();
    for (int i = 0; i < in.batch() * pixels(in.shape()); i++) {
      for (int c = 0; c < channels; c++) {
        // Torch pads size / 2 channels before, and what remains of size - 1 behind.
        int from = c - op.size() / 2;
        double sum = 0;
        for (int near = Math.max(0, from); near < Math.min(channels, from + op.size()); near++) {
          int at = in.at()[place(in, i, near)];
          double x = tape.value(at);
          tape.term(at, 2 * x * op.alpha() / op.size());
          sum += x * x;
        }
        int base = tape.end(op.k() + op.alpha() / op.size() * sum);
        int x = in.at()[place(in, i, c)];
        double power = Math.pow(tape.value(base), -op.beta());
        tape.term(x, power);
        tape.term(base, -op.beta() * tape.value(x) * power / tape.value(base));
        out.at()[place(in, i, c)] = tape.end(tape.value(x) * power);
      }
    }
    return out.at();
  }

  private int[] softmax(Softmax op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    int channels = in.shape().channels();
    for (int i = 0; i < in.batch() * pixels(in.shape()); i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < channels; c++) {
        largest = Math.max(largest, tape.value(in.at()[place(in, i, c)]));
      }
      double sum = 0;
      double[] shares = new double[channels];
      for (int c = 0; c < channels; c++) {
        shares[c] = Math.exp(tape.value(in.at()[place(in, i, c)]) - largest);
        sum += shares[c];
      }
      for (int c = 0; c < channels; c++) {
        double share = shares[c] / sum;
        for (int other = 0; other < channels; other++) {
          double same = other == c ? 1 : 0;
          tape.term(in.at()[place(in, i, other)], share * (same - shares[other] / sum));
        }
        out.at()[place(in, i, c)] = tape.end(share);
      }
    }
    return out.at();
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
    return activated(op.activation(), out);
  }

  private int[] multiply(Value a, Value b, Value out) {
    int repeat = pixels(a.shape()) / pixels(b.shape());
    for (int i = 0; i < out.at().length; i++) {
      out.at()[i] = tape.end(product(a.at()[i], b.at()[i / repeat]));
    }
    return out.at();
  }

  private int[] constantAffine(ConstantAffine op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < out.at().length; i++) {
      int c = i / pixels(in.shape()) % in.shape().channels();
      double scale = op.scale().get(c);
      out.at()[i] =
          tape.unary(in.at()[i], scale * tape.value(in.at()[i]) + op.shift().get(c), scale);
    }
    return out.at();
  }

  private int[] learnedAffine(LearnedAffine op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < out.at().length; i++) {
      int c = i / pixels(in.shape()) % in.shape().channels();
      out.at()[i] =
          affine(
              in.at()[i],
              op.scale().map(name -> parameter(name, c)),
              op.shift().map(name -> parameter(name, c)));
    }
    return out.at();
  }

  private int[] prelu(PRelu op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    for (int i = 0; i < out.at().length; i++) {
      int c = i / pixels(in.shape()) % in.shape().channels();
      int slope = parameter(op.path() + ".weight", op.slopes() == 1 ? 0 : c);
      double x = tape.value(in.at()[i]);
      clearance = Math.min(clearance, Math.abs(x));
      out.at()[i] = x > 0 ? tape.unary(in.at()[i], x, 1) : tape.end(product(in.at()[i], slope));
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

  private int[] concat(Concat op, List<Value> inputs, Value out) {
    int next = 0;
    for (int n = 0; n < out.batch(); n++) {
      for (Value in : inputs) {
        int length = elements(in.shape());
        System.arraycopy(in.at(), n * length, out.at(), next, length);
        next += length;
      }
    }
    return out.at();
  }

  private int[] range(ChannelRange op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    int length = elements(out.shape());
    for (int n = 0; n < out.batch(); n++) {
      int from = n * elements(in.shape()) + op.from() * pixels(in.shape());
      System.arraycopy(in.at(), from, out.at(), n * length, length);
    }
    return out.at();
  }

  private int[] shuffle(ChannelShuffle op, List<Value> inputs, Value out) {
    Value in = inputs.get(0);
    int channels = in.shape().channels();
    int pixels = pixels(in.shape());
    for (int plane = 0; plane < in.batch() * channels; plane++) {
      // [groups, channels / groups] becomes [channels / groups, groups].
      int c = plane % channels;
      int source = c % op.groups() * (channels / op.groups()) + c / op.groups();
      int from = (plane - c + source) * pixels;
      System.arraycopy(in.at(), from, out.at(), plane * pixels, pixels);
    }
    return out.at();
  }

  private int[] zeroPad(ZeroPad2d op, List<Value> inputs, Value out) {
    return moved(
        inputs.get(0),
        out,
        (c, y, x) -> new int[] {c, y - op.padding().top(), x - op.padding().left()});
  }

  private int[] padShortcut(PadShortcut op, List<Value> inputs, Value out) {
    int before = (op.out() - inputs.get(0).shape().channels()) / 2;
    return moved(
        inputs.get(0), out, (c, y, x) -> new int[] {c - before, y * op.stride(), x * op.stride()});
  }

  /** Where a value of the output comes from. */
  private interface Origin {
    int[] of(int channel, int row, int column);
  }

  /** Every value of the output is one of the input, or zero where there is none. */
  private int[] moved(Value in, Value out, Origin origin) {
    Shape from = in.shape();
    Shape to = out.shape();
    int next = 0;
    for (int n = 0; n < in.batch(); n++) {
      for (int c = 0; c < to.channels(); c++) {
        for (int y = 0; y < to.height(); y++) {
          for (int x = 0; x < to.width(); x++) {
            int[] at = origin.of(c, y, x);
            boolean inside =
                at[0] >= 0
                    && at[0] < from.channels()
                    && at[1] >= 0
                    && at[1] < from.height()
                    && at[2] >= 0
                    && at[2] < from.width();
            int plane = n * from.channels() + at[0];
            out.at()[next++] =
                inside
                    ? in.at()[(plane * from.height() + at[1]) * from.width() + at[2]]
                    : tape.leaf(0);
          }
        }
      }
    }
    return out.at();
  }
}
