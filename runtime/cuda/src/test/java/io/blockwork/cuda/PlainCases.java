package io.blockwork.cuda;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.Window;
import java.util.ArrayList;
import java.util.List;

/** Operations without parameters. */
final class PlainCases {
  private PlainCases() {}

  static List<OperationCase> all() {
    List<OperationCase> all = new ArrayList<>();
    pools(all);
    activations(all);
    norms(all);
    others(all);
    return all;
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
          OperationCase.simple(
              "max pool " + window,
              in,
              out,
              (bind, at) -> bind.maxPool("layer", window, at.src(), at.dst()),
              (bind, at) ->
                  bind.maxPool("layer", window, at.src(), at.dst(), at.dDst(), at.dSrc())));
      all.add(
          OperationCase.simple(
              "average pool " + window,
              in,
              out,
              (bind, at) -> bind.avgPool("layer", window, at.src(), at.dst()),
              (bind, at) ->
                  bind.avgPool("layer", window, at.src(), at.dst(), at.dDst(), at.dSrc())));
    }
    int[] some = {6, 3, 4};
    all.add(
        OperationCase.simple(
            "adaptive average pool",
            in,
            some,
            (bind, at) -> bind.adaptiveAvgPool("layer", at.src(), at.dst()),
            (bind, at) -> bind.adaptiveAvgPool("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
    all.add(
        OperationCase.simple(
            "adaptive max pool",
            in,
            some,
            (bind, at) -> bind.adaptiveMaxPool("layer", at.src(), at.dst()),
            (bind, at) -> bind.adaptiveMaxPool("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
    int[] one = {6, 1, 1};
    all.add(
        OperationCase.simple(
            "global average pool",
            in,
            one,
            (bind, at) -> bind.globalAvgPool("layer", at.src(), at.dst()),
            (bind, at) -> bind.globalAvgPool("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
    all.add(
        OperationCase.simple(
            "global max pool",
            in,
            one,
            (bind, at) -> bind.globalMaxPool("layer", at.src(), at.dst()),
            (bind, at) -> bind.globalMaxPool("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
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
          OperationCase.simple(
              "activation " + activation,
              shape,
              shape,
              (bind, at) -> bind.activation("layer", activation, at.src(), at.dst()),
              (bind, at) ->
                  bind.activation("layer", activation, at.src(), at.dst(), at.dDst(), at.dSrc())));
    }
  }

  private static void norms(List<OperationCase> all) {
    int[] shape = {6, 4, 3};
    for (LocalResponseNorm norm :
        List.of(new LocalResponseNorm(5, 0.5, 0.75, 1), new LocalResponseNorm(2, 0.1, 0.5, 2))) {
      all.add(
          OperationCase.simple(
              "response norm " + norm.size(),
              shape,
              shape,
              (bind, at) -> bind.localResponseNorm("layer", norm, at.src(), at.dst()),
              (bind, at) ->
                  bind.localResponseNorm("layer", norm, at.src(), at.dst(), at.dDst(), at.dSrc())));
    }
    all.add(
        OperationCase.simple(
            "softmax",
            shape,
            shape,
            (bind, at) -> bind.softmax("layer", at.src(), at.dst()),
            (bind, at) -> bind.softmax("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
    all.add(
        OperationCase.simple(
            "log softmax",
            shape,
            shape,
            (bind, at) -> bind.logSoftmax("layer", at.src(), at.dst()),
            (bind, at) -> bind.logSoftmax("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
  }

  private static void others(List<OperationCase> all) {
    int[] shape = {6, 4, 3};
    all.add(
        OperationCase.simple(
            "flatten",
            shape,
            new int[] {72, 1, 1},
            (bind, at) -> bind.flatten("layer", at.src(), at.dst()),
            (bind, at) -> bind.flatten("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
    Padding padding = Padding.padding(1, 0, 2, 3);
    all.add(
        OperationCase.simple(
            "zero padding",
            shape,
            new int[] {6, 7, 6},
            (bind, at) -> bind.zeroPad("layer", padding, at.src(), at.dst()),
            (bind, at) ->
                bind.zeroPad("layer", padding, at.src(), at.dst(), at.dDst(), at.dSrc())));
    all.add(
        OperationCase.simple(
            "padded shortcut",
            shape,
            new int[] {11, 2, 2},
            (bind, at) -> bind.padShortcut("layer", 2, at.src(), at.dst()),
            (bind, at) -> bind.padShortcut("layer", 2, at.src(), at.dst(), at.dDst(), at.dSrc())));
    for (int groups : new int[] {2, 3}) {
      all.add(
          OperationCase.simple(
              "channel shuffle " + groups,
              shape,
              shape,
              (bind, at) -> bind.channelShuffle("layer", groups, at.src(), at.dst()),
              (bind, at) ->
                  bind.channelShuffle("layer", groups, at.src(), at.dst(), at.dDst(), at.dSrc())));
    }
    all.add(
        OperationCase.simple(
            "copy",
            shape,
            shape,
            (bind, at) -> bind.copy("layer", at.src(), at.dst()),
            (bind, at) -> bind.copy("layer", at.src(), at.dst(), at.dDst(), at.dSrc())));
    for (boolean relu : new boolean[] {false, true}) {
      all.add(
          OperationCase.simple(
              "sum " + relu,
              shape,
              shape,
              (bind, at) ->
                  bind.sum(
                      "layer",
                      relu ? Activation.RELU : Activation.NONE,
                      at.dst(),
                      Addend.addend(at.src()),
                      Addend.addend(0.5, at.other()),
                      Addend.addend(-0.25, at.src())),
              (bind, at) ->
                  bind.sum(
                      "layer",
                      relu,
                      at.dst(),
                      at.dDst(),
                      TrainedAddend.addend(0.75, at.src(), at.dSrc()),
                      TrainedAddend.addend(0.5, at.other(), at.dOther()))));
    }
    all.add(
        OperationCase.simple(
            "product",
            shape,
            shape,
            (bind, at) -> bind.multiply("layer", at.src(), at.other(), at.dst()),
            (bind, at) ->
                bind.multiply(
                    "layer", at.src(), at.other(), at.dst(), at.dDst(), at.dSrc(), at.dOther())));
    all.add(
        new OperationCase(
            "gate",
            shape,
            shape,
            true,
            List.of(),
            (bind, at) -> bind.scale("layer", at.src(), at.other(), at.dst()),
            (bind, at) ->
                bind.scale(
                    "layer", at.src(), at.other(), at.dst(), at.dDst(), at.dSrc(), at.dOther())));
    all.add(
        OperationCase.simple(
            "dropout",
            shape,
            shape,
            (bind, at) -> bind.copy("layer", at.src(), at.dst()),
            (bind, at) -> bind.dropout("layer", 0.4, at.src(), at.dst(), at.dDst(), at.dSrc())));
    all.add(
        OperationCase.simple(
            "stochastic depth",
            shape,
            shape,
            (bind, at) -> bind.copy("layer", at.src(), at.dst()),
            (bind, at) ->
                bind.stochasticDepth("layer", 0.4, at.src(), at.dst(), at.dDst(), at.dSrc())));
  }
}
