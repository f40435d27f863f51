package io.blockwork.engine.nd4j;

import io.blockwork.engine.Conv;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The checks at bind: what was named against what was expected. */
final class Shapes {
  private Shapes() {}

  /** The tensor as this engine's, checked to be so large. */
  static Nd4jTensor expect(
      String path, String what, Tensor tensor, int channels, int height, int width) {
    if (tensor.channels() != channels || tensor.height() != height || tensor.width() != width) {
      throw new ShapeMismatchException(
          "%s: %s: expected %d x %d x %d, got %s"
              .formatted(path, what, channels, height, width, tensor.shape()));
    }
    return (Nd4jTensor) tensor;
  }

  /** The tensor as this engine's, checked to have the shape of {@code other}. */
  static Nd4jTensor expect(String path, String what, Tensor tensor, Tensor other) {
    return expect(path, what, tensor, other.channels(), other.height(), other.width());
  }

  /** Checks the input of a convolution. */
  static Nd4jTensor input(String path, Conv conv, Tensor src) {
    return expect(path, "input", src, conv.in(), src.height(), src.width());
  }

  /** Checks the output of a convolution. */
  static Nd4jTensor output(String path, String what, Conv conv, Tensor src, Tensor dst) {
    int height = conv.outputSize(src.height());
    int width = conv.outputSize(src.width());
    return expect(path, what, dst, conv.out(), height, width);
  }

  /** Checks the output of a pool. */
  static Nd4jTensor output(String path, String what, Window window, Tensor src, Tensor dst) {
    return expect(
        path,
        what,
        dst,
        src.channels(),
        (src.height() + 2 * window.padding() - window.kernel()) / window.stride() + 1,
        (src.width() + 2 * window.padding() - window.kernel()) / window.stride() + 1);
  }

  /** Checks the output of a parameterless shortcut. */
  static Nd4jTensor shortcut(String path, int stride, Tensor src, Tensor dst) {
    if (dst.channels() < src.channels()) {
      throw new ShapeMismatchException(
          "%s: output: expected at least %d channels, got %s"
              .formatted(path, src.channels(), dst.shape()));
    }
    int height = (src.height() + stride - 1) / stride;
    int width = (src.width() + stride - 1) / stride;
    return expect(path, "output", dst, dst.channels(), height, width);
  }

  /** The values of a parameter, checked to have the given shape. */
  static Values parameter(Parameters parameters, String path, String name, long... shape) {
    return Values.of(expect(path + "." + name, parameters.view(path + "." + name), shape));
  }

  /** The array, checked to have the given shape. */
  static INDArray expect(String what, INDArray array, long... shape) {
    if (!Arrays.equals(array.shape(), shape)) {
      throw new ShapeMismatchException(
          "%s: expected shape %s, got %s"
              .formatted(what, Arrays.toString(shape), Arrays.toString(array.shape())));
    }
    return array;
  }
}
