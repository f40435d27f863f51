package io.blockwork.cuda;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.Norm;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.util.ArrayList;
import java.util.List;

/** Operations that have parameters. */
final class WeightedCases {
  private WeightedCases() {}

  static List<OperationCase> all() {
    List<OperationCase> all = new ArrayList<>();
    convolutions(all);
    slopes(all);
    norms(all);
    affines(all);
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
            (bind, at) -> bind.conv2d("layer", conv, at.src(), at.dst(), Epilogue.none()),
            (bind, at) -> bind.conv2d("layer", conv, at.src(), at.dst(), at.dDst(), at.dSrc())));
    for (Activation activation :
        List.of(Activation.NONE, Activation.RELU, Activation.SILU, Activation.RELU6)) {
      Epilogue folded = Epilogue.norm("norm", 1e-3).times(0.5).then(activation);
      all.add(
          OperationCase.inferenceOnly(
              name + ", norm, " + activation.function(),
              in,
              out,
              state,
              (bind, at) -> bind.conv2d("layer", conv, at.src(), at.dst(), folded)));
      if (in[0] == out[0] && in[1] == out[1]) {
        all.add(
            OperationCase.inferenceOnly(
                name + ", norm, residual, " + activation.function(),
                in,
                out,
                state,
                (bind, at) ->
                    bind.conv2d("layer", conv, at.src(), at.dst(), folded.add(at.other()))));
      }
    }
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
            (bind, at) -> bind.linear("layer", linear, activation, at.src(), at.dst()),
            (bind, at) ->
                bind.linear(
                    "layer", linear, activation, at.src(), at.dst(), at.dDst(), at.dSrc())));
  }

  private static void slopes(List<OperationCase> all) {
    int[] shape = {5, 3, 4};
    for (int slopes : new int[] {1, 5}) {
      all.add(
          new OperationCase(
              "prelu " + slopes,
              shape,
              shape,
              false,
              List.of(info("layer.weight", Kind.NORM_WEIGHT, slopes)),
              (bind, at) -> bind.prelu("layer", at.src(), at.dst()),
              (bind, at) -> bind.prelu("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
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
              (bind, at) ->
                  bind.batchNorm(
                      "layer", norm, relu ? Activation.RELU : Activation.NONE, at.src(), at.dst()),
              (bind, at) ->
                  bind.batchNorm("layer", norm, relu, at.src(), at.dst(), at.dDst(), at.dSrc())));
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
              (bind, at) -> bind.layerNorm("layer", norm, at.src(), at.dst()),
              (bind, at) ->
                  bind.layerNorm("layer", norm, at.src(), at.dst(), at.dDst(), at.dSrc())));
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
              (bind, at) -> bind.groupNorm("layer", norm, at.src(), at.dst()),
              (bind, at) ->
                  bind.groupNorm("layer", norm, at.src(), at.dst(), at.dDst(), at.dSrc())));
    }
  }

  private static void affines(List<OperationCase> all) {
    Affine constant =
        Affine.constant(
            List.of(1.5, 2.0, -1.0, 0.5, 0.25, 3.0), List.of(0.1, 0.2, 0.3, -0.4, 0.5, -0.6));
    affine(all, "constant", constant, List.of());
    List<ParameterInfo> learned =
        List.of(info("layer.gain", Kind.NORM_WEIGHT, 6), info("layer.shift", Kind.NORM_BIAS, 6));
    affine(all, "learned", Affine.learned("layer.gain", "layer.shift"), learned);
    affine(all, "learned scale", Affine.learnedScale("layer.gain"), learned);
    affine(all, "learned shift", Affine.learnedShift("layer.shift"), learned);
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
            (bind, at) -> bind.affine("layer", affine, at.src(), at.dst()),
            (bind, at) -> bind.affine("layer", affine, at.src(), at.dst(), at.dDst(), at.dSrc())));
  }
}
