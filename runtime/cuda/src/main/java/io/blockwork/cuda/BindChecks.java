package io.blockwork.cuda;

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

  /** The tensor as this engine's. */
  static CudaTensor use(Tensor tensor) {
    if (tensor instanceof CudaTensor own) {
      return own;
    }
    throw new IllegalArgumentException("the tensor comes from another binder: " + tensor);
  }

  /** The tensor as this engine's, checked to be so large. */
  static CudaTensor expect(
      String path, String what, Tensor tensor, int channels, int height, int width) {
    if (tensor.channels() != channels || tensor.height() != height || tensor.width() != width) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: %s: expected %d x %d x %d, got %s",
              path, what, channels, height, width, tensor.shape()));
    }
    return use(tensor);
  }

  /** The tensor as this engine's, checked to have the shape of {@code other}. */
  static CudaTensor same(String path, String what, Tensor tensor, Tensor other) {
    return expect(path, what, tensor, other.channels(), other.height(), other.width());
  }

  /** Checks input and output of a convolution. */
  static void conv(String path, Conv conv, Tensor src, Tensor dst) {
    expect(path, "input", src, conv.in(), src.height(), src.width());
    expect(
        path,
        "output",
        dst,
        conv.out(),
        conv.outputHeight(src.height()),
        conv.outputWidth(src.width()));
  }

  /** Checks the output of a pool. */
  static void pool(String path, Window window, Tensor src, Tensor dst) {
    expect(
        path,
        "output",
        dst,
        src.channels(),
        window.outputHeight(src.height()),
        window.outputWidth(src.width()));
  }

  /** Checks the channels of an output. */
  static void channels(String path, Tensor src, Tensor dst) {
    expect(path, "output", dst, src.channels(), dst.height(), dst.width());
  }

  /** Checks the output of a parameterless shortcut. */
  static void shortcut(String path, int stride, Tensor src, Tensor dst) {
    if (dst.channels() < src.channels()) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: output: expected at least %d channels, got %s",
              path, src.channels(), dst.shape()));
    }
    int height = (src.height() + stride - 1) / stride;
    int width = (src.width() + stride - 1) / stride;
    expect(path, "output", dst, dst.channels(), height, width);
  }

  /** Checks the output of a flattening. */
  static void flat(String path, Tensor src, Tensor dst) {
    expect(path, "output", dst, src.channels() * src.height() * src.width(), 1, 1);
  }

  /** Checks that groups divide the channels. */
  static void groups(String path, int groups, Tensor src) {
    if (groups < 1 || src.channels() % groups != 0) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: input: expected a number of channels divisible by %d groups, got %s",
              path, groups, src.shape()));
    }
  }

  /** Checks a parameter's shape. */
  static void parameter(Parameters parameters, String name, long... shape) {
    long[] got = parameters.info(name).dimensions();
    if (!Arrays.equals(got, shape)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected shape %s, got %s", name, Arrays.toString(shape), Arrays.toString(got)));
    }
  }

  /** Checks a batch norm's parameters. */
  static void norm(Parameters parameters, String path, int channels) {
    for (String name : new String[] {"weight", "bias", "running_mean", "running_var"}) {
      parameter(parameters, path + "." + name, channels);
    }
  }

  /** Checks that an array of the host has the values of a tensor for the batch. */
  static void array(String what, CudaTensor tensor, INDArray array) {
    tensor.requireValues(what, tensor.form().batch(), array.length());
  }

  /** Checks input, output and weight of a linear layer. */
  static void linear(
      Parameters parameters, String path, DeviceConvolution as, Tensor src, Tensor dst) {
    boolean vector = dst.height() * dst.width() == 1;
    if (!vector) {
      expect(path, "output", dst, dst.channels(), src.height(), src.width());
    }
    Conv conv = as.conv();
    long in = (long) conv.in() * conv.kernelHeight() * conv.kernelWidth();
    parameter(parameters, path + ".weight", conv.out(), in);
  }

  /** Checks the output of a padding. */
  static void padded(String path, Padding padding, Tensor src, Tensor dst) {
    expect(
        path,
        "output",
        dst,
        src.channels(),
        src.height() + padding.vertical(),
        src.width() + padding.horizontal());
  }

  /** Whether a PReLU has one slope for all channels; checks how many it has. */
  static boolean sharedSlope(Parameters parameters, String path, int channels) {
    if (parameters.info(path + ".weight").length() == 1) {
      return true;
    }
    parameter(parameters, path + ".weight", channels);
    return false;
  }
}
