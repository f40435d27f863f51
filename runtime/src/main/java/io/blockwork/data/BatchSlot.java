package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** One batch in the making: workers fill its items, in any order; the last of them finishes it. */
final class BatchSlot {
  private final DataLoader loader;
  private final Dataset data;
  private final BatchBuffers.Buffer buffer;
  private final ImageShape shape;
  private final int epoch;
  private final int number;
  private final int[] indices;
  private final int[] copies;
  private final int[] labels;
  private final @Nullable RuntimeException[] failures;
  private int size;
  private float[] probabilities = {};

  /** Of items with other targets than a class each: {@code [N, classes]}. */
  private final float[] values;

  private List<DataException> damages = List.of();
  private Optional<RuntimeException> failure = Optional.empty();

  /** Guarded by the epoch's lock: items that no worker has filled yet, and whether it is whole. */
  int missing;

  boolean ready;

  BatchSlot(
      DataLoader loader,
      BatchBuffers.Buffer buffer,
      int epoch,
      int number,
      int[] indices,
      int[] copies) {
    this.loader = loader;
    this.buffer = buffer;
    this.data = loader.dataset(epoch + 1);
    this.shape = data.shape();
    this.epoch = epoch;
    this.number = number;
    this.indices = indices;
    this.copies = copies;
    this.labels = new int[indices.length];
    this.failures = new RuntimeException[indices.length];
    boolean classes = data.task() == Task.SINGLE_LABEL;
    this.values = new float[classes ? 0 : indices.length * data.classNames().size()];
    this.size = indices.length;
    this.missing = indices.length;
  }

  /** Reads one item into its place; what goes wrong is kept for whoever takes the batch. */
  void fill(int position) {
    int index = indices[position];
    int length = shape.length();
    try {
      FloatBuffer target = buffer.values().slice(position * length, length);
      labels[position] = data.label(index);
      fillValues(position, index);
      data.read(index, chance(position), target);
      if (target.hasRemaining()) {
        throw new IllegalStateException(
            SafeText.format(
                "%s: only %d of %d values were written",
                data.describe(index), target.position(), length));
      }
    } catch (DataException e) {
      failures[position] = e;
    } catch (RuntimeException | Error e) {
      // An Error too must reach the thread that waits for this batch, or it would wait for ever.
      failures[position] =
          new IllegalStateException(
              SafeText.format("%s: cannot be read (%s)", data.describe(index), e), e);
    }
  }

  private void fillValues(int position, int index) {
    int width = values.length / indices.length;
    if (width > 0) {
      float[] target = data.target(index);
      if (target.length != width) {
        throw new IllegalStateException(
            SafeText.format(
                "expected a target of %d numbers, one for each name, got %d",
                width, target.length));
      }
      System.arraycopy(target, 0, values, position * width, width);
    }
  }

  /** Each copy of an item has a stream of its own. */
  private CounterRandom chance(int position) {
    return copies[position] == 0
        ? new CounterRandom(loader.seed, epoch, indices[position])
        : new CounterRandom(loader.seed, epoch, indices[position], 2, copies[position]);
  }

  /** Leaves out damaged items, and mixes: called once, when every item has been filled. */
  void finish() {
    try {
      leaveOutDamaged();
      if (failure.isEmpty() && loader.mix.isPresent() && size > 0) {
        mix(loader.mix.get());
      }
    } catch (RuntimeException | Error e) {
      failure =
          Optional.of(
              new IllegalStateException(
                  SafeText.format("batch %d cannot be made (%s)", number + 1, e), e));
    }
  }

  private void leaveOutDamaged() {
    int kept = 0;
    int length = shape.length();
    int width = values.length / indices.length;
    float[] row = new float[0];
    List<DataException> leftOut = new ArrayList<>();
    for (int i = 0; i < indices.length; i++) {
      RuntimeException problem = failures[i];
      if (problem == null) {
        if (kept < i) {
          row = row.length == 0 ? new float[length] : row;
          buffer.values().get(i * length, row);
          buffer.values().put(kept * length, row);
          labels[kept] = labels[i];
          indices[kept] = indices[i];
          System.arraycopy(values, i * width, values, kept * width, width);
        }
        kept++;
      } else if (problem instanceof DataException damage && loader.onCorrupt == OnCorrupt.SKIP) {
        leftOut.add(damage);
      } else {
        failure = Optional.of(problem);
        return;
      }
    }
    damages = leftOut;
    size = kept;
  }

  private void mix(BatchMix way) {
    int classes = data.classNames().size();
    probabilities = Arrays.copyOf(values, size * classes);
    for (int i = 0; i < size && values.length == 0; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalStateException(
            SafeText.format(
                "%s has label %d, but mixing needs a label of one of the %d classes",
                data.describe(indices[i]), labels[i], classes));
      }
      probabilities[i * classes + labels[i]] = 1;
    }
    way.mix(
        new MutableBatch(buffer.values(), shape, size, classes, probabilities),
        // Batches have streams of their own, apart from the items'.
        new CounterRandom(loader.seed, epoch, number, 1));
  }

  /** The number of items that it was opened for. */
  int capacity() {
    return indices.length;
  }

  /** The number of items that are left; before any is left out, or if one failed, all. */
  int size() {
    return size;
  }

  /** What was left out. */
  List<DataException> damages() {
    return damages;
  }

  /** The finished batch, or the first failure of its items. */
  Batch take() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    INDArray images =
        size == indices.length
            ? buffer.images()
            : buffer.images().get(NDArrayIndex.interval(0, size)).dup('c');
    Optional<INDArray> mixed =
        probabilities.length == 0 ? Optional.empty() : Optional.of(matrix(probabilities));
    Task task = data.task();
    Optional<INDArray> unmixed =
        task == Task.SINGLE_LABEL ? Optional.empty() : Optional.of(matrix(values));
    return new Batch(
        number,
        images,
        Arrays.copyOf(labels, size),
        Arrays.copyOf(indices, size),
        mixed,
        task,
        unmixed);
  }

  /** A row for each item that is left. */
  private INDArray matrix(float... rows) {
    int width = data.classNames().size();
    return Nd4j.createFromArray(Arrays.copyOf(rows, size * width)).reshape('c', size, width);
  }
}
