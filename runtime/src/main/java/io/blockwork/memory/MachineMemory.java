package io.blockwork.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The memory that the process may use: the machine's, or less in a container that limits it.
 *
 * <p>Linux is asked through its files: the platform's management classes, which are asked
 * elsewhere, take a tenth of the time up to a first prediction.
 */
final class MachineMemory {
  private static final Path MACHINE = Path.of("/proc/meminfo");

  /** Limits of version 2 and version 1 of Linux's control groups. */
  private static final List<Path> CONTAINER =
      List.of(
          Path.of("/sys/fs/cgroup/memory.max"),
          Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

  private MachineMemory() {}

  /** Its size in bytes. */
  static long bytes() {
    OptionalLong machine = number(MACHINE, "MemTotal:", 1024);
    if (machine.isEmpty()) {
      return fromPlatform();
    }
    LongStream limits =
        CONTAINER.stream().flatMapToLong(file -> number(file, "", 1).stream()).filter(n -> n > 0);
    return LongStream.concat(limits, machine.stream()).min().getAsLong();
  }

  /** The number behind the label in a line of the file, if it can be read and there is one. */
  private static OptionalLong number(Path file, String label, long unit) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(label))
          .map(line -> line.substring(label.length()).replace("kB", "").strip())
          .filter(text -> text.matches("\\d{1,15}"))
          .mapToLong(text -> Long.parseLong(text) * unit)
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return OptionalLong.empty();
    }
  }

  private static long fromPlatform() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean platform
        ? platform.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
