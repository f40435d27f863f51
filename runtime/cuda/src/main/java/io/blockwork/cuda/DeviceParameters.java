package io.blockwork.cuda;

import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.DeviceMemory;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A network's parameters and running statistics on the device, in the order that they have on the
 * host, in float. Holds no reference to the {@link Parameters} themselves.
 */
final class DeviceParameters implements AutoCloseable {
  /** Entries that lie one behind the other. */
  private static final class Block {
    private final Map<String, Long> offsets = new HashMap<>();
    private final long host;
    private final DeviceMemory memory;

    Block(Device device, Parameters parameters, List<ParameterInfo> entries) {
      long begin = Long.MAX_VALUE;
      long end = 0;
      for (ParameterInfo info : entries) {
        long address = parameters.values(info.name()).address();
        offsets.put(info.name(), address);
        begin = Math.min(begin, address);
        end = Math.max(end, address + info.length() * Float.BYTES);
      }
      host = entries.isEmpty() ? 0 : begin;
      offsets.replaceAll((name, address) -> address - host);
      memory = device.allocate(entries.isEmpty() ? 0 : end - begin);
    }
  }

  private final Device device;
  private final Block learnable;
  private final Block statistics;

  /** As the learnable entries lie; made for the first training pass. */
  private Optional<DeviceMemory> gradients = Optional.empty();

  /** Takes the memory; nothing is copied yet. */
  DeviceParameters(Device device, Parameters parameters) {
    this.device = device;
    this.learnable =
        new Block(device, parameters, those(parameters, info -> info.kind().learnable()));
    Block second;
    try {
      second =
          new Block(
              device,
              parameters,
              those(parameters, info -> !info.kind().learnable() && !isCounter(info)));
    } catch (RuntimeException e) {
      learnable.memory.close();
      throw e;
    }
    this.statistics = second;
  }

  private static boolean isCounter(ParameterInfo info) {
    return info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED;
  }

  private static List<ParameterInfo> those(Parameters parameters, Predicate<ParameterInfo> which) {
    return parameters.entries().stream().filter(which).toList();
  }

  /** Where an entry is. */
  Place of(String name) {
    Block block = learnable.offsets.containsKey(name) ? learnable : statistics;
    long offset = Objects.requireNonNull(block.offsets.get(name), name);
    return () -> block.memory.address() + offset;
  }

  /** Where a learnable entry is within the learnable ones, in bytes. */
  long offset(String name) {
    return Objects.requireNonNull(learnable.offsets.get(name), name);
  }

  /** The learnable entries. */
  Place learnable() {
    return learnable.memory::address;
  }

  /** The running statistics. */
  Place statistics() {
    return statistics.memory::address;
  }

  /** Where an entry is, in bytes, if the statistics stand right behind the learnable entries. */
  long offsetOfAll(String name) {
    Long offset = learnable.offsets.get(name);
    return offset != null
        ? offset
        : learnableBytes() + Objects.requireNonNull(statistics.offsets.get(name), name);
  }

  /** Bytes of all. */
  long bytes() {
    return learnableBytes() + statistics.memory.bytes();
  }

  /** The gradients of the learnable entries, in their order, of whichever pass was the last. */
  Place gradients() {
    return () -> gradients.orElseThrow().address();
  }

  /** Makes the gradients, all zero: those of frozen parameters stay so. */
  void clearGradients(Stream stream) {
    DeviceMemory memory = gradients.orElseGet(() -> device.allocate(learnableBytes()));
    gradients = Optional.of(memory);
    stream.clear(memory.address(), Math.max(1, learnableBytes()));
  }

  /** Bytes of the learnable entries. */
  long learnableBytes() {
    return learnable.memory.bytes();
  }

  /** Copies everything from the host. */
  void upload(Stream stream) {
    for (Block block : List.of(learnable, statistics)) {
      if (block.memory.bytes() > 0) {
        stream.toDevice(block.memory.address(), block.host, block.memory.bytes());
      }
    }
  }

  /** Copies everything to the host. */
  void download(Stream stream) {
    for (Block block : List.of(learnable, statistics)) {
      if (block.memory.bytes() > 0) {
        stream.toHost(block.host, block.memory.address(), block.memory.bytes());
      }
    }
  }

  @Override
  public void close() {
    try (Resources all = new Resources()) {
      all.add(learnable.memory, learnable.memory::close);
      all.add(statistics.memory, statistics.memory::close);
      gradients.ifPresent(memory -> all.add(memory, memory::close));
    }
  }
}
