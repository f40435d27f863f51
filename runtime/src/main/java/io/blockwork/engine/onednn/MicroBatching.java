package io.blockwork.engine.onednn;

import io.blockwork.engine.Precision;
import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a batch of inference is computed.
 *
 * <p>Unless a {@link io.blockwork.engine.Tuning} is given, the choice follows from batch, network,
 * precision and threads alone. Measuring each batch size when it first comes keeps its caller
 * waiting several times as long as a batch takes, and chooses now this, now that: another
 * micro-batch may sum in another order.
 *
 * @param images of a micro-batch
 * @param streams micro-batches at a time
 * @param threads of each stream
 */
record MicroBatching(int images, int streams, int threads) {
  /**
   * Values of the largest tensor of a micro-batch that stays in cache: four images of 64 x 112 x
   * 112, by measurement on networks of 224 x 224 pixels.
   */
  private static final long CACHED = 4L * 64 * 112 * 112;

  /** Threads that have less to do than this part of the time are better used on one batch. */
  private static final double BUSY = 0.85;

  /** Images of the largest batch that is measured as a whole. */
  private static final int LARGEST_MEASURED = 16;

  /** Sizes of micro-batches that are measured for each number of threads of a stream. */
  private static final int SIZES = 2;

  private static final Pattern TEXT =
      Pattern.compile("images (\\d{1,9}), streams (\\d{1,9}), threads (\\d{1,9})");

  /** The batch as a whole, on all threads. */
  static MicroBatching whole(int batch, int threads) {
    return new MicroBatching(batch, 1, threads);
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
    long most = Math.min(batch / threads, CACHED / largest);
    MicroBatching best = whole(batch, threads);
    double busiest = BUSY;
    for (int images = least(precision); images <= most; images++) {
      MicroBatching candidate = new MicroBatching(images, threads, 1);
      double busy = candidate.busy(batch, threads);
      if (busy >= busiest) {
        best = candidate;
        busiest = busy;
      }
    }
    return best;
  }

  /** In bfloat16 the matrix units need more rows than one small image has. */
  private static int least(Precision precision) {
    return precision == Precision.FLOAT ? 1 : 2;
  }

  /**
   * What is worth measuring: {@link #of} first; then the batch as a whole, or what stands for it if
   * it is large; then streams of one thread, two, four ...
   *
   * @param batch its images
   * @param largest values of the network's largest tensor, for one image
   * @param precision in which the network computes
   * @param threads that may be used
   */
  static List<MicroBatching> candidates(int batch, long largest, Precision precision, int threads) {
    Set<MicroBatching> all = new LinkedHashSet<>();
    int most = batch;
    if (batch > LARGEST_MEASURED) {
      most = Math.min((batch + 1) / 2, Math.max(LARGEST_MEASURED, cached(batch, largest)));
    }
    MicroBatching rule = of(batch, largest, precision, threads);
    if (rule.images() <= most) {
      all.add(rule);
    }
    all.add(whole(most, threads));
    for (int each = 1;
        each <= threads;
        each = each == threads ? threads + 1 : next(each, threads)) {
      int streams = Math.min(threads / each, batch);
      int images = Integer.highestOneBit(Math.min(most, batch / streams));
      int tried = 0;
      for (; images >= least(precision) && tried < SIZES; images /= 2) {
        MicroBatching candidate = new MicroBatching(images, streams, each);
        if (candidate.busy(batch, threads) >= BUSY && all.add(candidate)) {
          tried++;
        }
      }
    }
    return new ArrayList<>(all);
  }

  private static int next(int each, int threads) {
    return Math.min(2 * each, threads);
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

  /** Times that all streams take a micro-batch each, until the batch is done. */
  int rounds(int batch) {
    int microBatches = (batch + images - 1) / images;
    return (microBatches + streams - 1) / streams;
  }

  /** The part of the time in which threads compute an image that nobody else computes. */
  private double busy(int batch, int all) {
    double working = (double) streams * threads / all;
    return working * batch / ((long) rounds(batch) * streams * images);
  }

  /**
   * What {@link #toString} wrote; empty if that is no way to compute the batch.
   *
   * @param batch images
   * @param threads that may be used
   */
  static Optional<MicroBatching> parse(String text, int batch, int threads) {
    Matcher fields = TEXT.matcher(text);
    if (!fields.matches()) {
      return Optional.empty();
    }
    MicroBatching read = new MicroBatching(number(fields, 1), number(fields, 2), number(fields, 3));
    boolean sound =
        Math.min(read.images, Math.min(read.streams, read.threads)) >= 1
            && read.images <= batch
            && (long) read.streams * read.threads <= threads;
    return sound ? Optional.of(read) : Optional.empty();
  }

  private static int number(Matcher fields, int group) {
    return Integer.parseInt(fields.group(group));
  }

  @Override
  public String toString() {
    return SafeText.format("images %d, streams %d, threads %d", images, streams, threads);
  }
}
