package io.blockwork.engine.x86;

import io.blockwork.memory.NativeBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Memory for the checks of a plan's layers, which are made one after another: each begins where the
 * one before began. To have the system give memory takes longer than the checks themselves, so they
 * write to as little as they can that nobody needs later. The weights, which are most of it, stay
 * with the layer that was checked: {@link #giveWeights}. Used by one thread at a time.
 */
public final class CheckMemory implements AutoCloseable {
  /** Bytes of a block: address space, of which only what is written becomes memory. */
  private static final long BLOCK = 16 << 20;

  private static final long LINE = 64;

  private static final String PURPOSE = "the check of machine code";

  private final List<NativeBlock> blocks = new ArrayList<>();

  /** How many of the blocks this check has begun. */
  private int begun;

  private long free;
  private long end;
  private Optional<NativeBlock> weights = Optional.empty();

  /** Begins a check: what was taken before may be taken again. */
  public void reuse() {
    begun = 0;
    free = 0;
    end = 0;
  }

  /**
   * Takes memory until the next check.
   *
   * @param bytes how many
   * @return their address, on a cache line; their values are undefined
   */
  public long take(long bytes) {
    long wanted = (bytes + LINE - 1) / LINE * LINE;
    while (end - free < wanted) {
      if (begun == blocks.size()) {
        blocks.add(NativeBlock.allocateSparse(Math.max(BLOCK, wanted), PURPOSE));
      }
      NativeBlock block = blocks.get(begun);
      begun++;
      // Where a cache line starts, so does a block.
      free = block.address();
      end = free + block.bytes();
    }
    long address = free;
    free += wanted;
    return address;
  }

  /**
   * Takes memory for transformed weights.
   *
   * @param bytes how many
   * @return their address; their values are undefined
   */
  public long weights(long bytes) {
    if (weights.isEmpty() || weights.get().bytes() != bytes) {
      closeWeights();
      weights = Optional.of(NativeBlock.allocate(bytes, PURPOSE));
    }
    return weights.get().address();
  }

  /**
   * The block that the last check had for its transformed weights, if it is of that size and was
   * not given away: who packs weights into it spares the system the giving of new pages. It is the
   * caller's to close then; its values are of no use.
   *
   * @param bytes the size that is wanted
   */
  public Optional<NativeBlock> giveWeights(long bytes) {
    Optional<NativeBlock> fitting = weights.filter(block -> block.bytes() == bytes);
    if (fitting.isPresent()) {
      weights = Optional.empty();
    }
    return fitting;
  }

  private void closeWeights() {
    weights.ifPresent(NativeBlock::close);
    weights = Optional.empty();
  }

  /** Gives everything back. What is taken later is new. */
  @Override
  public void close() {
    closeWeights();
    blocks.forEach(NativeBlock::close);
    blocks.clear();
    reuse();
  }
}
