package io.blockwork.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A layer with the figures that PyTorch has for it, from {@code ops.json}.
 *
 * @param name for the test report
 * @param op method of the binders
 * @param input shape of the images
 * @param arguments of the op, see {@code ops.py}
 * @param reals more arguments
 * @param activation by its name and constants
 * @param expected figures by the tensor's name
 * @param bfloat16 norm of PyTorch's own error in bfloat16, by the tensor's name
 */
record OpCase(
    String name,
    String op,
    int[] input,
    int[] arguments,
    double[] reals,
    String activation,
    Map<String, double[]> expected,
    Map<String, Double> bfloat16) {
  OpCase {
    activation = activation == null ? "none" : activation;
    reals = reals == null ? new double[0] : reals;
  }

  static List<OpCase> all() {
    try (InputStream in = OpCase.class.getResourceAsStream("ops.json")) {
      return List.of(new ObjectMapper().readValue(Objects.requireNonNull(in), OpCase[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Conv conv() {
    int[] a = arguments;
    Conv conv =
        Conv.conv(a[0], a[1], a[2], a[3])
            .stride(a[4], a[5])
            .padding(a[6], a[7], a[8], a[9])
            .dilation(a[10], a[11])
            .groups(a[12]);
    return a[13] == 1 ? conv.withBias() : conv;
  }

  Window window() {
    int[] a = arguments;
    Window window = Window.window(a[0], a[1]).stride(a[2], a[3]).padding(a[4], a[5], a[6], a[7]);
    window = a[8] == 1 ? window.ceiling() : window;
    return a[9] == 1 ? window.countingPadding() : window;
  }

  Linear linear() {
    return arguments[1] == 1 ? Linear.linear() : Linear.linear().withoutBias();
  }

  Norm norm() {
    return new Norm(reals[0], reals[1]);
  }

  GroupNorm groupNorm() {
    return new GroupNorm(arguments[0], reals[0], arguments[1] == 1);
  }

  LayerNorm layerNorm() {
    return new LayerNorm(reals[0], arguments[1] == 1);
  }

  LocalResponseNorm responseNorm() {
    return new LocalResponseNorm(arguments[0], reals[0], reals[1], reals[2]);
  }

  Padding padding() {
    return new Padding(arguments[0], arguments[1], arguments[2], arguments[3]);
  }

  Affine affine() {
    if (arguments[0] == 1) {
      return Affine.constant(constants("layer.scale"), constants("layer.shift"));
    }
    if (arguments[0] == 0) {
      return Affine.learnedShift("layer.shift");
    }
    return arguments[1] == 0
        ? Affine.learnedScale("layer.scale")
        : Affine.learned("layer.scale", "layer.shift");
  }

  private List<Double> constants(String name) {
    List<Double> values = new ArrayList<>();
    for (int c = 0; c < input[1]; c++) {
      values.add(Fill.value(name, c));
    }
    return values;
  }

  /** The activation, such as {@code leakyRelu 0.1}. */
  Activation function() {
    String[] words = activation.split(" ");
    double a = words.length > 1 ? Double.parseDouble(words[1]) : 0;
    double b = words.length > 2 ? Double.parseDouble(words[2]) : 0;
    return switch (words[0]) {
      case "none" -> Activation.NONE;
      case "relu" -> Activation.RELU;
      case "relu6" -> Activation.RELU6;
      case "leakyRelu" -> Activation.leakyRelu(a);
      case "elu" -> Activation.elu(a);
      case "selu" -> Activation.selu();
      case "sigmoid" -> Activation.SIGMOID;
      case "hardSigmoid" -> Activation.HARD_SIGMOID;
      case "silu" -> Activation.SILU;
      case "hardSwish" -> Activation.HARD_SWISH;
      case "mish" -> Activation.MISH;
      case "gelu" -> Activation.GELU;
      case "geluTanh" -> Activation.GELU_TANH;
      case "tanh" -> Activation.TANH;
      case "softplus" -> Activation.softplus(a, b);
      case "clip" -> Activation.clip(a, b);
      default -> throw new IllegalArgumentException(activation);
    };
  }

  /** Whether the layer's output may overwrite its input, in inference. */
  boolean mayOverwriteInput() {
    return switch (op) {
      case "batchNorm", "activation", "affine", "prelu" -> true;
      default -> false;
    };
  }

  /** Whether the gradient of its input may overwrite that of its output. */
  boolean mayOverwriteGradient() {
    return switch (op) {
      case "batchNorm", "activation", "affine", "scale" -> true;
      default -> false;
    };
  }

  /** Whether it may in training as well, and the gradient of the input that of the output. */
  boolean mayOverwriteInTraining() {
    return switch (op) {
      case "activation" -> function().fromOutput();
      case "affine" -> arguments[0] != 2;
      default -> false;
    };
  }

  /** Channels, height and width of the output of one image. */
  int[] output() {
    int c = input[1];
    int h = input[2];
    int w = input[3];
    int[] a = arguments;
    return switch (op) {
      case "conv2d", "convThen" ->
          new int[] {conv().out(), conv().outputHeight(h), conv().outputWidth(w)};
      case "maxPool", "avgPool" -> new int[] {c, window().outputHeight(h), window().outputWidth(w)};
      case "adaptiveAvgPool", "adaptiveMaxPool" -> new int[] {c, a[0], a[1]};
      case "globalAvgPool", "globalMaxPool" -> new int[] {c, 1, 1};
      case "linear" -> a[2] == 1 ? new int[] {a[0], h, w} : new int[] {a[0], 1, 1};
      case "flatten" -> new int[] {c * h * w, 1, 1};
      case "zeroPad" -> new int[] {c, h + padding().vertical(), w + padding().horizontal()};
      case "padShortcut" -> new int[] {a[0], (h + a[1] - 1) / a[1], (w + a[1] - 1) / a[1]};
      default -> new int[] {c, h, w};
    };
  }

  /** The entries that the layer has. */
  List<ParameterInfo> state() {
    int c = input[1];
    List<ParameterInfo> state = new ArrayList<>();
    switch (op) {
      case "conv2d", "convThen" -> {
        Conv conv = conv();
        add(
            state,
            "layer.weight",
            conv.out(),
            c / conv.groups(),
            conv.kernelHeight(),
            conv.kernelWidth());
        if (conv.bias()) {
          add(state, "layer.bias", conv.out());
        }
        norm(state, conv.out());
      }
      case "batchNorm" -> norm(state, c);
      case "linear" -> {
        add(state, "layer.weight", arguments[0], arguments[2] == 1 ? c : c * input[2] * input[3]);
        if (linear().bias()) {
          add(state, "layer.bias", arguments[0]);
        }
      }
      case "scale" -> {
        linear(state, "fc1", c, arguments[0]);
        linear(state, "fc2", arguments[0], c);
      }
      case "add", "sum", "multiply" -> add(state, "layer.weight", c, c, 1, 1);
      case "affine" -> {
        Integer[] shape = arguments[2] == 1 ? new Integer[] {c} : new Integer[] {c, 1, 1};
        if (arguments[0] == 2) {
          add(state, "layer.scale", shape);
        }
        if (arguments[1] == 2) {
          add(state, "layer.shift", shape);
        }
      }
      case "prelu" -> add(state, "layer.weight", arguments[0]);
      case "layerNorm", "groupNorm" -> {
        if (arguments[1] == 1) {
          add(state, "layer.weight", c);
          add(state, "layer.bias", c);
        }
      }
      default -> {}
    }
    return state;
  }

  private static void add(List<ParameterInfo> state, String name, Integer... shape) {
    Kind kind = shape.length == 1 ? Kind.LINEAR_BIAS : Kind.CONV_WEIGHT;
    state.add(new ParameterInfo(name, kind, List.of(shape)));
  }

  private static void norm(List<ParameterInfo> state, int channels) {
    List<Integer> shape = List.of(channels);
    state.add(new ParameterInfo("norm.weight", Kind.NORM_WEIGHT, shape));
    state.add(new ParameterInfo("norm.bias", Kind.NORM_BIAS, shape));
    state.add(new ParameterInfo("norm.running_mean", Kind.RUNNING_MEAN, shape));
    state.add(new ParameterInfo("norm.running_var", Kind.RUNNING_VAR, shape));
    state.add(new ParameterInfo("norm.num_batches_tracked", Kind.NUM_BATCHES_TRACKED, List.of()));
  }

  private static void linear(List<ParameterInfo> state, String path, int in, int out) {
    add(state, path + ".weight", out, in);
    add(state, path + ".bias", out);
  }

  @Override
  public String toString() {
    return name;
  }
}
