package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.List;

/** What a name of an ONNX graph stands for. */
sealed interface Value permits View, Value.Constant, Value.Sizes {
  /** A tensor that is known. */
  record Constant(OnnxTensor tensor) implements Value {}

  /**
   * Integers of which some depend on the number of images.
   *
   * @param scalar whether they are one alone, without an axis
   * @param dims the integers
   */
  record Sizes(boolean scalar, List<Dim> dims) implements Value {}
}
