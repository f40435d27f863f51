package io.blockwork.engine.depthwise;

/**
 * How the channels are cut into parts, which different threads compute where there are few rows. No
 * value of the output depends on it.
 *
 * @param count how many parts there are
 * @param channels of a part; the last one may overlap its neighbour by whole vectors
 * @param all channels
 */
record Parts(int count, int channels, int all) {
  /** A thread may have so much less to do than another. */
  private static final double IDLE = 0.05;

  /**
   * The fewest parts that keep all threads busy.
   *
   * @param lanes channels of a vector
   * @param channels of the layer; if they are not whole vectors, they are one part
   * @param rows of the output of all images
   */
  static Parts of(int lanes, int channels, int rows, int threads) {
    int vectors = channels / lanes;
    Parts best = new Parts(1, channels, channels);
    if (channels % lanes != 0) {
      return best;
    }
    for (int parts = 1; parts <= vectors; parts++) {
      int each = (vectors + parts - 1) / parts;
      var cut = new Parts((vectors + each - 1) / each, each * lanes, channels);
      if (cut.slowest(rows, threads) < best.slowest(rows, threads) * (1 - IDLE)) {
        best = cut;
      }
    }
    return best;
  }

  /** Channels of rows that the thread with most work computes. */
  private long slowest(long rows, int threads) {
    return (rows * count + threads - 1) / threads * channels;
  }

  /** The first channel of a part. */
  int first(int part) {
    return Math.min(part * channels, all - channels);
  }
}
