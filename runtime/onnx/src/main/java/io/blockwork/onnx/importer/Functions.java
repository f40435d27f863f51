package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.Sum;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Functions of one value: activations, and what does nothing in inference. */
final class Functions {
  /** What a bound that is left out amounts to, in numbers that every float has. */
  private static final double LARGEST = Float.MAX_VALUE;

  private static final float SELU_ALPHA = 1.6732632f;
  private static final float SELU_GAMMA = 1.050701f;

  private Functions() {}

  static void into(Map<String, Consumer<Translation>> operators) {
    plain(operators, "Relu", translation -> Activation.RELU);
    plain(
        operators,
        "LeakyRelu",
        translation -> Activation.leakyRelu(translation.real("alpha", 0.01)));
    plain(operators, "Elu", translation -> Activation.elu(translation.real("alpha", 1)));
    plain(operators, "Sigmoid", translation -> Activation.SIGMOID);
    plain(operators, "Tanh", translation -> Activation.TANH);
    plain(operators, "HardSwish", translation -> Activation.HARD_SWISH);
    plain(operators, "Mish", translation -> Activation.MISH);
    plain(operators, "Softplus", translation -> Activation.softplus(1, 20));
    plain(operators, "HardSigmoid", Functions::hardSigmoid);
    plain(operators, "Gelu", Functions::gelu);
    plain(operators, "Swish", Functions::swish);
    operators.put("Selu", Functions::selu);
    operators.put("Clip", Functions::clip);
    operators.put("Min", translation -> bound(translation, false));
    operators.put("Max", translation -> bound(translation, true));
    operators.put("PRelu", Functions::prelu);
    operators.put("Identity", Functions::same);
    operators.put("Cast", Functions::cast);
    operators.put("CastLike", Functions::same);
    operators.put("Dropout", Functions::dropout);
  }

  private static void plain(
      Map<String, Consumer<Translation>> operators,
      String name,
      Function<Translation, Activation> function) {
    operators.put(name, translation -> activate(translation, function.apply(translation)));
  }

  private static void activate(Translation translation, Activation activation) {
    View x = translation.view(0);
    translation.out(x.on(translation.add(new Activate(translation.path(), activation), x.node())));
  }

  private static Activation hardSigmoid(Translation translation) {
    double alpha = translation.real("alpha", 0.2);
    // What exporters round to a float is a sixth.
    boolean sixth = (float) alpha == (float) (1.0 / 6);
    return Activation.hardSigmoid(sixth ? 1.0 / 6 : alpha, translation.real("beta", 0.5));
  }

  private static Activation gelu(Translation translation) {
    String approximate = translation.text("approximate", "none");
    return switch (approximate) {
      case "none" -> Activation.GELU;
      case "tanh" -> Activation.GELU_TANH;
      default -> throw translation.refuse("its attribute approximate is %s", approximate);
    };
  }

  private static Activation swish(Translation translation) {
    if (translation.real("alpha", 1) != 1) {
      throw translation.refuse("an alpha other than 1 is not supported");
    }
    return Activation.SILU;
  }

  private static void selu(Translation translation) {
    double alpha = translation.real("alpha", SELU_ALPHA);
    double gamma = translation.real("gamma", SELU_GAMMA);
    if ((float) alpha == SELU_ALPHA && (float) gamma == SELU_GAMMA) {
      activate(translation, Activation.selu());
      return;
    }
    View x = translation.view(0);
    int elu = translation.add(new Activate(translation.path(), Activation.elu(alpha)), x.node());
    translation.out(x.on(translation.add(Sum.scaled(translation.path(), gamma), elu)));
  }

  private static void clip(Translation translation) {
    if (translation.opset() < 11) {
      clip(
          translation,
          translation.hasAttribute("min")
              ? Optional.of(translation.real("min", 0))
              : Optional.empty(),
          translation.hasAttribute("max")
              ? Optional.of(translation.real("max", 0))
              : Optional.empty());
    } else {
      clip(translation, scalar(translation, 1), scalar(translation, 2));
    }
  }

  private static Optional<Double> scalar(Translation translation, int input) {
    Optional<OnnxTensor> bound = translation.optional(input);
    bound
        .filter(tensor -> tensor.count() != 1)
        .ifPresent(
            tensor -> {
              throw translation.refuse("its bound has the shape %s", tensor.shape());
            });
    return bound.map(OnnxTensor::first);
  }

  private static void clip(Translation translation, Optional<Double> min, Optional<Double> max) {
    double low = within(min.orElse(-LARGEST));
    double high = within(max.orElse(LARGEST));
    if (low <= -LARGEST && high >= LARGEST) {
      translation.out(translation.view(0));
    } else if (low == 0 && high >= LARGEST) {
      activate(translation, Activation.RELU);
    } else {
      // Of bounds that cross, the upper one wins.
      activate(translation, Activation.clip(Math.min(low, high), high));
    }
  }

  private static double within(double bound) {
    return Math.max(-LARGEST, Math.min(LARGEST, bound));
  }

  /** The larger, or smaller, of a value and a number. */
  private static void bound(Translation translation, boolean lower) {
    if (translation.inputs() == 1) {
      translation.out(translation.view(0));
      return;
    }
    boolean second = translation.value(1) instanceof Value.Constant;
    if (translation.inputs() != 2 || second == translation.value(0) instanceof Value.Constant) {
      throw translation.refuse("only one value of the network and one constant are supported");
    }
    View x = translation.view(second ? 0 : 1);
    Optional<Double> limit = scalar(translation, second ? 1 : 0);
    double low = within(lower ? limit.orElse(0.0) : -LARGEST);
    double high = within(lower ? LARGEST : limit.orElse(0.0));
    Activation activation =
        lower && low == 0 ? Activation.RELU : Activation.clip(Math.min(low, high), high);
    translation.out(x.on(translation.add(new Activate(translation.path(), activation), x.node())));
  }

  private static void prelu(Translation translation) {
    View x = translation.view(0);
    OnnxTensor slope = translation.constant(1);
    if (slope.count() == 1) {
      String path = translation.path(slope);
      Map<String, OnnxTensor> weight = Map.of(path + ".weight", slope.reshaped(List.of(1)));
      translation.out(x.on(translation.add(PRelu.of(path, 1), weight, x.node())));
      return;
    }
    Channels slopes = Channels.of(translation, x, slope);
    String path = translation.path(slope);
    int channels = slopes.values().length;
    OnnxTensor tensor =
        OnnxTensor.of(slope.name(), slope.type(), List.of(channels), slopes.values());
    int id =
        translation.add(
            PRelu.of(path, channels), Map.of(path + ".weight", tensor), slopes.view().node());
    translation.out(slopes.view().on(id));
  }

  private static void same(Translation translation) {
    translation.out(translation.value(0));
  }

  private static void cast(Translation translation) {
    if (translation.value(0) instanceof View) {
      long to = translation.integer("to", 1);
      if (to != 1 && to != 10 && to != 11 && to != 16) {
        throw translation.refuse(
            "it makes integers or truth values of a value of the network, which is not supported");
      }
    }
    translation.out(translation.value(0));
  }

  private static void dropout(Translation translation) {
    translation.onlyFirstOutput("the mask");
    if (translation.has(2) && translation.constant(2).first() != 0) {
      throw translation.refuse("it is in training mode; export the model in evaluation mode");
    }
    translation.out(translation.value(0));
  }
}
