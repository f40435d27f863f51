package io.blockwork.cuda;

import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.HostMemory;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What one optimizer keeps on the device: what its rule remembers, the segments of the parameters,
 * and the numbers of a step.
 */
final class OptimizerMemory implements AutoCloseable {
  /** Numbers of a step, and columns of a segment: as in {@code optimizers.cu}. */
  private static final int NUMBERS = 11;

  private static final int COLUMNS = 6;

  /** What a step leaves before the losses: as in {@code optimizers.cu}. */
  static final int RESULTS = 3;

  /** Which of them says whether parameters were stepped. */
  static final int STEPS = 1;

  private final Resources resources = new Resources();
  private final Arena arena = new Arena();
  private final Arena.Storage values;
  private final Arena.Storage segments;
  private final Arena.Storage numbers;
  private final Arena.Storage parts;
  private final Arena.Storage results;
  private final HostMemory host;
  private final int count;

  /** Those that are on the device. */
  private List<OptimizerStep.Segment> current = List.of();

  /**
   * Takes the memory. A step that is launched before the first {@link #prepare} changes nothing.
   *
   * @param bytes of what the rule remembers
   * @param count segments
   * @param blocks that sum up squares
   */
  OptimizerMemory(Device device, Stream stream, long bytes, int count, int blocks) {
    this.count = count;
    values = arena.reserve("state of the optimizer", bytes);
    segments = arena.reserve("segments", (long) Double.BYTES * COLUMNS * count);
    numbers = arena.reserve("numbers of a step", (long) Double.BYTES * NUMBERS);
    parts = arena.reserve("parts of squares", (long) Double.BYTES * blocks);
    results = arena.reserve("results", (long) Double.BYTES * RESULTS);
    resources.add(arena, arena::close);
    try {
      HostMemory pinned =
          device.allocateHost((long) Double.BYTES * Math.max(NUMBERS, COLUMNS * count));
      host = resources.add(pinned, pinned::close);
      arena.allocate(device, stream);
      stream.await();
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  Place values() {
    return values;
  }

  Place segments() {
    return segments;
  }

  int count() {
    return count;
  }

  Place numbers() {
    return numbers;
  }

  Place parts() {
    return parts;
  }

  /** Where a step leaves its results that is made by itself. */
  Place results() {
    return results;
  }

  /** Whether the last step that was made by itself has changed anything; waits for it. */
  boolean made(Stream stream) {
    stream.toHost(host.address(), results.address(), (long) Double.BYTES * RESULTS);
    stream.await();
    return buffer(RESULTS).getDouble(Double.BYTES * STEPS) != 0;
  }

  /** Begins to copy what a step needs to the device. */
  void prepare(Stream stream, OptimizerStep step, double... values) {
    if (step.segments() != current) {
      ByteBuffer table = buffer(COLUMNS * count);
      for (OptimizerStep.Segment each : step.segments()) {
        table.putDouble(each.from()).putDouble(each.to()).putDouble(each.frozen() ? 1 : 0);
        table.putDouble(each.rate()).putDouble(each.weightDecay());
        table.putDouble(each.decoupledWeightDecay());
      }
      current = List.of();
      send(stream, segments, COLUMNS * count);
      // The numbers travel through the same memory.
      stream.await();
      current = step.segments();
    }
    ByteBuffer buffer = buffer(NUMBERS);
    for (double value : values) {
      buffer.putDouble(value);
    }
    send(stream, numbers, NUMBERS);
  }

  /** Lets steps that are launched before the next {@link #prepare} change nothing. */
  void disable(Stream stream) {
    stream.clear(numbers.address(), (long) Double.BYTES * NUMBERS);
  }

  private ByteBuffer buffer(int doubles) {
    return NativeValues.bytes(host.address(), (long) Double.BYTES * doubles);
  }

  private void send(Stream stream, Place to, int doubles) {
    stream.toDevice(to.address(), host.address(), (long) Double.BYTES * doubles);
  }

  @Override
  public void close() {
    resources.close();
  }
}
