package io.blockwork.engine.onednn;

import io.blockwork.engine.Precision;

/**
 * How a batch of inference is computed.
 *
 * <p>The choice follows from batch, network, precision and threads alone. Measuring each batch size
 * when it first comes would keep its caller, and everybody who shares the processors, waiting many
 * times as long as a batch takes, and would choose now this, now that: another micro-batch may sum
 * in another order.
 *
 * @param images of a micro-batch
 * @param streams micro-batches at a time; more than one: each on one thread
 */
record MicroBatching(int images, int streams) {
  /**
   * Values of the largest tensor of a micro-batch that stays in cache: four images of 64 x 112 x
   * 112, by measurement on networks of 224 x 224 pixels.
   */
  private static final long CACHED = 4L * 64 * 112 * 112;

  /** Threads that have less to do than this part of the time are better used on one batch. */
  private static final double BUSY = 0.85;

  /** The batch as a whole, on all threads. */
  static MicroBatching whole(int batch) {
    return new MicroBatching(batch, 1);
  }

  /**
   * The choice for a batch.
   *
   * @param batch its images
   * @param largest values of the network's largest tensor, for one image
   * @param precision in which the network computes
   * @param threads that may be used
   */
  static MicroBatching of(int batch, long largest, Precision precision, int threads) {
    // In bfloat16 the matrix units need more rows than one small image has.
    int least = precision == Precision.FLOAT ? 1 : 2;
    long most = Math.min(batch / threads, CACHED / largest);
    MicroBatching best = whole(batch);
    double busiest = BUSY;
    for (int images = least; images <= most; images++) {
      double busy = busy(batch, images, threads);
      if (busy >= busiest) {
        best = new MicroBatching(images, threads);
        busiest = busy;
      }
    }
    return best;
  }

  /**
   * Images that are best computed at a time, as far as the cache goes: what a choice may depend on
   * that is to be the same for any number of threads.
   *
   * @param largest values of the network's largest tensor, for one image
   */
  static int cached(int batch, long largest) {
    return (int) Math.min(batch, Math.max(1, CACHED / largest));
  }

  /** The part of the time in which threads compute an image that nobody else computes. */
  private static double busy(int batch, int images, int threads) {
    int microBatches = (batch + images - 1) / images;
    int rounds = (microBatches + threads - 1) / threads;
    return (double) batch / ((long) rounds * threads * images);
  }
}
