package io.blockwork.memory;

import io.blockwork.memory.NativeFunctions.NativeFunction;
import java.util.Optional;

/**
 * Freed native memory that the C library keeps for later. After a network of many small pieces has
 * been closed, that can be more than the network's weights.
 */
public final class FreedMemory {
  private FreedMemory() {}

  /** Looked up on first use, once. */
  private static final class Holder {
    static final Optional<NativeFunction> MALLOC_TRIM =
        System.getProperty("os.name").startsWith("Linux")
            ? NativeFunctions.find("malloc_trim")
            : Optional.empty();
  }

  /**
   * Gives it back to the system, where the C library can be asked to: glibc does by itself only
   * what lies at the end of its heap. It takes some milliseconds for each hundred megabytes.
   */
  public static void returnToSystem() {
    Holder.MALLOC_TRIM.ifPresent(trim -> trim.call(0L));
  }
}
