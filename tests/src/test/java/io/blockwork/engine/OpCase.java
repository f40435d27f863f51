package io.blockwork.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A layer with the figures that PyTorch has for it, from {@code ops.json}.
 *
 * @param name for the test report
 * @param op method of the binders
 * @param input shape of the images
 * @param arguments of the op, see {@link OpPasses}
 * @param activation of a linear layer
 * @param expected figures by the tensor's name
 */
record OpCase(
    String name,
    String op,
    int[] input,
    int[] arguments,
    String activation,
    Map<String, double[]> expected) {
  OpCase {
    activation = activation == null ? "none" : activation;
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
    return Conv.conv(a[0], a[1], a[2]).stride(a[3]).padding(a[4]).dilation(a[5]).groups(a[6]);
  }

  Window window() {
    return Window.window(arguments[0]).stride(arguments[1]).padding(arguments[2]);
  }

  /** Channels, height and width of the output of one image. */
  int[] output() {
    int c = input[1];
    int h = input[2];
    int w = input[3];
    return switch (op) {
      case "conv2d" -> new int[] {conv().out(), conv().outputHeight(h), conv().outputWidth(w)};
      case "maxPool", "avgPool" -> new int[] {c, window().outputHeight(h), window().outputWidth(w)};
      case "globalAvgPool" -> new int[] {c, 1, 1};
      case "linear" -> new int[] {arguments[0], 1, 1};
      case "padShortcut" ->
          new int[] {
            arguments[0],
            (h + arguments[1] - 1) / arguments[1],
            (w + arguments[1] - 1) / arguments[1]
          };
      default -> new int[] {c, h, w};
    };
  }

  /** The activation by its name and constants, such as {@code leakyRelu 0.1}. */
  Activation function() {
    String[] words = activation.split(" ");
    return switch (words[0].toLowerCase(Locale.ROOT)) {
      case "none" -> Activation.NONE;
      case "relu" -> Activation.RELU;
      case "sigmoid" -> Activation.SIGMOID;
      default -> throw new IllegalArgumentException(activation);
    };
  }

  /** The entries that the layer has. */
  List<ParameterInfo> state() {
    int channels = input[1];
    List<ParameterInfo> state = new ArrayList<>();
    switch (op) {
      case "conv2d" -> {
        state.add(
            new ParameterInfo(
                "layer.weight",
                Kind.CONV_WEIGHT,
                Arrays.stream(conv().weightShape()).mapToObj(s -> (int) s).toList()));
        norm(state, conv().out());
      }
      case "batchNorm" -> norm(state, channels);
      case "linear" -> linear(state, "layer", channels * input[2] * input[3], arguments[0]);
      case "scale" -> {
        linear(state, "fc1", channels, arguments[0]);
        linear(state, "fc2", arguments[0], channels);
      }
      case "add" ->
          state.add(
              new ParameterInfo(
                  "layer.weight", Kind.CONV_WEIGHT, List.of(channels, channels, 1, 1)));
      default -> {}
    }
    return state;
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
    state.add(new ParameterInfo(path + ".weight", Kind.LINEAR_WEIGHT, List.of(out, in)));
    state.add(new ParameterInfo(path + ".bias", Kind.LINEAR_BIAS, List.of(out)));
  }

  @Override
  public String toString() {
    return name;
  }
}
