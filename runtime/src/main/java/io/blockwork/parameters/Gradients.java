package io.blockwork.parameters;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
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

  /** Fetches gradients that an engine has left elsewhere. Guarded by this. */
  private Optional<Consumer<INDArray>> elsewhere = Optional.empty();

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
    elsewhere.ifPresent(fetch -> fetch.accept(made.flat()));
    elsewhere = Optional.empty();
    return made;
  }

  private FlatValues zeros() {
    FlatValues made = new FlatValues(learnable, dataType, "gradients");
    made.clear();
    return made;
  }

  /** Whether no training pass has left anything here yet. */
  public synchronized boolean isUntouched() {
    return values.isEmpty() && elsewhere.isEmpty();
  }

  /**
   * Says that an engine has computed gradients where it keeps a copy of the parameters, such as on
   * a device. They are fetched when somebody asks for them.
   *
   * @param fetch writes them into the flat array
   */
  public synchronized void leaveElsewhere(Consumer<INDArray> fetch) {
    elsewhere = Optional.of(Objects.requireNonNull(fetch, "fetch"));
  }

  /**
   * Whether they are where {@code fetch} would get them from, and nobody has asked for them: who
   * has may also have changed them.
   */
  public synchronized boolean areElsewhere(Consumer<INDArray> fetch) {
    Objects.requireNonNull(fetch, "fetch");
    return elsewhere.isPresent() && elsewhere.get() == fetch;
  }

  /**
   * Fetches what {@link #leaveElsewhere} tells of, if it was not fetched yet. Engines call this
   * before they give their memory up.
   */
  public synchronized void settle() {
    if (elsewhere.isPresent()) {
      values();
    }
  }

  /** The names that have a gradient, in order. */
  public List<String> names() {
    return learnable.stream().map(ParameterInfo::name).toList();
  }

  /**
   * The gradient of the parameter, in its shape, to be asked for anew after each pass: the next one
   * may overwrite the array, or leave its gradients on a device until then.
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

  /**
   * All gradients as one flat array. Engines that compute on a device bring them here when this is
   * called: ask anew after each pass.
   */
  public INDArray flat() {
    return values().flat();
  }

  /** Gives the memory back; ND4J refuses arrays that somebody still has. */
  @Override
  public synchronized void close() {
    closed = true;
    elsewhere = Optional.empty();
    values.ifPresent(FlatValues::close);
    values = Optional.empty();
  }

  /** Makes all gradients zero. */
  public synchronized void clear() {
    if (elsewhere.isPresent()) {
      elsewhere = Optional.empty();
      values();
    }
    values.ifPresent(FlatValues::clear);
  }
}
