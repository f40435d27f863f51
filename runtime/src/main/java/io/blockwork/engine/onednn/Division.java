package io.blockwork.engine.onednn;

import java.util.ArrayList;
import java.util.List;

/**
 * How a batch of inference is divided.
 *
 * @param microBatch images at a time
 * @param streams micro-batches at a time; more than one: each on one thread
 */
record Division(int microBatch, int streams) {
  /** Images of a micro-batch that stay in cache, by measurement on networks of 224 x 224 pixels. */
  private static final int FEW = 4;

  /** The divisions worth measuring. */
  static List<Division> candidates(int batch, int threads) {
    List<Division> candidates = new ArrayList<>();
    candidates.add(new Division(batch, 1));
    if (threads > 1 && batch >= threads) {
      int share = batch / threads;
      candidates.add(new Division(1, threads));
      if (share > 1) {
        candidates.add(new Division(Math.min(FEW, share), threads));
      }
    }
    return candidates;
  }
}
