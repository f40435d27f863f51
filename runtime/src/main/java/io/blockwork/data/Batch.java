package io.blockwork.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Some items of a data set. The arrays are reused: they hold until the next batch is asked for. */
public final class Batch {
  private final int number;
  private final INDArray images;
  private final int[] labels;
  private final int[] indices;
  private final Optional<INDArray> probabilities;
  private final Task task;
  private final Optional<INDArray> values;

  /**
   * @param probabilities after mixing
   * @param values of the items, before any mixing; empty with one class each
   */
  Batch(
      int number,
      INDArray images,
      int[] labels,
      int[] indices,
      Optional<INDArray> probabilities,
      Task task,
      Optional<INDArray> values) {
    this.task = task;
    this.values = values;
    this.number = number;
    this.images = images;
    this.labels = labels;
    this.indices = indices;
    this.probabilities = probabilities;
  }

  /**
   * Several batches as one: their items one after the other.
   *
   * @param batches at least one, {@linkplain #copy copied} if they come from a loader
   * @return with the number of the last one, and with probabilities if they have some
   * @throws IllegalArgumentException if there is none
   */
  public static Batch joined(List<Batch> batches) {
    Objects.requireNonNull(batches, "batches");
    if (batches.isEmpty()) {
      throw new IllegalArgumentException("joined: expected at least one batch");
    }
    Batch last = batches.get(batches.size() - 1);
    return new Batch(
        last.number,
        stacked(batches.stream().map(Batch::images)),
        batches.stream().flatMapToInt(batch -> Arrays.stream(batch.labels)).toArray(),
        batches.stream().flatMapToInt(batch -> Arrays.stream(batch.indices)).toArray(),
        last.probabilities.map(
            some -> stacked(batches.stream().map(batch -> batch.probabilities.orElseThrow()))),
        last.task,
        last.values.map(
            some -> stacked(batches.stream().map(batch -> batch.values.orElseThrow()))));
  }

  private static INDArray stacked(Stream<INDArray> parts) {
    return Nd4j.concat(0, parts.toArray(INDArray[]::new));
  }

  /** The same items in arrays of their own, which hold when the next batch is asked for too. */
  public Batch copy() {
    return new Batch(
        number,
        images.dup('c'),
        labels,
        indices,
        probabilities.map(INDArray::dup),
        task,
        values.map(INDArray::dup));
  }

  /** The batch's place in its epoch, from 0. */
  public int number() {
    return number;
  }

  /** Number of items, N. */
  public int size() {
    return labels.length;
  }

  /** {@code FLOAT [N, C, H, W]}, contiguous; holds until the next batch is asked for. */
  public INDArray images() {
    return images;
  }

  /** The items' labels, {@code [N]}, before any mixing. */
  public int[] labels() {
    return labels.clone();
  }

  /** The items' indices in the data set, {@code [N]}. */
  public int[] indices() {
    return indices.clone();
  }

  /** What is to be said of each item. */
  public Task task() {
    return task;
  }

  /**
   * The items' {@link Labelled#target}, {@code FLOAT [N, classes]}, before any mixing; empty with
   * one class each, which the {@link #labels} tell.
   */
  public Optional<INDArray> values() {
    return values;
  }

  /** {@code FLOAT [N, classes]} if the loader mixes images (Mixup, CutMix), else empty. */
  public Optional<INDArray> probabilities() {
    return probabilities;
  }

  /**
   * What a loss takes: probabilities {@code [N, classes]} if there are any, else the items' values,
   * else their labels {@code [N]}.
   */
  public INDArray targets() {
    return probabilities.or(() -> values).orElseGet(() -> Nd4j.createFromArray(labels));
  }
}
