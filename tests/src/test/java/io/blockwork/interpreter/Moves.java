package io.blockwork.interpreter;

import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ZeroPad2d;
import io.blockwork.interpreter.Interpreter.Value;
import java.util.List;

/** Operations whose output holds values of the input in other places. */
final class Moves {
  private final Tape tape;

  Moves(Tape tape) {
    this.tape = tape;
  }

  int[] concat(List<Value> inputs, Value out) {
    int next = 0;
    for (int n = 0; n < out.batch(); n++) {
      for (Value in : inputs) {
        int length = in.elements();
        System.arraycopy(in.at(), n * length, out.at(), next, length);
        next += length;
      }
    }
    return out.at();
  }

  int[] range(ChannelRange op, Value in, Value out) {
    int length = out.elements();
    for (int n = 0; n < out.batch(); n++) {
      int from = n * in.elements() + op.from() * in.pixels();
      System.arraycopy(in.at(), from, out.at(), n * length, length);
    }
    return out.at();
  }

  int[] shuffle(ChannelShuffle op, Value in, Value out) {
    int channels = in.shape().channels();
    int pixels = in.pixels();
    for (int plane = 0; plane < in.batch() * channels; plane++) {
      // [groups, channels / groups] becomes [channels / groups, groups].
      int c = plane % channels;
      int source = c % op.groups() * (channels / op.groups()) + c / op.groups();
      int from = (plane - c + source) * pixels;
      System.arraycopy(in.at(), from, out.at(), plane * pixels, pixels);
    }
    return out.at();
  }

  int[] zeroPad(ZeroPad2d op, Value in, Value out) {
    return moved(
        in, out, (c, y, x) -> new int[] {c, y - op.padding().top(), x - op.padding().left()});
  }

  int[] padShortcut(PadShortcut op, Value in, Value out) {
    int before = (op.out() - in.shape().channels()) / 2;
    return moved(in, out, (c, y, x) -> new int[] {c - before, y * op.stride(), x * op.stride()});
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
                    : tape.constant(0);
          }
        }
      }
    }
    return out.at();
  }
}
