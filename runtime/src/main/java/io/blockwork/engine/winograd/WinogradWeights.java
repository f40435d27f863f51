package io.blockwork.engine.winograd;

import io.blockwork.engine.x86.CodeMemory;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.LongBuffer;

/** The transform of a layer's weights, on the calling thread. Used by one thread at a time. */
public final class WinogradWeights implements AutoCloseable {
  /**
   * How transformed weights lie in memory. Equal layouts can share them.
   *
   * @param form what the code of the transform is specialised for
   */
  public record Layout(WeightsCode.Form form) {
    /** Bytes of the transformed weights. */
    public long bytes() {
      return form.bytes();
    }
  }

  private final WeightsCode.Form form;
  private final OpenMpRegion region;
  private final CodeMemory code;

  private WinogradWeights(WeightsCode.Form form, OpenMpRegion region, CodeMemory code) {
    this.form = form;
    this.region = region;
    this.code = code;
  }

  /**
   * The transform into that layout.
   *
   * @throws IllegalStateException if code cannot be made executable any more, although it could
   *     when the convolution was bound
   */
  public static WinogradWeights of(Layout layout) {
    OpenMpRegion region = OpenMpRegion.find().orElseThrow();
    byte[] bytes =
        WeightsCode.of(layout.form(), new WorkerLoop(1, region.threadNumber(), region.threads()));
    CodeMemory code =
        CodeMemory.of(bytes)
            .orElseThrow(() -> new IllegalStateException("no more executable memory is to be had"));
    return new WinogradWeights(layout.form(), region, code);
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
    long words = (long) WorkerLoop.ARGUMENTS * Long.BYTES;
    long spill = (long) form.tile().points() * form.vectors().bytes();
    try (NativeBlock memory = NativeBlock.allocate(words + spill)) {
      LongBuffer arguments = NativeValues.bytes(memory.address(), words).asLongBuffer();
      arguments.put(WeightsCode.FROM, from);
      arguments.put(WeightsCode.TO, to);
      arguments.put(WeightsCode.CHANNELS, channels);
      arguments.put(WeightsCode.SPILL, memory.address() + words);
      region.run(code.address(), memory.address(), 1);
    }
  }

  @Override
  public void close() {
    code.close();
  }
}
