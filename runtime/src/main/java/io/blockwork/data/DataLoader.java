package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes batches of a {@link Dataset}, with workers that read ahead while the network computes.
 *
 * <p>What an epoch's batches hold depends on the seed, the epoch's number and the data alone: not
 * on the number of workers, and not on what was read before. Batches are written straight into
 * arrays that are reused. Not thread-safe: one epoch is open at a time, opening the next closes it.
 */
public final class DataLoader implements AutoCloseable {
  private static final int MAX_REMEMBERED = 100;

  /** What the first epoch is made of; later ones differ in the shape of the images at most. */
  final Dataset data;

  /** The data by the epoch, from 1, that it begins with. */
  private final NavigableMap<Integer, Dataset> byEpoch;

  final int batchSize;
  final boolean shuffle;
  final long seed;
  final int workers;
  final int prefetch;
  final boolean dropLast;
  final OnCorrupt onCorrupt;
  final Optional<BatchMix> mix;
  final int repeats;

  /** Items that a shuffle buffer holds; 0: there is none. */
  final int shuffleBuffer;

  /** The first items of the parts that a shuffle buffer is filled from, in any order of parts. */
  final int[] parts;

  /** Of each item; empty: every item is read once. */
  final double[] weights;

  private final AtomicLong skipped = new AtomicLong();
  private final List<DataException> damages = new ArrayList<>();
  private final BatchBuffers buffers;
  private Optional<Epoch> open = Optional.empty();

  private DataLoader(Builder builder) {
    this.data = builder.data;
    this.byEpoch = new TreeMap<>(builder.byEpoch);
    this.batchSize = builder.batchSize;
    this.shuffle = builder.shuffle;
    this.seed = builder.seed;
    this.workers = builder.workers;
    this.prefetch = builder.prefetch;
    this.dropLast = builder.dropLast;
    this.onCorrupt = builder.onCorrupt;
    this.mix = builder.mix;
    this.repeats = builder.repeats;
    this.weights = builder.weights;
    this.shuffleBuffer = builder.shuffleBuffer;
    this.parts = builder.parts;
    this.buffers = new BatchBuffers();
  }

  /**
   * Starts a loader: batches of 32 in the data's order, a worker for every second processor, two
   * batches ahead, stopping at the first damaged record.
   */
  public static Builder of(Dataset data) {
    Objects.requireNonNull(data, "data");
    return new Builder(data);
  }

  /** Number of batches in an epoch. */
  public int batches() {
    return dropLast ? data.size() / batchSize : (data.size() + batchSize - 1) / batchSize;
  }

  /** The data that batches are made of; with several ({@link Builder#from}), the first one. */
  public Dataset dataset() {
    return data;
  }

  /**
   * The data that the batches of an epoch are made of.
   *
   * @param epoch its number, from 1
   * @throws IllegalArgumentException if the number is not positive
   */
  public Dataset dataset(int epoch) {
    requireEpoch(epoch);
    return byEpoch.floorEntry(epoch).getValue();
  }

  /**
   * The epochs that begin with other data than the one before, 1 first: see {@link Builder#from}.
   */
  public List<Integer> changes() {
    return List.copyOf(byEpoch.keySet());
  }

  private static void requireEpoch(int epoch) {
    if (epoch < 1) {
      throw new IllegalArgumentException("epochs are counted from 1, got " + epoch);
    }
  }

  /** Items in a full batch. */
  public int batchSize() {
    return batchSize;
  }

  /** Whether a last batch that is not full is left out. */
  public boolean dropsLast() {
    return dropLast;
  }

  /** What decides the batches: {@code 10000 items, batches of 128, shuffled, seed 1}. */
  @Override
  public String toString() {
    return SafeText.format(
        "%d items%s, batches of %d%s%s%s%s%s, seed %d",
        data.size(),
        shapes(),
        batchSize,
        dropLast ? " (last one left out)" : "",
        shuffle ? ", shuffled" : "",
        shuffleBuffer > 0
            ? SafeText.format(", shuffled within %d of %d parts", shuffleBuffer, parts.length)
            : "",
        repeats > 1 ? ", each " + repeats + " times" : "",
        weights.length > 0
            ? SafeText.format(", drawn by weights %08x", Arrays.hashCode(weights))
            : "",
        seed);
  }

