package io.blockwork.memory;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory that the process may use: the machine's, or less in a container that limits it.
 *
 * <p>Linux is asked through its files: the platform's management classes, which are asked
 * elsewhere, take a tenth of the time up to a first prediction; streams and regular expressions
 * would take a thirtieth.
 */
final class MachineMemory {
  private static final Path MACHINE = Path.of("/proc/meminfo");

  /** Limits of version 2 and version 1 of Linux's control groups. */
  private static final List<Path> CONTAINER =
      List.of(
          Path.of("/sys/fs/cgroup/memory.max"),
          Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

  private static final int DIGITS = 15;

  private MachineMemory() {}

  /** Its size in bytes. */
  static long bytes() {
    OptionalLong machine = number(MACHINE, "MemTotal:", 1024);
    if (machine.isEmpty()) {
      return fromPlatform();
    }
    long least = machine.getAsLong();
    for (Path file : CONTAINER) {
      long limit = number(file, "", 1).orElse(0);
      least = limit > 0 ? Math.min(least, limit) : least;
    }
    return least;
  }

  /** The number behind the label in a line of the file, if it can be read and there is one. */
  private static OptionalLong number(Path file, String label, long unit) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(label)) {
          String text = line.substring(label.length()).replace("kB", "").strip();
          if (isNumber(text)) {
            return OptionalLong.of(Long.parseLong(text) * unit);
          }
        }
      }
    } catch (IOException e) {
      // Not Linux, or not that version of control groups.
    }
    return OptionalLong.empty();
  }

  /** Whether it is a number of bytes that a machine may have: "max" and all bits set are none. */
  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= DIGITS;
  }

  private static long fromPlatform() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean platform
        ? platform.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
