package io.blockwork.engine.nd4j;

import io.blockwork.engine.Conv;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The checks at bind: what was named against what was expected. */
final class BindChecks {
  private BindChecks() {}

  /** The tensor as this engine's, checked to be so large. */
  static Nd4jTensor expect(
      String path, String what, Tensor tensor, int channels, int height, int width) {
    if (tensor.channels() != channels || tensor.height() != height || tensor.width() != width) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: %s: expected %d x %d x %d, got %s",
              path, what, channels, height, width, tensor.shape()));
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
    int height = conv.outputHeight(src.height());
    int width = conv.outputWidth(src.width());
    return expect(path, what, dst, conv.out(), height, width);
  }

  /** Checks the output of a pool. */
  static Nd4jTensor output(String path, String what, Window window, Tensor src, Tensor dst) {
    return expect(
        path,
        what,
        dst,
        src.channels(),
        window.outputHeight(src.height()),
        window.outputWidth(src.width()));
  }

  /** Checks the output of a parameterless shortcut. */
  static Nd4jTensor shortcut(String path, int stride, Tensor src, Tensor dst) {
    if (dst.channels() < src.channels()) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: output: expected at least %d channels, got %s",
              path, src.channels(), dst.shape()));
    }
    int height = (src.height() + stride - 1) / stride;
    int width = (src.width() + stride - 1) / stride;
    return expect(path, "output", dst, dst.channels(), height, width);
  }

  /** The values of a parameter to be read, checked to have the given shape. */
  static Values parameter(Parameters parameters, String path, String name, long... shape) {
    String entry = path + "." + name;
    expect(entry, parameters.info(entry).dimensions(), shape);
    return Values.of(parameters.values(entry));
  }

  /** The values of a parameter of one value a channel, checked to be {@code [C]} or [C, 1, 1]. */
  static Values channels(Parameters parameters, String name, int channels) {
    long[] shape = parameters.info(name).dimensions();
    expect(name, shape, shape.length == 3 ? new long[] {channels, 1, 1} : new long[] {channels});
    return Values.of(parameters.values(name));
  }

  /** The slopes of a PReLU, checked to be one a channel or one for all. */
  static Values slopes(Parameters parameters, String path, int channels) {
    String name = path + ".weight";
    expect(
        name,
        parameters.info(name).dimensions(),
        parameters.info(name).length() == 1 ? 1 : channels);
    return Values.of(parameters.values(name));
  }

  /** Checks the output of a linear layer: out x 1 x 1, or out x H x W. */
  static Nd4jTensor linear(String path, Tensor src, Tensor dst) {
    return dst.height() * dst.width() == 1
        ? (Nd4jTensor) dst
        : expect(path, "output", dst, dst.channels(), src.height(), src.width());
  }

  /** Checks the output of a flattening. */
  static Nd4jTensor flat(String path, Tensor src, Tensor dst) {
    return expect(path, "output", dst, src.channels() * src.height() * src.width(), 1, 1);
  }

  /** Checks the output of a padding. */
  static Nd4jTensor padded(String path, Padding padding, Tensor src, Tensor dst) {
    return expect(
        path,
        "output",
        dst,
        src.channels(),
        src.height() + padding.vertical(),
        src.width() + padding.horizontal());
  }

  /** Checks that groups divide the channels. */
  static void groups(String path, int groups, Tensor src) {
    if (groups < 1 || src.channels() % groups != 0) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected a number of channels divisible by %d groups, got %s",
              path, groups, src.shape()));
    }
  }

  /** Checks the output of an adaptive pool, which is not larger than its input. */
  static Nd4jTensor adaptive(String path, Tensor src, Tensor dst) {
    return expect(path, "output", dst, src.channels(), dst.height(), dst.width());
  }

  /** The array, checked to have the given shape. */
  static INDArray expect(String what, INDArray array, long... shape) {
    expect(what, array.shape(), shape);
    return array;
  }

  private static void expect(String what, long[] actual, long... shape) {
    if (!Arrays.equals(actual, shape)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected shape %s, got %s",
              what, Arrays.toString(shape), Arrays.toString(actual)));
    }
  }
}
