package io.blockwork;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of a network's learnable parameters, as views into one flat array in the order of
 * {@link Parameters#flat}.
 */
public final class Gradients {
  private final List<ParameterInfo> learnable;
  private final DataType dataType;

  /** Made when somebody asks: inference needs none. Guarded by this. */
  private Optional<Values> arrays = Optional.empty();

  private record Values(INDArray flat, Map<String, INDArray> views) {}

  /**
   * Gradients of the learnable ones among the given entries, all zero.
   *
   * @param state the entries of the network, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   */
  public Gradients(List<ParameterInfo> state, DataType dataType) {
    this.learnable = state.stream().filter(info -> info.kind().learnable()).toList();
    this.dataType = dataType;
  }

  private synchronized Values arrays() {
    return arrays.orElseGet(
        () -> {
          Values made = make();
          arrays = Optional.of(made);
          return made;
        });
  }

  private Values make() {
    INDArray flat = Parameters.flat(learnable, true, dataType);
    Map<String, INDArray> views = new LinkedHashMap<>();
    long offset = 0;
    for (ParameterInfo info : learnable) {
      views.put(info.name(), Parameters.view(flat, offset, info));
      offset += info.length();
    }
    return new Values(flat, views);
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
    INDArray view = arrays().views().get(name);
    if (view == null) {
      throw new NoSuchElementException("no learnable parameter is called " + name);
    }
    return view;
  }

  /** All gradients as one flat array. */
  public INDArray flat() {
    return arrays().flat();
  }

  /** Makes all gradients zero. */
  synchronized void clear() {
    arrays.ifPresent(made -> made.flat().assign(0));
  }
}
