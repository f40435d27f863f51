package io.blockwork.train;

import io.blockwork.memory.NativeValues;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A whole step in one pass over memory. ND4J's operations, one after the other, would read and
 * write all parameters six times and more; here everything happens to a few thousand values while
 * they are in the cache.
 */
final class FusedStep {
  /** Values at a time: five arrays of them fit into a first-level cache. */
  private static final int RUN = 2048;

  /** Values below which a second thread costs more than it gains. */
  private static final int WORTH_A_THREAD = 1 << 17;

  private final FusedUpdater updater;
  private final FloatBuffer states;
  private final int length;
  private final Scratch[] scratch;

  /** What a thread works in; kept, so that steps make no garbage. */
  private record Scratch(float[] parameter, float[] gradient, float[][] state, double[] sum) {
    Scratch(int states) {
      this(new float[RUN], new float[RUN], new float[states][RUN], new double[1]);
    }
  }

  private FusedStep(FusedUpdater updater, int length, INDArray state) {
    this.updater = updater;
    this.states = NativeValues.of(state).floats();
    this.length = length;
    int threads = Math.min(ForkJoinPool.getCommonPoolParallelism() + 1, length / WORTH_A_THREAD);
    this.scratch = new Scratch[Math.max(1, threads)];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new Scratch((int) (state.length() / length));
    }
  }

  /**
   * A fused step, if there is one for the updater and the parameters.
   *
   * @param updater may be a {@link FusedUpdater}
   * @param type of the parameters
   * @param length how many there are
   * @param state of the updater, its arrays one behind the other; must be reachable as long as the
   *     step is used
   */
  static Optional<FusedStep> of(
      Object updater, DataType type, long length, Optional<INDArray> state) {
    boolean possible =
        updater instanceof FusedUpdater
            && type == DataType.FLOAT
            && state.isPresent()
            // A buffer of java.nio has no more bytes than an int can count.
            && state.get().length() <= Integer.MAX_VALUE / Float.BYTES;
    return possible
        ? Optional.of(new FusedStep((FusedUpdater) updater, (int) length, state.get()))
        : Optional.empty();
  }

  /**
   * Steps.
   *
   * @param parameters all of them, flat, which are changed
   * @param gradients of them, flat; only read
   * @param segments frozen ones are left alone, and so is what the updater remembers of them
   * @param scale factor of the gradients
   * @param rate the learning rate, for decoupled weight decay
   * @param iteration steps before this one
   */
  void run(
      INDArray parameters,
      INDArray gradients,
      List<Segment> segments,
      double scale,
      double rate,
      int iteration) {
    FloatBuffer target = NativeValues.of(parameters).floats();
    FloatBuffer source = NativeValues.of(gradients).floats();
    eachPart(
        (from, to, work) -> {
          // No object for a segment: a step would make more garbage than all the rest.
          double factor = 1;
          FusedUpdater.Kernel kernel = updater.kernel(iteration, factor);
          for (Segment segment : segments) {
            Segment.Settings settings = segment.settings();
            if (settings.frozen()) {
              continue;
            }
            if (settings.rate() != factor) {
              factor = settings.rate();
              kernel = updater.kernel(iteration, factor);
            }
            float decay = (float) settings.weightDecay();
            double off = rate * factor * settings.decoupled();
            float keep = off > 0 ? (float) (1 - off) : 1;
            int end = (int) Math.min(segment.to(), to);
            for (int at = (int) Math.max(segment.from(), from); at < end; at += RUN) {
              int n = Math.min(RUN, end - at);
              read(at, n, work, target, source);
              prepare(n, work.parameter, work.gradient, (float) scale, decay, keep);
              kernel.step(n, work.parameter, work.gradient, work.state);
              write(at, n, work, target);
            }
          }
        });
    Reference.reachabilityFence(gradients);
  }

  /** The Euclidean norm of all gradients, summed in double. */
  double norm(INDArray gradients) {
    FloatBuffer source = NativeValues.of(gradients).floats();
    eachPart(
        (from, to, work) -> {
          work.sum[0] = 0;
          for (int at = from; at < to; at += RUN) {
            int n = Math.min(RUN, to - at);
            source.get(at, work.gradient, 0, n);
            work.sum[0] += squares(n, work.gradient);
          }
        });
    Reference.reachabilityFence(gradients);
    return Math.sqrt(Arrays.stream(scratch).mapToDouble(work -> work.sum[0]).sum());
  }

  private static double squares(int n, float[] values) {
    // Four sums that do not wait for each other.
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      a += (double) values[i] * values[i];
      b += (double) values[i + 1] * values[i + 1];
      c += (double) values[i + 2] * values[i + 2];
      d += (double) values[i + 3] * values[i + 3];
    }
    for (; i < n; i++) {
      a += (double) values[i] * values[i];
    }
    return a + b + c + d;
  }

  /** What a thread does with its part of the values. */
  @FunctionalInterface
  private interface Part {
    void run(int from, int to, Scratch work);
  }

  private void eachPart(Part part) {
    if (scratch.length == 1) {
      part.run(0, length, scratch[0]);
      return;
    }
    IntStream.range(0, scratch.length)
        .parallel()
        .forEach(
            i ->
                part.run(
                    (int) ((long) length * i / scratch.length),
                    (int) ((long) length * (i + 1) / scratch.length),
                    scratch[i]));
  }

  private void read(int at, int n, Scratch work, FloatBuffer parameters, FloatBuffer gradients) {
    parameters.get(at, work.parameter, 0, n);
    gradients.get(at, work.gradient, 0, n);
    for (int i = 0; i < work.state.length; i++) {
      states.get(i * length + at, work.state[i], 0, n);
    }
  }

  private void write(int at, int n, Scratch work, FloatBuffer parameters) {
    parameters.put(at, work.parameter, 0, n);
    for (int i = 0; i < work.state.length; i++) {
      states.put(i * length + at, work.state[i], 0, n);
    }
  }

  /**
   * What happens to a gradient before the updater sees it, and to a parameter before it is stepped.
   * Loops as plain as these become vector instructions.
   *
   * @param scale factor of the gradient
   * @param decay factor of the parameter in the gradient
   * @param keep factor of the parameter
   */
  private static void prepare(
      int n, float[] parameter, float[] gradient, float scale, float decay, float keep) {
    if (scale != 1) {
      for (int i = 0; i < n; i++) {
        gradient[i] *= scale;
      }
    }
    if (decay != 0) {
      for (int i = 0; i < n; i++) {
        gradient[i] += decay * parameter[i];
      }
    }
    if (keep != 1) {
      for (int i = 0; i < n; i++) {
        parameter[i] *= keep;
      }
    }
  }
}