  /** Which shapes the images have in which epochs, if they do not have one in all. */
  private String shapes() {
    List<String> shapes = new ArrayList<>();
    Optional<ImageShape> before = Optional.empty();
    if (byEpoch.size() > 1) {
      for (Map.Entry<Integer, Dataset> entry : byEpoch.entrySet()) {
        ImageShape shape = entry.getValue().shape();
        if (!before.equals(Optional.of(shape))) {
          shapes.add(shape + " from epoch " + entry.getKey());
        }
        before = Optional.of(shape);
      }
    }
    return shapes.size() > 1 ? " (" + String.join(", ", shapes) + ")" : "";
  }

  /**
   * Opens an epoch from its first batch on; an epoch that is still open is closed.
   *
   * @param epoch its number, from 1, part of all randomness
   * @throws IllegalArgumentException if the number is not positive
   */
  public Epoch epoch(int epoch) {
    return epoch(epoch, 0);
  }

  /**
   * Opens an epoch from a later batch on: the same batches as if the earlier ones had been taken.
   * An epoch that is still open is closed.
   *
   * @param epoch its number, from 1, part of all randomness
   * @param firstBatch the number of the first batch to give, 0 to {@link #batches()}
   * @throws IllegalArgumentException if there is no such epoch or batch
   */
  public Epoch epoch(int epoch, int firstBatch) {
    requireEpoch(epoch);
    if (firstBatch < 0 || firstBatch > batches()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "an epoch of %d batches cannot begin at batch %d", batches(), firstBatch));
    }
    close();
    Epoch next = new Epoch(this, buffers, epoch - 1, firstBatch);
    open = Optional.of(next);
    return next;
  }

  /** Number of records left out because they were damaged, since the loader was built. */
  public long skipped() {
    return skipped.get();
  }

  /** What was wrong with the first hundred records that were left out. */
  public List<DataException> damages() {
    synchronized (damages) {
      return List.copyOf(damages);
    }
  }

  void skip(DataException damage) {
    skipped.incrementAndGet();
    synchronized (damages) {
      if (damages.size() < MAX_REMEMBERED) {
        damages.add(damage);
      }
    }
  }

  /** Stops the workers of an epoch that is still open. */
  @Override
  public void close() {
    open.ifPresent(Epoch::close);
    open = Optional.empty();
  }

  /** Settings of a loader. */
  public static final class Builder {
    private final Dataset data;
    private final NavigableMap<Integer, Dataset> byEpoch = new TreeMap<>();
    private int batchSize = 32;
    private boolean shuffle;
    private long seed;
    private int workers = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private int prefetch = 2;
    private boolean dropLast;
    private OnCorrupt onCorrupt = OnCorrupt.STOP;
    private Optional<BatchMix> mix = Optional.empty();
    private int repeats = 1;
    private double[] weights = {};
    private int shuffleBuffer;
    private int[] parts = {};

    private Builder(Dataset data) {
      this.data = data;
      byEpoch.put(1, data);
    }

    /**
     * Takes the items from another data set from some epoch on: the same ones after another
     * pipeline. Progressive resizing is
     *
     * <pre>{@code
     * IntFunction<Dataset> at = side -> photos.with(Pipeline.of(new RandomResizedCrop(side)));
     * DataLoader.of(at.apply(128)).from(6, at.apply(176)).from(11, at.apply(224)).build()
     * }</pre>
     *
     * <p>for a network that is compiled for these sizes ({@code @Input(sizes = ...)}). Order, seed
     * and classes are those of the first data set.
     *
     * @param epoch the first one with that data, from 2
     * @param other as many items as before, of the same classes and the same task
     * @throws IllegalArgumentException if the epoch is below 2 or has its data already, or the data
     *     has other items
     */
    public Builder from(int epoch, Dataset other) {
      Objects.requireNonNull(other, "other");
      if (epoch < 2 || byEpoch.containsKey(epoch)) {
        throw new IllegalArgumentException(
            SafeText.format(
                "data from epoch %d on: %s",
                epoch,
                epoch < 2
                    ? "the first epoch has that of DataLoader.of, so say 2 or a later one"
                    : "it was said already what that epoch takes"));
      }
      if (other.size() != data.size()
          || other.task() != data.task()
          || !other.classNames().equals(data.classNames())) {
        throw new IllegalArgumentException(
            SafeText.format(
                "data from epoch %d on: expected the same %d items with the same %d classes in"
                    + " another shape, got %d items with %d classes",
                epoch,
                data.size(),
                data.classNames().size(),
                other.size(),
                other.classNames().size()));
      }
      byEpoch.put(epoch, other);
      return this;
    }

    /** Items in a batch, at least 1. */
    public Builder batchSize(int items) {
      this.batchSize = require(items, 1, "batch size");
      return this;
    }

    /** Whether each epoch has an order of its own, drawn by the seed. */
    public Builder shuffle(boolean on) {
      this.shuffle = on;
      return this;
    }

    /** Decides the order, and all that transforms do at random. */
    public Builder seed(long value) {
      this.seed = value;
      return this;
    }

    /** Threads that read; with 0, batches are made when they are asked for, by whoever asks. */
    public Builder workers(int threads) {
      this.workers = require(threads, 0, "number of workers");
      return this;
    }

    /** Batches made ahead of the one in use, at least 1. */
    public Builder prefetch(int batches) {
      this.prefetch = require(batches, 1, "number of batches to prefetch");
      return this;
    }

    /** Whether to leave out a last batch that is not full. */
    public Builder dropLast(boolean on) {
      this.dropLast = on;
      return this;
    }

    /** What to do about damaged records. */
    public Builder onCorrupt(OnCorrupt policy) {
      Objects.requireNonNull(policy, "policy");
      this.onCorrupt = policy;
      return this;
    }

    /** Mixes the images of each batch; batches then have probabilities for labels. */
    public Builder mix(BatchMix way) {
      this.mix = Optional.of(way);
      return this;
    }

    /**
     * Repeated augmentation (Hoffer and others, "Augment your batch", 2019): each item of the order
     * comes several times in a row, transformed otherwise each time. An epoch is as long as before,
     * so that it reads only a part of the items, another one each time if they are shuffled:
     * torchvision's {@code RASampler} on one machine.
     *
     * @param times at least 1
     */
    public Builder repeats(int times) {
      this.repeats = require(times, 1, "number of repeats");
      return this;
    }

    /**
     * Draws each epoch's items at random, with replacement, by these weights: torch's {@code
     * WeightedRandomSampler} for as many items as there are. {@link Balance#itemWeights} makes
     * classes equally frequent.
     *
     * @param ofItems one for each item, finite and at least 0, and not all 0
     * @throws IllegalArgumentException if they are not so
     */
    public Builder weights(double... ofItems) {
      Objects.requireNonNull(ofItems, "ofItems");
      double sum = 0;
      for (double weight : ofItems) {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
          throw new IllegalArgumentException(
              "weight of an item: expected a number of at least 0, got " + weight);
        }
        sum += weight;
      }
      if (ofItems.length != data.size() || !(sum > 0) || Double.isInfinite(sum)) {
        throw new IllegalArgumentException(
            SafeText.format(
                "weights: expected one for each of the %d items, not all of them 0, got %d with a"
                    + " sum of %s",
                data.size(), ofItems.length, sum));
      }
      this.weights = ofItems.clone();
      return this;
    }

    /**
     * Shuffles as far as a buffer reaches, for data that is read fastest in its own order: items go
     * into the buffer one after the other, and each batch draws from it at random. With the starts
     * of parts, such as {@link TarShards#shardStarts}, the parts come in an order drawn anew for
     * each epoch.
     *
     * @param items that the buffer holds, at least 1
     * @param partStarts indices of the parts' first items, ascending, from 0 on; none: one part
     * @throws IllegalArgumentException if they are not so
     */
    public Builder shuffleWithin(int items, int... partStarts) {
      this.shuffleBuffer = require(items, 1, "size of the shuffle buffer");
      int[] starts = partStarts.length == 0 ? new int[] {0} : partStarts.clone();
      boolean ascending = starts[0] == 0;
      for (int i = 1; i < starts.length; i++) {
        ascending &= starts[i] >= starts[i - 1];
      }
      if (!ascending || starts[starts.length - 1] > data.size()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "starts of parts: expected ascending numbers from 0 to %d, got %s",
                data.size(), Arrays.toString(starts)));
      }
      this.parts = starts;
      return this;
    }

    /**
     * The loader; no thread starts before an epoch is opened.
     *
     * @throws IllegalArgumentException if items are to be both drawn by weights and repeated, or
     *     shuffled in several ways
     */
    public DataLoader build() {
      if (shuffleBuffer > 0 && (shuffle || weights.length > 0)) {
        throw new IllegalArgumentException(
            "a shuffle buffer is a way of shuffling: leave out shuffle, weights or shuffleWithin");
      }
      if (weights.length > 0 && repeats > 1) {
        throw new IllegalArgumentException(
            "items that are drawn by weights repeat as it happens: leave out repeats or weights");
      }
      return new DataLoader(this);
    }

    private static int require(int value, int least, String what) {
      if (value < least) {
        throw new IllegalArgumentException(
            SafeText.format("the %s must be at least %d, got %d", what, least, value));
      }
      return value;
    }
  }
}
