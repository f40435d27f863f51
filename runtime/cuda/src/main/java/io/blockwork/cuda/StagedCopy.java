package io.blockwork.cuda;

import java.util.stream.LongStream;

/**
 * Brings much memory into pinned memory by several threads, from where the device takes one piece
 * while they copy the next: one thread copies a fifth of what the bus takes.
 *
 * @param piece bytes that are handed to the device at a time
 * @param share bytes that a thread copies at a time
 */
record StagedCopy(long piece, long share) {
  /** Pieces that keep 16 threads busy. */
  static final StagedCopy USUAL = new StagedCopy(16L << 20, 1L << 20);

  /** Something that is done with the bytes from one offset up to another. */
  @FunctionalInterface
  interface Range {
    /** Does it. */
    void accept(long from, long to);
  }

  /**
   * Copies so many bytes.
   *
   * @param copy copies a range into pinned memory, on any thread
   * @param send hands a range over whose bytes have all been copied, on this thread and in order
   */
  void run(long bytes, Range copy, Range send) {
    for (long from = 0; from < bytes; from += piece) {
      long begin = from;
      long end = Math.min(bytes, from + piece);
      long shares = (end - begin + share - 1) / share;
      if (shares == 1) {
        copy.accept(begin, end);
      } else {
        LongStream.range(0, shares)
            .parallel()
            .forEach(i -> copy.accept(begin + i * share, Math.min(end, begin + (i + 1) * share)));
      }
      send.accept(begin, end);
    }
  }
}
