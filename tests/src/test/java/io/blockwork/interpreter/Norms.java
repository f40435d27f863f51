package io.blockwork.interpreter;

import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.interpreter.Interpreter.Value;
import java.util.Map;
import java.util.Optional;

/** Operations that weigh a value against others: norms and softmax. */
final class Norms {
  private final Tape tape;
  private final Arithmetic arithmetic;

  Norms(Tape tape, Arithmetic arithmetic) {
    this.tape = tape;
    this.arithmetic = arithmetic;
  }

  /** The mean of some numbers; norms magnify the rounding of their sum. */
  private int mean(int[] of) {
    double sum = 0;
    for (int each : of) {
      tape.term(each, 1.0 / of.length);
      sum = tape.rounded(sum + tape.value(each));
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

  private int normed(String path, boolean affine, int channel, int x) {
    return affine
        ? arithmetic.affine(
            x,
            Optional.of(arithmetic.parameter(path + ".weight", channel)),
            Optional.of(arithmetic.parameter(path + ".bias", channel)))
        : x;
  }

  /**
   * Batch norm.
   *
   * @param statistics receives the running statistics in training, which uses the batch's
   */
  int[] batch(BatchNorm2d op, Value in, Value out, Optional<Map<String, double[]>> statistics) {
    int pixels = in.pixels();
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
      if (statistics.isPresent()) {
        int[] of = new int[count];
        for (int i = 0; i < count; i++) {
          of[i] = in.at()[places[i]];
        }
        mean = mean(of);
        variance = variance(of, mean);
        double kept = 1 - op.momentum();
        means[c] =
            kept * tape.value(arithmetic.parameter(op.path() + ".running_mean", c))
                + op.momentum() * tape.value(mean);
        variances[c] =
            kept * tape.value(arithmetic.parameter(op.path() + ".running_var", c))
                + op.momentum() * tape.value(variance) * count / (count - 1);
      } else {
        mean = arithmetic.parameter(op.path() + ".running_mean", c);
        variance = arithmetic.parameter(op.path() + ".running_var", c);
      }
      for (int place : places) {
        int x = normalised(in.at()[place], mean, variance, op.eps());
        out.at()[place] = normed(op.path(), true, c, x);
      }
    }
    statistics.ifPresent(
        moved -> {
          moved.put(op.path() + ".running_mean", means);
          moved.put(op.path() + ".running_var", variances);
        });
    return out.at();
  }

  int[] group(GroupNorm op, Value in, Value out) {
    int pixels = in.pixels();
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

  int[] layer(LayerNorm2d op, Value in, Value out) {
    for (int i = 0; i < in.batch() * in.pixels(); i++) {
      int[] of = new int[op.channels()];
      for (int c = 0; c < of.length; c++) {
        of[c] = in.at()[in.place(i, c)];
      }
      int mean = mean(of);
      int variance = variance(of, mean);
      for (int c = 0; c < of.length; c++) {
        out.at()[in.place(i, c)] =
            normed(op.path(), op.affine(), c, normalised(of[c], mean, variance, op.eps()));
      }
    }
    return out.at();
  }

  int[] localResponse(LocalResponseNorm op, Value in, Value out) {
    int channels = in.shape().channels();
    for (int i = 0; i < in.batch() * in.pixels(); i++) {
      for (int c = 0; c < channels; c++) {
        // Torch pads size / 2 channels before, and what remains of size - 1 behind.
        int from = c - op.size() / 2;
        double sum = 0;
        for (int near = Math.max(0, from); near < Math.min(channels, from + op.size()); near++) {
          int at = in.at()[in.place(i, near)];
          double x = tape.value(at);
          tape.term(at, 2 * x * op.alpha() / op.size());
          sum += x * x;
        }
        int base = tape.end(op.k() + op.alpha() / op.size() * sum);
        int x = in.at()[in.place(i, c)];
        double power = Math.pow(tape.value(base), -op.beta());
        tape.term(x, power);
        tape.term(base, -op.beta() * tape.value(x) * power / tape.value(base));
        out.at()[in.place(i, c)] = tape.end(tape.value(x) * power);
      }
    }
    return out.at();
  }

  int[] softmax(Value in, Value out) {
    int channels = in.shape().channels();
    for (int i = 0; i < in.batch() * in.pixels(); i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < channels; c++) {
        largest = Math.max(largest, tape.value(in.at()[in.place(i, c)]));
      }
      double sum = 0;
      double[] shares = new double[channels];
      for (int c = 0; c < channels; c++) {
        shares[c] = Math.exp(tape.value(in.at()[in.place(i, c)]) - largest);
        sum += shares[c];
      }
      for (int c = 0; c < channels; c++) {
        double share = shares[c] / sum;
        for (int other = 0; other < channels; other++) {
          double same = other == c ? 1 : 0;
          tape.term(in.at()[in.place(i, other)], share * (same - shares[other] / sum));
        }
        out.at()[in.place(i, c)] = tape.end(share);
      }
    }
    return out.at();
  }

  int[] logSoftmax(Value in, Value out) {
    int channels = in.shape().channels();
    for (int i = 0; i < in.batch() * in.pixels(); i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < channels; c++) {
        largest = Math.max(largest, tape.value(in.at()[in.place(i, c)]));
      }
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += Math.exp(tape.value(in.at()[in.place(i, c)]) - largest);
      }
      double log = largest + Math.log(sum);
      for (int c = 0; c < channels; c++) {
        double x = tape.value(in.at()[in.place(i, c)]);
        for (int other = 0; other < channels; other++) {
          double share = Math.exp(tape.value(in.at()[in.place(i, other)]) - log);
          tape.term(in.at()[in.place(i, other)], (other == c ? 1 : 0) - share);
        }
        out.at()[in.place(i, c)] = tape.end(x - log);
      }
    }
    return out.at();
  }
}
