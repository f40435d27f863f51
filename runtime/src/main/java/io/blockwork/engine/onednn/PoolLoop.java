package io.blockwork.engine.onednn;

import io.blockwork.engine.PoolAxis;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Arrays;
import org.bytedeco.dnnl.memory;

/** Pools whose windows oneDNN lacks, on channels-last memory. */
final class PoolLoop {
  private final Pool pool;
  private final PlanTensor src;
  private final PlanTensor dst;

  /** For each image, the winning pixel of each value of the output. */
  private final int[][] winners;

  /**
   * Describes a pool.
   *
   * @param backward whether a gradient will be asked for
   */
  PoolLoop(BoundPlan plan, Pool pool, PlanTensor src, PlanTensor dst, boolean backward) {
    this.pool = pool;
    this.src = src;
    this.dst = dst;
    boolean remember = backward && pool.largest();
    this.winners = new int[remember ? plan.batch() : 0][(int) dst.elements()];
  }

  void forward(Emitter e) {
    BoundPlan plan = e.plan();
    memory source = e.readAs(src, plan.channelsLast(src), Scratch.SOURCE);
    memory target = e.targetAs(dst, plan.channelsLast(dst), Scratch.TARGET);
    e.loop(
        "pool",
        plan.batch() * dst.height(),
        () -> {
          ImageValues x = plan.values(source, src);
          ImageValues y = plan.values(target, dst);
          return (from, to) -> {
            for (int i = from; i < to; i++) {
              row(x, y, i / dst.height(), i % dst.height());
            }
          };
        },
        source,
        target);
    e.written(target, dst);
  }

  private void row(ImageValues x, ImageValues y, int n, int row) {
    int c = src.channels();
    PoolAxis rows = pool.rows();
    PoolAxis columns = pool.columns();
    int pitch = src.width() * c;
    int first = rows.from(row);
    float[] in = new float[(rows.to(row) - first) * pitch];
    x.read(n, first * pitch, in, in.length);
    float[] out = new float[dst.width() * c];
    int[] best = new int[c];
    for (int column = 0; column < dst.width(); column++) {
      float[] values = new float[c];
      Arrays.fill(values, pool.largest() ? Float.NEGATIVE_INFINITY : 0);
      Arrays.fill(best, first * src.width() + columns.from(column));
      for (int h = first; h < rows.to(row); h++) {
        for (int w = columns.from(column); w < columns.to(column); w++) {
          int at = (h - first) * pitch + w * c;
          if (pool.largest()) {
            largest(in, at, values, best, h * src.width() + w);
          } else {
            for (int k = 0; k < c; k++) {
              values[k] += in[at + k];
            }
          }
        }
      }
      float share = pool.largest() ? 1 : share(row, column);
      for (int k = 0; k < c; k++) {
        out[column * c + k] = values[k] * share;
      }
      if (winners.length > 0) {
        System.arraycopy(best, 0, winners[n], (row * dst.width() + column) * c, c);
      }
    }
    y.write(n, row * out.length, out, out.length);
  }

  /** The first of equal values wins, and so does NaN, as in torch. */
  private static void largest(float[] in, int at, float[] values, int[] best, int pixel) {
    for (int k = 0; k < values.length; k++) {
      float value = in[at + k];
      if (value > values[k] || Float.isNaN(value)) {
        values[k] = value;
        best[k] = pixel;
      }
    }
  }

  private float share(int row, int column) {
    return 1f / (pool.rows().divisor(row) * pool.columns().divisor(column));
  }

  void backward(Emitter e, PlanTensor dDst, GradientTarget dSrc) {
    BoundPlan plan = e.plan();
    memory gradient = e.readAs(dDst, plan.channelsLast(dDst), Scratch.SOURCE);
    memory result = e.gradient(dSrc.tensor(), dSrc.accumulate(), plan.channelsLast(src));
    e.loop(
        "pool backward",
        plan.batch(),
        () -> {
          ImageValues d = plan.values(gradient, dDst);
          ImageValues dx = plan.values(result, dSrc.tensor());
          return (from, to) -> {
            for (int n = from; n < to; n++) {
              image(d, dx, n);
            }
          };
        },
        gradient,
        result);
    dSrc.written(e, result);
  }

  private void image(ImageValues gradient, ImageValues result, int n) {
    int c = src.channels();
    float[] d = new float[(int) dst.elements()];
    float[] dx = new float[(int) src.elements()];
    gradient.read(n, 0, d, d.length);
    for (int row = 0; row < dst.height(); row++) {
      for (int column = 0; column < dst.width(); column++) {
        int at = (row * dst.width() + column) * c;
        if (pool.largest()) {
          for (int k = 0; k < c; k++) {
            dx[winners[n][at + k] * c + k] += d[at + k];
          }
        } else {
          spread(d, at, share(row, column), dx, row, column);
        }
      }
    }
    result.write(n, 0, dx, dx.length);
  }

  private void spread(float[] d, int at, float share, float[] dx, int row, int column) {
    int c = src.channels();
    for (int h = pool.rows().from(row); h < pool.rows().to(row); h++) {
      for (int w = pool.columns().from(column); w < pool.columns().to(column); w++) {
        int to = (h * src.width() + w) * c;
        for (int k = 0; k < c; k++) {
          dx[to + k] += d[at + k] * share;
        }
      }
    }
  }
}
