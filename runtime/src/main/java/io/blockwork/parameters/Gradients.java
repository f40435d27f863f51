package io.blockwork.parameters;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of a network's learnable parameters, as views into one flat array in the order of
 * {@link Parameters#flat}.
 */
public final class Gradients implements AutoCloseable {
  private final List<ParameterInfo> learnable;
  private final DataType dataType;

  /** Made when somebody asks: inference needs none. Guarded by this. */
  private Optional<FlatValues> values = Optional.empty();

  /** Guarded by this. */
  private boolean closed;

  /**
   * Gradients of the learnable ones among the given entries, all zero.
   *
   * @param state the entries of the network, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   */
  public Gradients(List<ParameterInfo> state, DataType dataType) {
    Objects.requireNonNull(dataType, "dataType");
    this.learnable = state.stream().filter(info -> info.kind().learnable()).toList();
    this.dataType = dataType;
  }

  private synchronized FlatValues values() {
    if (closed) {
      throw new IllegalStateException(
          "these gradients belong to a network that is closed: copy them before you close it");
    }
    FlatValues made = values.orElseGet(this::zeros);
    values = Optional.of(made);
    return made;
  }

  private FlatValues zeros() {
    FlatValues made = new FlatValues(learnable, dataType, "gradients");
    made.clear();
    return made;
  }

  /** Whether no training pass has left anything here yet. */
  public synchronized boolean isUntouched() {
    return values.isEmpty();
  }

  /** The names that have a gradient, in order. */
  public List<String> names() {
    return learnable.stream().map(ParameterInfo::name).toList();
  }

  /**
   * The gradient of the parameter, in its shape; the next backward pass overwrites it.
   *
   * @throws NoSuchElementException if there is no learnable parameter of that name
   */
  public INDArray get(String name) {
    FlatValues all = values();
    if (!all.has(name)) {
      throw new NoSuchElementException(
          "no learnable parameter is called "
              + SafeText.of(name)
              + NearestName.suggestion(name, all.names()));
    }
    return all.view(name);
  }

  /** All gradients as one flat array. */
  public INDArray flat() {
    return values().flat();
  }

  /** Gives the memory back; ND4J refuses arrays that somebody still has. */
  @Override
  public synchronized void close() {
    closed = true;
    values.ifPresent(FlatValues::close);
    values = Optional.empty();
  }

  /** Makes all gradients zero. */
  public synchronized void clear() {
    values.ifPresent(FlatValues::clear);
  }
}
