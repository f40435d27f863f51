package io.blockwork.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.blockwork.cuda.driver.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Numbers that a generated class brings along, in the pass's memory. */
final class Constants {
  private record Values(Arena.Storage place, byte[] bytes) {}

  private final Arena arena;
  private final List<Values> all = new ArrayList<>();

  Constants(Arena arena) {
    this.arena = arena;
  }

  private Place add(byte[] bytes) {
    Arena.Storage place = arena.reserve("constants", bytes.length);
    all.add(new Values(place, bytes));
    return place;
  }

  /** An array of floats. */
  Place floats(List<Double> values) {
    var buffer = ByteBuffer.allocate(Float.BYTES * values.size()).order(ByteOrder.nativeOrder());
    values.forEach(v -> buffer.putFloat(v.floatValue()));
    return add(buffer.array());
  }

  /** An array of longs. */
  Place longs(List<Long> values) {
    var buffer = ByteBuffer.allocate(Long.BYTES * values.size()).order(ByteOrder.nativeOrder());
    values.forEach(buffer::putLong);
    return add(buffer.array());
  }

  /** Copies them to the device. */
  void upload(Stream stream) {
    for (Values values : all) {
      try (Memory memory = new Memory(Math.max(1, values.bytes().length))) {
        memory.write(0, values.bytes(), 0, values.bytes().length);
        stream.toDevice(
            values.place().address(), Pointer.nativeValue(memory), values.bytes().length);
        stream.await();
      }
    }
  }
}
