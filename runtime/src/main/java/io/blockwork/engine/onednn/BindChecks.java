package io.blockwork.engine.onednn;

import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Linear;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks the literal shapes of generated code against each other and against the parameters. */
final class BindChecks {
  private BindChecks() {}

  static void expect(String path, Tensor tensor, int channels, int height, int width) {
    if (tensor.channels() != channels || tensor.height() != height || tensor.width() != width) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected %d x %d x %d, got %s", path, channels, height, width, tensor.shape()));
    }
  }

  static void same(String path, Tensor expected, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      expect(path, tensor, expected.channels(), expected.height(), expected.width());
    }
  }

  static void parameter(Parameters parameters, String name, long... shape) {
    long[] actual = parameters.info(name).dimensions();
    if (!Arrays.equals(actual, shape)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected %s, got %s", name, Arrays.toString(shape), Arrays.toString(actual)));
    }
  }

  static void conv(Parameters parameters, String path, Conv conv, Tensor src, Tensor dst) {
    expect(path, src, conv.in(), src.height(), src.width());
    expect(path, dst, conv.out(), conv.outputHeight(src.height()), conv.outputWidth(src.width()));
    parameter(parameters, path + ".weight", conv.weightShape());
    if (conv.bias()) {
      parameter(parameters, path + ".bias", conv.out());
    }
  }

  static void norm(Parameters parameters, String path, Tensor src, Tensor dst) {
    same(path, src, dst);
    for (String name : new String[] {".weight", ".bias", ".running_mean", ".running_var"}) {
      parameter(parameters, path + name, src.channels());
    }
  }

  static void pool(String path, Window window, Tensor src, Tensor dst) {
    int height = window.outputHeight(src.height());
    expect(path, dst, src.channels(), height, window.outputWidth(src.width()));
  }

  static void linear(Parameters parameters, String path, Linear linear, Tensor src, Tensor dst) {
    long in = src.channels();
    if (dst.height() * dst.width() == 1) {
      in *= (long) src.height() * src.width();
    } else {
      expect(path, dst, dst.channels(), src.height(), src.width());
    }
    parameter(parameters, path + ".weight", dst.channels(), in);
    if (linear.bias()) {
      parameter(parameters, path + ".bias", dst.channels());
    }
  }

  static void flat(String path, Tensor src, Tensor dst) {
    expect(path, dst, src.channels() * src.height() * src.width(), 1, 1);
  }

  static void zeroPad(String path, Padding padding, Tensor src, Tensor dst) {
    int height = src.height() + padding.vertical();
    expect(path, dst, src.channels(), height, src.width() + padding.horizontal());
  }

  static void adaptivePool(String path, Tensor src, Tensor dst) {
    expect(path, dst, src.channels(), dst.height(), dst.width());
  }

  static void groups(String path, int groups, Tensor src) {
    if (groups < 1 || src.channels() % groups != 0) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected a number of channels divisible by %d groups, got %s",
              path, groups, src.shape()));
    }
  }

  static void scaleAndShift(
      Parameters parameters, String path, boolean affine, Tensor src, Tensor dst) {
    same(path, src, dst);
    if (affine) {
      parameter(parameters, path + ".weight", src.channels());
      parameter(parameters, path + ".bias", src.channels());
    }
  }

  static void prelu(Parameters parameters, String path, Tensor src, Tensor dst) {
    same(path, src, dst);
    String name = path + ".weight";
    parameter(parameters, name, parameters.info(name).length() == 1 ? 1 : src.channels());
  }

  static void affine(Parameters parameters, String path, Affine affine, Tensor src, Tensor dst) {
    same(path, src, dst);
    if (affine instanceof Affine.Learned learned) {
      learned.scale().ifPresent(name -> channels(parameters, name, src.channels()));
      learned.shift().ifPresent(name -> channels(parameters, name, src.channels()));
    } else if (affine instanceof Affine.Constant constant) {
      constants(path, "scales", constant.scale(), src);
      constants(path, "shifts", constant.shift(), src);
    }
  }

  private static void channels(Parameters parameters, String name, int channels) {
    if (parameters.info(name).dimensions().length == 1) {
      parameter(parameters, name, channels);
    } else {
      parameter(parameters, name, channels, 1, 1);
    }
  }

  private static void constants(String path, String what, List<Double> values, Tensor src) {
    if (values.size() != src.channels()) {
      throw new ShapeMismatchException(
          SafeText.format("%s: expected %d %s, got %d", path, src.channels(), what, values.size()));
    }
  }

  static void rate(String path, double rate) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: dropout rate: expected 0 to 1, got %s", path, rate));
    }
  }

  static void vector(String path, Tensor src, Tensor vector) {
    expect(path, vector, src.channels(), 1, 1);
  }

  static void padShortcut(String path, int stride, Tensor src, Tensor dst) {
    int height = (src.height() + stride - 1) / stride;
    int width = (src.width() + stride - 1) / stride;
    expect(path, dst, Math.max(src.channels(), dst.channels()), height, width);
  }

  /** Checks an array of {@code batch} images (or results) against the tensor that holds them. */
  static void array(String what, int batch, Tensor tensor, INDArray array) {
    boolean vector = array.rank() == 2 && tensor.height() == 1 && tensor.width() == 1;
    boolean images =
        array.rank() == 4 && array.size(2) == tensor.height() && array.size(3) == tensor.width();
    if (!(vector || images) || array.size(0) != batch || array.size(1) != tensor.channels()) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected %d x %s, got %s",
              what, batch, tensor.shape(), Arrays.toString(array.shape())));
    }
  }
}
