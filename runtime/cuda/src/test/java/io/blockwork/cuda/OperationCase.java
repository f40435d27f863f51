package io.blockwork.cuda;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.Window;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation between a tensor and another; {@code other} is a second input of the first one's
 * shape, or one pixel of it.
 *
 * @param name for the report
 * @param input channels, height and width
 * @param output channels, height and width
 * @param gate whether the second input is one pixel
 * @param state its parameters
 * @param inference binds it
 * @param training binds it
 */
record OperationCase(
    String name,
    int[] input,
    int[] output,
    boolean gate,
    List<ParameterInfo> state,
    Inference inference,
    Training training) {
  /** Binds for inference. */
  interface Inference {
    Kernel bind(InferenceBinder bind, Tensor src, Tensor other, Tensor dst);
  }

  /** Binds for training. */
  interface Training {
    Layer bind(TrainingBinder bind, In src, In other, Tensor dst, Tensor dDst);
  }

  /** An input with the place of its gradient. */
  record In(Tensor tensor, Gradient gradient) {}

  @Override
  public String toString() {
    return name;
  }

  static List<OperationCase> all() {
    List<OperationCase> all = new ArrayList<>();
    convolutions(all);
    pools(all);
    activations(all);
    norms(all);
    others(all);
    return all;
  }

  private static ParameterInfo info(String name, Kind kind, Integer... shape) {
    return new ParameterInfo(name, kind, List.of(shape));
  }

  private static List<ParameterInfo> norm(String path, int channels) {
    return List.of(
        info(path + ".weight", Kind.NORM_WEIGHT, channels),
        info(path + ".bias", Kind.NORM_BIAS, channels),
        info(path + ".running_mean", Kind.RUNNING_MEAN, channels),
        info(path + ".running_var", Kind.RUNNING_VAR, channels),
        new ParameterInfo(path + ".num_batches_tracked", Kind.NUM_BATCHES_TRACKED, List.of()));
  }

  private static void convolution(List<OperationCase> all, String name, Conv conv, int h, int w) {
    List<ParameterInfo> state = new ArrayList<>();
    state.add(
        info(
            "layer.weight",
            Kind.CONV_WEIGHT,
            conv.out(),
            conv.in() / conv.groups(),
            conv.kernelHeight(),
            conv.kernelWidth()));
    if (conv.bias()) {
      state.add(info("layer.bias", Kind.LINEAR_BIAS, conv.out()));
    }
    state.addAll(norm("norm", conv.out()));
    int[] in = {conv.in(), h, w};
    int[] out = {conv.out(), conv.outputHeight(h), conv.outputWidth(w)};
    all.add(
        new OperationCase(
            name,
            in,
            out,
            false,
            state,
            (bind, src, other, dst) -> bind.conv2d("layer", conv, src, dst, Epilogue.none()),
            (bind, src, other, dst, dDst) ->
                bind.conv2d("layer", conv, src.tensor(), dst, dDst, src.gradient())));
    for (Activation activation :
        List.of(Activation.NONE, Activation.RELU, Activation.SILU, Activation.RELU6)) {
      Epilogue folded = Epilogue.norm("norm", 1e-3).times(0.5).then(activation);
      all.add(
          inferenceOnly(
              name + ", norm, " + activation.function(),
              in,
              out,
              state,
              (bind, src, other, dst) -> bind.conv2d("layer", conv, src, dst, folded)));
      if (in[0] == out[0] && in[1] == out[1]) {
        all.add(
            inferenceOnly(
                name + ", norm, residual, " + activation.function(),
                in,
                out,
                state,
                (bind, src, other, dst) ->
                    bind.conv2d("layer", conv, src, dst, folded.add(other))));
      }
    }
  }

  private static OperationCase inferenceOnly(
      String name, int[] in, int[] out, List<ParameterInfo> state, Inference inference) {
    return new OperationCase(
        name,
        in,
        out,
        false,
        state,
        inference,
        (bind, src, other, dst, dDst) -> {
          throw new UnsupportedOperationException(name);
        });
  }

  /** Whether it can be trained. */
  boolean trains() {
    return !name.contains(", norm");
  }

  private static void convolutions(List<OperationCase> all) {
    convolution(all, "conv 1x1", Conv.conv(8, 8, 1), 4, 5);
    convolution(all, "conv 3x3 odd channels", Conv.conv(3, 5, 3).padding(1), 5, 4);
    convolution(all, "conv 3x3 same", Conv.conv(6, 6, 3).padding(1), 5, 4);
    convolution(
        all, "conv strided, bias", Conv.conv(8, 16, 3).stride(2).padding(1).withBias(), 6, 7);
    convolution(all, "conv 1x7", Conv.conv(4, 4, 1, 7).padding(0, 3), 4, 8);
    convolution(all, "conv lopsided", Conv.conv(4, 8, 3).stride(2).padding(0, 1, 1, 2), 6, 5);
    convolution(all, "conv dilated", Conv.conv(4, 4, 3).dilation(2).padding(2), 6, 6);
    convolution(all, "conv groups", Conv.conv(8, 12, 3).groups(4).padding(1), 5, 5);
    convolution(all, "conv depthwise", Conv.conv(6, 6, 3).groups(6).padding(1).withBias(), 5, 5);
    for (boolean bias : new boolean[] {true, false}) {
      Linear linear = bias ? Linear.linear() : Linear.linear().withoutBias();
      for (Activation activation :
          List.of(Activation.NONE, Activation.RELU, Activation.SIGMOID, Activation.TANH)) {
        linear(all, linear, activation, new int[] {3, 4, 2}, new int[] {10, 1, 1});
        linear(all, linear, activation, new int[] {5, 3, 2}, new int[] {7, 3, 2});
      }
    }
  }

  private static void linear(
      List<OperationCase> all, Linear linear, Activation activation, int[] in, int[] out) {
    boolean vector = out[1] * out[2] == 1;
    List<ParameterInfo> state = new ArrayList<>();
    state.add(
        info("layer.weight", Kind.LINEAR_WEIGHT, out[0], vector ? in[0] * in[1] * in[2] : in[0]));
    if (linear.bias()) {
      state.add(info("layer.bias", Kind.LINEAR_BIAS, out[0]));
    }
    all.add(
        new OperationCase(
            "linear " + linear.bias() + " " + vector + " " + activation.function(),
            in,
            out,
            false,
            state,
            (bind, src, other, dst) -> bind.linear("layer", linear, activation, src, dst),
            (bind, src, other, dst, dDst) ->
                bind.linear("layer", linear, activation, src.tensor(), dst, dDst, src.gradient())));
  }

  private static void pools(List<OperationCase> all) {
    int[] in = {6, 7, 5};
    for (Window window :
        List.of(
            Window.window(2),
            Window.window(3).stride(2).padding(1),
            Window.window(3, 2).stride(2, 1).padding(1, 0).countingPadding(),
            Window.window(3).stride(2).ceiling(),
            Window.window(3).stride(2).padding(1).ceiling().countingPadding())) {
      int[] out = {6, window.outputHeight(7), window.outputWidth(5)};
      all.add(
          simple(
              "max pool " + window,
              in,
              out,
              (bind, src, other, dst) -> bind.maxPool("layer", window, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.maxPool("layer", window, src.tensor(), dst, dDst, src.gradient())));
      all.add(
          simple(
              "average pool " + window,
              in,
              out,
              (bind, src, other, dst) -> bind.avgPool("layer", window, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.avgPool("layer", window, src.tensor(), dst, dDst, src.gradient())));
    }
    int[] some = {6, 3, 4};
    all.add(
        simple(
            "adaptive average pool",
            in,
            some,
            (bind, src, other, dst) -> bind.adaptiveAvgPool("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.adaptiveAvgPool("layer", src.tensor(), dst, dDst, src.gradient())));
    all.add(
        simple(
            "adaptive max pool",
            in,
            some,
            (bind, src, other, dst) -> bind.adaptiveMaxPool("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.adaptiveMaxPool("layer", src.tensor(), dst, dDst, src.gradient())));
    int[] one = {6, 1, 1};
    all.add(
        simple(
            "global average pool",
            in,
            one,
            (bind, src, other, dst) -> bind.globalAvgPool("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.globalAvgPool("layer", src.tensor(), dst, dDst, src.gradient())));
    all.add(
        simple(
            "global max pool",
            in,
            one,
            (bind, src, other, dst) -> bind.globalMaxPool("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.globalMaxPool("layer", src.tensor(), dst, dDst, src.gradient())));
  }

  private static OperationCase simple(
      String name, int[] in, int[] out, Inference inference, Training training) {
    return new OperationCase(name, in, out, false, List.of(), inference, training);
  }

  private static void activations(List<OperationCase> all) {
    int[] shape = {5, 3, 4};
    for (Activation activation :
        List.of(
            Activation.RELU,
            Activation.RELU6,
            Activation.SIGMOID,
            Activation.HARD_SIGMOID,
            Activation.SILU,
            Activation.HARD_SWISH,
            Activation.MISH,
            Activation.GELU,
            Activation.GELU_TANH,
            Activation.TANH,
            Activation.leakyRelu(0.1),
            Activation.leakyRelu(-0.1),
            Activation.elu(1),
            Activation.elu(-0.5),
            Activation.selu(),
            Activation.softplus(1, 20),
            Activation.softplus(2, 1),
            Activation.clip(-0.5, 0.25),
            Activation.hardSigmoid(0.2, 0.5))) {
      all.add(
          simple(
              "activation " + activation,
              shape,
              shape,
              (bind, src, other, dst) -> bind.activation("layer", activation, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.activation("layer", activation, src.tensor(), dst, dDst, src.gradient())));
    }
    for (int slopes : new int[] {1, 5}) {
      all.add(
          new OperationCase(
              "prelu " + slopes,
              shape,
              shape,
              false,
              List.of(info("layer.weight", Kind.NORM_WEIGHT, slopes)),
              (bind, src, other, dst) -> bind.prelu("layer", src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.prelu("layer", src.tensor(), dst, dDst, src.gradient())));
    }
  }

  private static void norms(List<OperationCase> all) {
    int[] shape = {6, 4, 3};
    for (boolean relu : new boolean[] {false, true}) {
      Norm norm = Norm.norm().eps(1e-3).momentum(0.3);
      all.add(
          new OperationCase(
              "batch " + (relu ? "norm with ReLU" : "norm"),
              shape,
              shape,
              false,
              norm("layer", 6),
              (bind, src, other, dst) ->
                  bind.batchNorm("layer", norm, relu ? Activation.RELU : Activation.NONE, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.batchNorm("layer", norm, relu, src.tensor(), dst, dDst, src.gradient())));
    }
    List<ParameterInfo> affine =
        List.of(info("layer.weight", Kind.NORM_WEIGHT, 6), info("layer.bias", Kind.NORM_BIAS, 6));
    for (LayerNorm norm : List.of(LayerNorm.layerNorm(), LayerNorm.layerNorm().plain())) {
      all.add(
          new OperationCase(
              "layer norm " + norm.affine(),
              shape,
              shape,
              false,
              norm.affine() ? affine : List.of(),
              (bind, src, other, dst) -> bind.layerNorm("layer", norm, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.layerNorm("layer", norm, src.tensor(), dst, dDst, src.gradient())));
    }
    for (GroupNorm norm :
        List.of(GroupNorm.groupNorm(3), GroupNorm.groupNorm(1), GroupNorm.groupNorm(2).plain())) {
      all.add(
          new OperationCase(
              "group norm " + norm,
              shape,
              shape,
              false,
              norm.affine() ? affine : List.of(),
              (bind, src, other, dst) -> bind.groupNorm("layer", norm, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.groupNorm("layer", norm, src.tensor(), dst, dDst, src.gradient())));
    }
    for (LocalResponseNorm norm :
        List.of(new LocalResponseNorm(5, 0.5, 0.75, 1), new LocalResponseNorm(2, 0.1, 0.5, 2))) {
      all.add(
          simple(
              "response norm " + norm.size(),
              shape,
              shape,
              (bind, src, other, dst) -> bind.localResponseNorm("layer", norm, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.localResponseNorm("layer", norm, src.tensor(), dst, dDst, src.gradient())));
    }
    all.add(
        simple(
            "softmax",
            shape,
            shape,
            (bind, src, other, dst) -> bind.softmax("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.softmax("layer", src.tensor(), dst, dDst, src.gradient())));
  }

  private static void others(List<OperationCase> all) {
    int[] shape = {6, 4, 3};
    all.add(
        simple(
            "flatten",
            shape,
            new int[] {72, 1, 1},
            (bind, src, other, dst) -> bind.flatten("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.flatten("layer", src.tensor(), dst, dDst, src.gradient())));
    Padding padding = Padding.padding(1, 0, 2, 3);
    all.add(
        simple(
            "zero padding",
            shape,
            new int[] {6, 7, 6},
            (bind, src, other, dst) -> bind.zeroPad("layer", padding, src, dst),
            (bind, src, other, dst, dDst) ->
                bind.zeroPad("layer", padding, src.tensor(), dst, dDst, src.gradient())));
    all.add(
        simple(
            "padded shortcut",
            shape,
            new int[] {11, 2, 2},
            (bind, src, other, dst) -> bind.padShortcut("layer", 2, src, dst),
            (bind, src, other, dst, dDst) ->
                bind.padShortcut("layer", 2, src.tensor(), dst, dDst, src.gradient())));
    for (int groups : new int[] {2, 3}) {
      all.add(
          simple(
              "channel shuffle " + groups,
              shape,
              shape,
              (bind, src, other, dst) -> bind.channelShuffle("layer", groups, src, dst),
              (bind, src, other, dst, dDst) ->
                  bind.channelShuffle("layer", groups, src.tensor(), dst, dDst, src.gradient())));
    }
    all.add(
        simple(
            "copy",
            shape,
            shape,
            (bind, src, other, dst) -> bind.copy("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.copy("layer", src.tensor(), dst, dDst, src.gradient())));
    for (boolean relu : new boolean[] {false, true}) {
      all.add(
          simple(
              "sum " + relu,
              shape,
              shape,
              (bind, src, other, dst) ->
                  bind.sum(
                      "layer",
                      relu ? Activation.RELU : Activation.NONE,
                      dst,
                      Addend.addend(src),
                      Addend.addend(0.5, other),
                      Addend.addend(-0.25, src)),
              (bind, src, other, dst, dDst) ->
                  bind.sum(
                      "layer",
                      relu,
                      dst,
                      dDst,
                      TrainedAddend.addend(0.75, src.tensor(), src.gradient()),
                      TrainedAddend.addend(0.5, other.tensor(), other.gradient()))));
    }
    all.add(
        simple(
            "product",
            shape,
            shape,
            (bind, src, other, dst) -> bind.multiply("layer", src, other, dst),
            (bind, src, other, dst, dDst) ->
                bind.multiply(
                    "layer",
                    src.tensor(),
                    other.tensor(),
                    dst,
                    dDst,
                    src.gradient(),
                    other.gradient())));
    all.add(
        new OperationCase(
            "gate",
            shape,
            shape,
            true,
            List.of(),
            (bind, src, other, dst) -> bind.scale("layer", src, other, dst),
            (bind, src, other, dst, dDst) ->
                bind.scale(
                    "layer",
                    src.tensor(),
                    other.tensor(),
                    dst,
                    dDst,
                    src.gradient(),
                    other.gradient())));
    Affine constant =
        Affine.constant(
            List.of(1.5, 2.0, -1.0, 0.5, 0.25, 3.0), List.of(0.1, 0.2, 0.3, -0.4, 0.5, -0.6));
    affine(all, "constant", constant, List.of());
    List<ParameterInfo> learned =
        List.of(info("layer.gain", Kind.NORM_WEIGHT, 6), info("layer.shift", Kind.NORM_BIAS, 6));
    affine(all, "learned", Affine.learned("layer.gain", "layer.shift"), learned);
    affine(all, "learned scale", Affine.learnedScale("layer.gain"), learned);
    affine(all, "learned shift", Affine.learnedShift("layer.shift"), learned);
    all.add(
        simple(
            "dropout",
            shape,
            shape,
            (bind, src, other, dst) -> bind.copy("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.dropout("layer", 0.4, src.tensor(), dst, dDst, src.gradient())));
    all.add(
        simple(
            "stochastic depth",
            shape,
            shape,
            (bind, src, other, dst) -> bind.copy("layer", src, dst),
            (bind, src, other, dst, dDst) ->
                bind.stochasticDepth("layer", 0.4, src.tensor(), dst, dDst, src.gradient())));
  }

  private static void affine(
      List<OperationCase> all, String name, Affine affine, List<ParameterInfo> state) {
    int[] shape = {6, 4, 3};
    all.add(
        new OperationCase(
            "affine, " + name,
            shape,
            shape,
            false,
            state,
            (bind, src, other, dst) -> bind.affine("layer", affine, src, dst),
            (bind, src, other, dst, dDst) ->
                bind.affine("layer", affine, src.tensor(), dst, dDst, src.gradient())));
  }
}
