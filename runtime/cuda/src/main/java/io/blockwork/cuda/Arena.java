package io.blockwork.cuda;

import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.DeviceMemory;
import io.blockwork.cuda.driver.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The memory of one bound pass: one block, cut up when everything is known. */
final class Arena implements AutoCloseable {
  private static final long LINE = 512;

  private final List<Storage> storages = new ArrayList<>();
  private Optional<DeviceMemory> memory = Optional.empty();

  /** A part of it, of a life of its own. */
  final class Storage implements Place {
    private final String name;
    private long bytes;
    private long offset;

    private Storage(String name) {
      this.name = name;
    }

    /** Makes it at least so large. */
    void atLeast(long size) {
      bytes = Math.max(bytes, size);
    }

    @Override
    public long address() {
      return memory.orElseThrow().address() + offset;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A new part, which is empty at first. */
  Storage reserve(String name) {
    Storage storage = new Storage(name);
    storages.add(storage);
    return storage;
  }

  /** A new part of a size. */
  Storage reserve(String name, long bytes) {
    Storage storage = reserve(name);
    storage.atLeast(bytes);
    return storage;
  }

  /** Bytes of all parts. */
  long bytes() {
    return storages.stream().mapToLong(s -> padded(s.bytes)).sum();
  }

  private static long padded(long bytes) {
    return (bytes + LINE - 1) / LINE * LINE;
  }

  /** Takes the memory, all zeros: padding must not hold NaNs. */
  void allocate(Device device, Stream stream) {
    long offset = 0;
    for (Storage storage : storages) {
      storage.offset = offset;
      offset += padded(storage.bytes);
    }
    DeviceMemory block = device.allocate(offset);
    memory = Optional.of(block);
    stream.clear(block.address(), Math.max(1, offset));
  }

  @Override
  public void close() {
    memory.ifPresent(DeviceMemory::close);
  }
}
