package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.List;

/** What a name of an ONNX graph stands for. */
sealed interface Value permits View, Value.Constant, Value.Sizes, Value.Quantized {
  /** A tensor that is known. */
  record Constant(OnnxTensor tensor) implements Value {}

  /**
   * Integers of which some depend on the number of images.
   *
   * @param scalar whether they are one alone, without an axis
   * @param dims the integers
   */
  record Sizes(boolean scalar, List<Dim> dims) implements Value {}

  /**
   * A value of the network that has been made 8-bit integers, to be made numbers again at once.
   *
   * @param view the numbers, within what 8 bits can tell
   * @param scale of the integers
   * @param zero the integer that stands for zero
   */
  record Quantized(View view, double scale, double zero) implements Value {}
}
