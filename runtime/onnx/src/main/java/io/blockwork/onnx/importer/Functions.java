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

  private static final float SELU_ALPHA = 1.67326319f;
  private static final float SELU_GAMMA = 1.05070102f;

  private Functions() {}

  static void into(Map<String, Consumer<Step>> operators) {
    plain(operators, "Relu", step -> Activation.RELU);
    plain(operators, "LeakyRelu", step -> Activation.leakyRelu(step.real("alpha", 0.01)));
    plain(operators, "Elu", step -> Activation.elu(step.real("alpha", 1)));
    plain(operators, "Sigmoid", step -> Activation.SIGMOID);
    plain(operators, "Tanh", step -> Activation.TANH);
    plain(operators, "HardSwish", step -> Activation.HARD_SWISH);
    plain(operators, "Mish", step -> Activation.MISH);
    plain(operators, "Softplus", step -> Activation.softplus(1, 20));
    plain(operators, "HardSigmoid", Functions::hardSigmoid);
    plain(operators, "Gelu", Functions::gelu);
    plain(operators, "Swish", Functions::swish);
    operators.put("Selu", Functions::selu);
    operators.put("Clip", Functions::clip);
    operators.put("Min", step -> bound(step, false));
    operators.put("Max", step -> bound(step, true));
    operators.put("PRelu", Functions::prelu);
    operators.put("Identity", Functions::same);
    operators.put("Cast", Functions::cast);
    operators.put("CastLike", Functions::same);
    operators.put("Dropout", Functions::dropout);
  }

  private static void plain(
      Map<String, Consumer<Step>> operators, String name, Function<Step, Activation> function) {
    operators.put(name, step -> activate(step, function.apply(step)));
  }

  private static void activate(Step step, Activation activation) {
    View x = step.view(0);
    step.out(x.on(step.add(new Activate(step.path(), activation), x.node())));
  }

  private static Activation hardSigmoid(Step step) {
    double alpha = step.real("alpha", 0.2);
    // What exporters round to a float is a sixth.
    boolean sixth = (float) alpha == (float) (1.0 / 6);
    return Activation.hardSigmoid(sixth ? 1.0 / 6 : alpha, step.real("beta", 0.5));
  }

  private static Activation gelu(Step step) {
    String approximate = step.text("approximate", "none");
    return switch (approximate) {
      case "none" -> Activation.GELU;
      case "tanh" -> Activation.GELU_TANH;
      default -> throw step.refuse("its attribute approximate is %s", approximate);
    };
  }

  private static Activation swish(Step step) {
    if (step.real("alpha", 1) != 1) {
      throw step.refuse("an alpha other than 1 is not supported");
    }
    return Activation.SILU;
  }

  private static void selu(Step step) {
    double alpha = step.real("alpha", SELU_ALPHA);
    double gamma = step.real("gamma", SELU_GAMMA);
    if ((float) alpha == SELU_ALPHA && (float) gamma == SELU_GAMMA) {
      activate(step, Activation.selu());
      return;
    }
    View x = step.view(0);
    int elu = step.add(new Activate(step.path(), Activation.elu(alpha)), x.node());
    step.out(x.on(step.add(Sum.scaled(step.path(), gamma), elu)));
  }

  private static void clip(Step step) {
    if (step.opset() < 11) {
      clip(
          step,
          step.hasAttribute("min") ? Optional.of(step.real("min", 0)) : Optional.empty(),
          step.hasAttribute("max") ? Optional.of(step.real("max", 0)) : Optional.empty());
    } else {
      clip(step, scalar(step, 1), scalar(step, 2));
    }
  }

  private static Optional<Double> scalar(Step step, int input) {
    Optional<OnnxTensor> bound = step.optional(input);
    bound
        .filter(tensor -> tensor.count() != 1)
        .ifPresent(
            tensor -> {
              throw step.refuse("its bound has the shape %s", tensor.shape());
            });
    return bound.map(OnnxTensor::first);
  }

  private static void clip(Step step, Optional<Double> min, Optional<Double> max) {
    double low = within(min.orElse(-LARGEST));
    double high = within(max.orElse(LARGEST));
    if (low <= -LARGEST && high >= LARGEST) {
      step.out(step.view(0));
    } else if (low == 0 && high >= LARGEST) {
      activate(step, Activation.RELU);
    } else {
      // Of bounds that cross, the upper one wins.
      activate(step, Activation.clip(Math.min(low, high), high));
    }
  }

  private static double within(double bound) {
    return Math.max(-LARGEST, Math.min(LARGEST, bound));
  }

  /** The larger, or smaller, of a value and a number. */
  private static void bound(Step step, boolean lower) {
    if (step.inputs() == 1) {
      step.out(step.view(0));
      return;
    }
    boolean second = step.value(1) instanceof Value.Constant;
    if (step.inputs() != 2 || second == step.value(0) instanceof Value.Constant) {
      throw step.refuse("only one value of the network and one constant are supported");
    }
    View x = step.view(second ? 0 : 1);
    Optional<Double> limit = scalar(step, second ? 1 : 0);
    double low = within(lower ? limit.orElse(0.0) : -LARGEST);
    double high = within(lower ? LARGEST : limit.orElse(0.0));
    Activation activation =
        lower && low == 0 ? Activation.RELU : Activation.clip(Math.min(low, high), high);
    step.out(x.on(step.add(new Activate(step.path(), activation), x.node())));
  }

  private static void prelu(Step step) {
    View x = step.view(0);
    OnnxTensor slope = step.constant(1);
    if (slope.count() == 1) {
      String path = step.path(slope);
      Map<String, OnnxTensor> weight = Map.of(path + ".weight", slope.reshaped(List.of(1)));
      step.out(x.on(step.add(PRelu.of(path, 1), weight, x.node())));
      return;
    }
    Channels slopes = Channels.of(step, x, slope);
    String path = step.path(slope);
    int channels = slopes.values().length;
    OnnxTensor tensor =
        OnnxTensor.of(slope.name(), slope.type(), List.of(channels), slopes.values());
    int id =
        step.add(PRelu.of(path, channels), Map.of(path + ".weight", tensor), slopes.view().node());
    step.out(slopes.view().on(id));
  }

  private static void same(Step step) {
    step.out(step.value(0));
  }

  private static void cast(Step step) {
    if (step.value(0) instanceof View) {
      long to = step.integer("to", 1);
      if (to != 1 && to != 10 && to != 11 && to != 16) {
        throw step.refuse(
            "it makes integers or truth values of a value of the network, which is not supported");
      }
    }
    step.out(step.value(0));
  }

  private static void dropout(Step step) {
    step.onlyFirstOutput("the mask");
    if (step.has(2) && step.constant(2).first() != 0) {
      throw step.refuse("it is in training mode; export the model in evaluation mode");
    }
    step.out(step.value(0));
  }
}
