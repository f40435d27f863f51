package io.blockwork.interpreter;

import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.interpreter.Interpreter.Value;

/** Pools: the mean or the largest of the values that a window sees. */
final class Windows {
  private final Tape tape;

  Windows(Tape tape) {
    this.tape = tape;
  }

  /**
   * The largest values.
   *
   * @param at their numbers
   * @param margin the least distance of a largest value from another one in its window
   */
  record Largest(int[] at, double margin) {}

  /** Rows or columns from {@code begin}, before {@code end}. */
  private record Range(int begin, int end) {
    int length() {
      return end - begin;
    }

    Range within(int size) {
      return new Range(Math.max(0, begin), Math.min(size, end));
    }
  }

  /** What windows see, and what the mean is divided by. */
  private interface Places {
    Range rows(int y);

    Range columns(int x);

    int divisor(Range rows, Range columns);
  }

  private static Places places(Window w, boolean countPadding, Shape in) {
    return new Places() {
      @Override
      public Range rows(int y) {
        int begin = y * w.strideHeight() - w.padding().top();
        return new Range(begin, begin + w.kernelHeight());
      }

      @Override
      public Range columns(int x) {
        int begin = x * w.strideWidth() - w.padding().left();
        return new Range(begin, begin + w.kernelWidth());
      }

      @Override
      public int divisor(Range rows, Range columns) {
        // What hangs over the padding in ceil_mode never counts.
        return countPadding
            ? (Math.min(rows.end(), in.height() + w.padding().bottom()) - rows.begin())
                * (Math.min(columns.end(), in.width() + w.padding().right()) - columns.begin())
            : rows.within(in.height()).length() * columns.within(in.width()).length();
      }
    };
  }

  /** Window i of n sees from floor(i * size / n) to ceil((i + 1) * size / n). */
  private static Places adaptive(Shape in, Shape out) {
    return new Places() {
      @Override
      public Range rows(int y) {
        return part(y, in.height(), out.height());
      }

      @Override
      public Range columns(int x) {
        return part(x, in.width(), out.width());
      }

      private Range part(int i, int size, int parts) {
        return new Range(i * size / parts, ((i + 1) * size + parts - 1) / parts);
      }

      @Override
      public int divisor(Range rows, Range columns) {
        return rows.length() * columns.length();
      }
    };
  }

  int[] mean(Window window, boolean countPadding, Value in, Value out) {
    return mean(places(window, countPadding, in.shape()), in, out);
  }

  int[] adaptiveMean(Value in, Value out) {
    return mean(adaptive(in.shape(), out.shape()), in, out);
  }

  Largest max(Window window, Value in, Value out) {
    return max(places(window, false, in.shape()), in, out);
  }

  Largest adaptiveMax(Value in, Value out) {
    return max(adaptive(in.shape(), out.shape()), in, out);
  }

  private int[] mean(Places places, Value in, Value out) {
    Shape to = out.shape();
    int next = 0;
    for (int plane = 0; plane < in.batch() * to.channels(); plane++) {
      for (int y = 0; y < to.height(); y++) {
        for (int x = 0; x < to.width(); x++) {
          int divisor = places.divisor(places.rows(y), places.columns(x));
          Range rows = places.rows(y).within(in.shape().height());
          Range columns = places.columns(x).within(in.shape().width());
          double sum = 0;
          for (int row = rows.begin(); row < rows.end(); row++) {
            for (int column = columns.begin(); column < columns.end(); column++) {
              int at = at(in, plane, row, column);
              tape.term(at, 1.0 / divisor);
              sum += tape.value(at);
            }
          }
          out.at()[next++] = tape.end(sum / divisor);
        }
      }
    }
    return out.at();
  }

  private Largest max(Places places, Value in, Value out) {
    Shape to = out.shape();
    double margin = Double.POSITIVE_INFINITY;
    int next = 0;
    for (int plane = 0; plane < in.batch() * to.channels(); plane++) {
      for (int y = 0; y < to.height(); y++) {
        for (int x = 0; x < to.width(); x++) {
          Range rows = places.rows(y).within(in.shape().height());
          Range columns = places.columns(x).within(in.shape().width());
          int best = at(in, plane, rows.begin(), columns.begin());
          double second = Double.NEGATIVE_INFINITY;
          for (int row = rows.begin(); row < rows.end(); row++) {
            for (int column = columns.begin(); column < columns.end(); column++) {
              int at = at(in, plane, row, column);
              if (at == best) {
                continue;
              }
              if (tape.value(at) > tape.value(best)) {
                second = tape.value(best);
                best = at;
              } else if (!tape.isConstant(at) || !tape.isConstant(best)) {
                second = Math.max(second, tape.value(at));
              }
            }
          }
          margin = Math.min(margin, tape.value(best) - second);
          out.at()[next++] = best;
        }
      }
    }
    return new Largest(out.at(), margin);
  }

  private static int at(Value in, int plane, int row, int column) {
    return in.at()[(plane * in.shape().height() + row) * in.shape().width() + column];
  }
}
