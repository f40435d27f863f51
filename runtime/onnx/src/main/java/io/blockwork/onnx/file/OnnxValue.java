package io.blockwork.onnx.file;

import java.util.List;
import java.util.OptionalInt;

/**
 * An input or output of a graph.
 *
 * @param name its name
 * @param elementType ONNX's number of the type of its elements, 0 if it is not said
 * @param hasShape whether its shape is said
 * @param shape its sizes, empty where they are symbols
 */
public record OnnxValue(String name, int elementType, boolean hasShape, List<OptionalInt> shape) {
  /** Copies the list. */
  public OnnxValue {
    shape = List.copyOf(shape);
  }
}
