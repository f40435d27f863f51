package io.blockwork.engine.winograd;

import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.SharedCode;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Optional;

/** The transform of a layer's weights. Used by one thread at a time. */
public final class WinogradWeights implements AutoCloseable {
  /**
   * How transformed weights lie in memory. Equal layouts can share them.
   *
   * @param form what the code of the transform is specialised for
   */
  public record Layout(WeightsCode.Form form) {
    /** What tells it from others. */
    public List<Object> key() {
      return form.key();
    }

    /** Bytes of the transformed weights. */
    public long bytes() {
      return form.bytes();
    }
  }

  private final WeightsCode.Form form;
  private final OpenMpRegion region;
  private final SharedCode code;
  private final int threads;

  /** What the code is told, and room for its registers; training transforms in every step. */
  private final NativeBlock memory;

  private final LongBuffer arguments;

  private WinogradWeights(
      WeightsCode.Form form, OpenMpRegion region, SharedCode code, int threads) {
    this.form = form;
    this.region = region;
    this.code = code;
    this.threads = threads;
    long words = (long) threads * WorkerLoop.ARGUMENTS * Long.BYTES;
    long spill = (long) form.tile().points() * form.vectors().bytes();
    memory = NativeBlock.allocate(words + threads * spill);
    arguments = NativeValues.bytes(memory.address(), words).asLongBuffer();
    for (int worker = 0; worker < threads; worker++) {
      arguments.put(
          worker * WorkerLoop.ARGUMENTS + WeightsCode.SPILL,
          memory.address() + words + worker * spill);
    }
  }

  /**
   * The transform into that layout.
   *
   * @param threads how many share the work
   * @throws IllegalStateException if code cannot be made executable any more, although it could
   *     when the convolution was bound
   */
  public static WinogradWeights of(Layout layout, int threads) {
    OpenMpRegion region = OpenMpRegion.find().orElseThrow();
    SharedCode code =
        code(layout.form(), threads, region)
            .orElseThrow(() -> new IllegalStateException("no more executable memory is to be had"));
    try {
      return new WinogradWeights(layout.form(), region, code, threads);
    } catch (OutOfMemoryError e) {
      code.close();
      throw e;
    }
  }

  /** The code of the transform, for one more user. */
  static Optional<SharedCode> code(WeightsCode.Form form, int threads, OpenMpRegion region) {
    WorkerLoop loop = WorkerLoop.of(threads, region);
    return SharedCode.of(
        List.of(WeightsCode.class, form.key(), loop.key()), () -> WeightsCode.of(form, loop));
  }

  /**
   * Transforms weights.
   *
   * @param from address of the weights as {@code [3, 3, in, out]}
   * @param to address of {@link Layout#bytes} bytes
   */
  public void run(long from, long to) {
    run(from, to, form.in());
  }

  /** The same for the first input channels only. */
  void run(long from, long to, int channels) {
    for (int worker = 0; worker < threads; worker++) {
      int at = worker * WorkerLoop.ARGUMENTS;
      int first = (int) ((long) channels * worker / threads);
      int next = (int) ((long) channels * (worker + 1) / threads);
      arguments.put(at + WeightsCode.FROM, from + (long) first * form.out() * Float.BYTES);
      arguments.put(at + WeightsCode.TO, to + (long) first * form.panel() * Float.BYTES);
      arguments.put(at + WeightsCode.CHANNELS, next - first);
    }
    region.run(code.address(), memory.address(), threads);
  }

  @Override
  public void close() {
    code.close();
    memory.close();
  }
}
