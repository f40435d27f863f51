package io.blockwork;

import io.blockwork.weights.Load;
import io.blockwork.weights.LoadReport;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters and buffers of a network, by their {@code state_dict} names and in its order.
 *
 * <p>The learnable ones are views into one flat array, the running statistics into another. Reading
 * is by copy and writing by {@link #set}, so that bound plans know when what they derived from the
 * parameters is out of date.
 */
public final class Parameters {
  private final Map<String, ParameterInfo> infos = new LinkedHashMap<>();
  private final Map<String, INDArray> views = new LinkedHashMap<>();
  private final INDArray learnable;
  private final DataType dataType;
  private final AtomicLong version = new AtomicLong();
  private volatile long passes;

  /**
   * Parameters of the given names and shapes, all zero.
   *
   * @param state the entries, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   */
  public Parameters(List<ParameterInfo> state, DataType dataType) {
    this.dataType = dataType;
    this.learnable = flat(state, true, dataType);
    INDArray statistics = flat(state, false, dataType);
    long weight = 0;
    long statistic = 0;
    for (ParameterInfo info : state) {
      infos.put(info.name(), info);
      if (info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
        views.put(info.name(), counter());
      } else if (info.kind().learnable()) {
        views.put(info.name(), view(learnable, weight, info));
        weight += info.length();
      } else {
        views.put(info.name(), view(statistics, statistic, info));
        statistic += info.length();
      }
    }
  }

  private static INDArray counter() {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.scalar(DataType.LONG, 0);
    }
  }

  static INDArray flat(List<ParameterInfo> state, boolean learnable, DataType dataType) {
    long length =
        state.stream()
            .filter(p -> p.kind() != ParameterInfo.Kind.NUM_BATCHES_TRACKED)
            .filter(p -> p.kind().learnable() == learnable)
            .mapToLong(ParameterInfo::length)
            .sum();
    // They outlive any workspace that the caller may have open.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.zeros(dataType, Math.max(1, length));
    }
  }

  static INDArray view(INDArray flat, long offset, ParameterInfo info) {
    return flat.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(offset, offset + info.length()))
        .reshape('c', info.dimensions());
  }

  /** {@code FLOAT} or {@code DOUBLE}. */
  public DataType dataType() {
    return dataType;
  }

  /** Every entry, in {@code state_dict} order. */
  public List<ParameterInfo> entries() {
    return new ArrayList<>(infos.values());
  }

  /** Every name, in {@code state_dict} order. */
  public List<String> names() {
    return new ArrayList<>(infos.keySet());
  }

  /** Number of learnable values. */
  public long count() {
    return infos.values().stream()
        .filter(p -> p.kind().learnable())
        .mapToLong(ParameterInfo::length)
        .sum();
  }

  /**
   * A copy of the entry.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public INDArray get(String name) {
    return view(name).dup('c');
  }

  /**
   * Replaces the values of the entry.
   *
   * @param values an array of exactly the entry's shape, of any floating-point type (any number
   *     type for {@code num_batches_tracked})
   * @throws NoSuchElementException if there is none of that name
   * @throws io.blockwork.engine.ShapeMismatchException if the shape is another
   */
  public void set(String name, INDArray values) {
    INDArray view = view(name);
    if (!java.util.Arrays.equals(view.shape(), values.shape())) {
      throw new io.blockwork.engine.ShapeMismatchException(
          "%s: expected shape %s, got %s"
              .formatted(
                  name,
                  java.util.Arrays.toString(view.shape()),
                  java.util.Arrays.toString(values.shape())));
    }
    view.assign(values.castTo(view.dataType()));
    touch();
  }

  /**
   * The entry itself, for engines and updaters. Whoever writes to it calls {@link #touch}
   * afterwards.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public INDArray view(String name) {
    INDArray view = views.get(name);
    if (view == null) {
      throw new NoSuchElementException("no parameter is called " + name);
    }
    return view;
  }

  /**
   * All learnable values, in order, as one flat array; whoever writes to it calls {@link #touch}
   * afterwards.
   */
  public INDArray flat() {
    return learnable;
  }

  /**
   * Says that values have changed: what engines derived from them is made anew before the next use.
   */
  public void touch() {
    version.incrementAndGet();
  }

  /**
   * Loads a weight file: strictly, and all or nothing. {@code load(weights.lenient())} and the like
   * relax that.
   *
   * @throws io.blockwork.weights.WeightsException if the file does not fit; nothing has changed
   *     then
   */
  public LoadReport load(Weights weights) {
    return Load.of(weights).into(this);
  }

  /**
   * Loads a weight file in the way described.
   *
   * @throws io.blockwork.weights.WeightsException if the file does not fit; nothing has changed
   *     then
   */
  public LoadReport load(Load load) {
    return load.into(this);
  }

  /**
   * Writes every entry to a safetensors file, or an npz file if the path ends in {@code .npz}.
   *
   * @throws io.blockwork.weights.WeightsException if it cannot be written
   */
  public void save(Path path) {
    Weights.save(this, path);
  }

  /** Grows with every change of a value. */
  public long version() {
    return version.get();
  }

  /**
   * Training passes that the network has run, in all. Dropout draws its masks by this number and
   * the seed, so that a training that is taken up again drops what it would have dropped.
   */
  public long passes() {
    return passes;
  }

  /** Sets the number of training passes, to go on where a saved training stopped. */
  public void passes(long count) {
    passes = count;
  }
}
