package io.blockwork;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of a network's learnable parameters, as views into one flat array in the order of
 * {@link Parameters#flat}.
 */
public final class Gradients {
  private final Map<String, INDArray> views = new LinkedHashMap<>();
  private final INDArray flat;

  /**
   * Gradients of the learnable ones among the given entries, all zero.
   *
   * @param state the entries of the network, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   */
  public Gradients(List<ParameterInfo> state, DataType dataType) {
    flat = Parameters.flat(state, true, dataType);
    long offset = 0;
    for (ParameterInfo info : state) {
      if (info.kind().learnable()) {
        views.put(info.name(), Parameters.view(flat, offset, info));
        offset += info.length();
      }
    }
  }

  /** The names that have a gradient, in order. */
  public List<String> names() {
    return List.copyOf(views.keySet());
  }

  /**
   * The gradient of the parameter, in its shape; the next backward pass overwrites it.
   *
   * @throws NoSuchElementException if there is no learnable parameter of that name
   */
  public INDArray get(String name) {
    INDArray view = views.get(name);
    if (view == null) {
      throw new NoSuchElementException("no learnable parameter is called " + name);
    }
    return view;
  }

  /** All gradients as one flat array. */
  public INDArray flat() {
    return flat;
  }
}
