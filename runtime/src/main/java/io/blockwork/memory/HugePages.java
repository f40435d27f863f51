package io.blockwork.memory;

import io.blockwork.memory.NativeFunctions.NativeFunction;
import java.util.Optional;

/**
 * Asks Linux to back memory with huge pages, which many systems give only to those who ask: fewer
 * page faults when it is first written, and fewer misses of the address cache later.
 */
final class HugePages {
  /** Bytes of a huge page on x86-64, and of the common configurations of arm64. */
  static final long SIZE = 2 << 20;

  /** Linux's {@code MADV_HUGEPAGE}. */
  private static final int ADVICE = 14;

  private HugePages() {}

  /** Looked up on first use, once. */
  private static final class Holder {
    static final Optional<NativeFunction> MADVISE =
        System.getProperty("os.name").startsWith("Linux")
            ? NativeFunctions.find("madvise")
            : Optional.empty();
  }

  /** Asks for huge pages wherever whole ones fit. A refusal changes nothing, and is not told. */
  static void advise(long address, long bytes) {
    Holder.MADVISE.ifPresent(madvise -> madvise.call(address, bytes, ADVICE));
  }
}
