package io.blockwork.cuda;

import io.blockwork.parameters.SharedWork;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings much memory into pinned memory by several threads, from where the device takes one piece
 * while they copy the next: on the machine of an H200 one thread copied a fifth of what the bus
 * takes.
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
      List<Runnable> shares = new ArrayList<>();
      for (long at = begin; at < end; at += share) {
        long first = at;
        long last = Math.min(end, at + share);
        shares.add(() -> copy.accept(first, last));
      }
      SharedWork.start(shares).finish();
      send.accept(begin, end);
    }
  }
}
