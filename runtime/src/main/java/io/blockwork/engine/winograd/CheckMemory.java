package io.blockwork.engine.winograd;

import io.blockwork.memory.NativeBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for a check, taken piece by piece and given back at once. It comes in blocks that are
 * large enough for huge pages: what a check writes, it writes once, and a system that hands out
 * small pages one after another may take longer than the check itself.
 */
final class CheckMemory implements AutoCloseable {
  /** Bytes of a block: address space, of which only what is written becomes memory. */
  private static final long BLOCK = 16 << 20;

  private static final long LINE = 64;

  private final List<NativeBlock> blocks = new ArrayList<>();
  private long free;
  private long end;

  /** The address of so many bytes, on a cache line; their values are undefined. */
  long take(long bytes) {
    long wanted = (bytes + LINE - 1) / LINE * LINE;
    if (end - free < wanted) {
      NativeBlock block = NativeBlock.allocate(Math.max(BLOCK, wanted));
      blocks.add(block);
      free = block.address();
      end = free + block.bytes();
    }
    long address = free;
    free += wanted;
    return address;
  }

  @Override
  public void close() {
    blocks.forEach(NativeBlock::close);
  }
}
