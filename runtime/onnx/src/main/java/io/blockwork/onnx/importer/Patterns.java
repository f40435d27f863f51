package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxAttribute;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxNode;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Functions that older opsets have no operator for, and that exporters spell out: recognised by
 * their last operation, which is replaced. What it read is left out where nobody else reads it.
 */
final class Patterns {
  private static final double TOLERANCE = 1e-5;

  private final OnnxModel model;
  private final Map<String, OnnxNode> makers = new HashMap<>();

  private Patterns(OnnxModel model) {
    this.model = model;
    for (OnnxNode node : model.nodes()) {
      node.outputs().forEach(output -> makers.putIfAbsent(output, node));
    }
  }

  /** The operations, with those replaced that end a pattern. */
  static List<OnnxNode> replaced(OnnxModel model) {
    var patterns = new Patterns(model);
    List<OnnxNode> nodes = new ArrayList<>();
    for (OnnxNode node : model.nodes()) {
      OnnxNode replaced = patterns.replaced(node).orElse(node);
      nodes.add(replaced);
    }
    return nodes;
  }

  private Optional<OnnxNode> replaced(OnnxNode node) {
    if (!node.domain().isEmpty() || node.outputs().size() != 1) {
      return Optional.empty();
    }
    return switch (node.type()) {
      case "Mul" -> product(node);
      case "Div" -> hardFunction(node).or(() -> layerNorm(node));
      default -> Optional.empty();
    };
  }

  private static OnnxNode of(
      OnnxNode last, String type, String input, Map<String, OnnxAttribute> attributes) {
    return new OnnxNode(
        last.name(), type, "", List.of(input), last.outputs(), attributes, last.metadata());
  }

  private boolean is(OnnxNode node, String type, int inputs) {
    return node.type().equals(type) && node.domain().isEmpty() && node.inputCount() == inputs;
  }

  private Optional<OnnxNode> maker(String value, String type, int inputs) {
    OnnxNode node = makers.get(value);
    return node != null && is(node, type, inputs) ? Optional.of(node) : Optional.empty();
  }

  /** The one number that a constant is. */
  private OptionalDouble number(String value) {
    OnnxTensor tensor = model.initializers().get(value);
    OnnxNode node = makers.get(value);
    for (int hops = 0; tensor == null && node != null && hops < 4; hops++) {
      if (node.type().equals("Constant")) {
        OnnxAttribute attribute = node.attributes().get("value");
        if (attribute instanceof OnnxAttribute.Tensor constant) {
          tensor = constant.value();
        } else if (node.attributes().get("value_float") instanceof OnnxAttribute.Real real) {
          return OptionalDouble.of(real.value());
        }
        break;
      } else if (is(node, "Identity", 1) || is(node, "Cast", 1) || is(node, "CastLike", 2)) {
        tensor = model.initializers().get(node.inputs().get(0));
        node = makers.get(node.inputs().get(0));
      } else {
        break;
      }
    }
    return tensor != null && tensor.count() == 1 && tensor.type() != ElementType.BOOL
        ? OptionalDouble.of(tensor.first())
        : OptionalDouble.empty();
  }

  private boolean isNumber(String value, double expected) {
    OptionalDouble number = number(value);
    return number.isPresent()
        && Math.abs(number.getAsDouble() - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
  }

  /** The input beside a number. */
  private Optional<String> beside(OnnxNode node, double number) {
    if (isNumber(node.inputs().get(1), number)) {
      return Optional.of(node.inputs().get(0));
    }
    return isNumber(node.inputs().get(0), number)
        ? Optional.of(node.inputs().get(1))
        : Optional.empty();
  }

  private Optional<OnnxNode> product(OnnxNode node) {
    if (node.inputCount() != 2) {
      return Optional.empty();
    }
    return gelu(node).or(() -> gated(node)).or(() -> hardFunction(node));
  }

  /** A value times a function of it. */
  private Optional<OnnxNode> gated(OnnxNode node) {
    for (int i = 0; i < 2; i++) {
      String x = node.inputs().get(i);
      OnnxNode gate = makers.get(node.inputs().get(1 - i));
      if (gate == null || gate.inputCount() == 0 || !gate.domain().isEmpty()) {
        continue;
      }
      if (is(gate, "Sigmoid", 1) && gate.inputs().get(0).equals(x)) {
        return Optional.of(of(node, "Swish", x, Map.of()));
      }
      Optional<String> hard = hardSigmoid(gate);
      if (hard.isPresent() && hard.get().equals(x)) {
        return Optional.of(of(node, "HardSwish", x, Map.of()));
      }
      if (is(gate, "Tanh", 1)
          && maker(gate.inputs().get(0), "Softplus", 1)
              .filter(softplus -> softplus.inputs().get(0).equals(x))
              .isPresent()) {
        return Optional.of(of(node, "Mish", x, Map.of()));
      }
    }
    return Optional.empty();
  }

  /** What a node is the hard sigmoid of, with torch's constants. */
  private Optional<String> hardSigmoid(OnnxNode node) {
    if (is(node, "HardSigmoid", 1)) {
      boolean torch =
          node.attributes().get("alpha") instanceof OnnxAttribute.Real alpha
              && Math.abs(alpha.value() - 1.0 / 6) < TOLERANCE
              && (!(node.attributes().get("beta") instanceof OnnxAttribute.Real beta)
                  || beta.value() == 0.5f);
      return torch ? Optional.of(node.inputs().get(0)) : Optional.empty();
    }
    return sixth(node).flatMap(this::relu6OfThree);
  }

  /** What is divided by six. */
  private Optional<String> sixth(OnnxNode node) {
    if (is(node, "Div", 2) && isNumber(node.inputs().get(1), 6)) {
      return Optional.of(node.inputs().get(0));
    }
    return is(node, "Mul", 2) ? beside(node, 1.0 / 6) : Optional.empty();
  }

  /** The x of {@code min(max(x + 3, 0), 6)}. */
  private Optional<String> relu6OfThree(String value) {
    OnnxNode clip = makers.get(value);
    if (clip == null || !clip.type().equals("Clip") || !clip.domain().isEmpty()) {
      return Optional.empty();
    }
    boolean bounds =
        clip.inputCount() == 3
            ? isNumber(clip.inputs().get(1), 0) && isNumber(clip.inputs().get(2), 6)
            : clip.inputCount() == 1
                && clip.attributes().get("min") instanceof OnnxAttribute.Real min
                && clip.attributes().get("max") instanceof OnnxAttribute.Real max
                && min.value() == 0
                && max.value() == 6;
    return bounds
        ? maker(clip.inputs().get(0), "Add", 2).flatMap(add -> beside(add, 3))
        : Optional.empty();
  }

  /** Hard sigmoid, or hard swish where the product is divided by six at the end. */
  private Optional<OnnxNode> hardFunction(OnnxNode node) {
    Optional<String> dividend = sixth(node);
    if (dividend.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> plain = relu6OfThree(dividend.get());
    if (plain.isPresent()) {
      Map<String, OnnxAttribute> sixth =
          Map.of("alpha", new OnnxAttribute.Real(1f / 6), "beta", new OnnxAttribute.Real(0.5f));
      return Optional.of(of(node, "HardSigmoid", plain.get(), sixth));
    }
    return maker(dividend.get(), "Mul", 2)
        .flatMap(
            product -> {
              for (int i = 0; i < 2; i++) {
                String x = product.inputs().get(i);
                if (relu6OfThree(product.inputs().get(1 - i)).filter(x::equals).isPresent()) {
                  return Optional.of(of(node, "HardSwish", x, Map.of()));
                }
              }
              return Optional.empty();
            });
  }

  /** The factors of a product of at most four. */
  private void factors(String value, List<String> into, int depth) {
    Optional<OnnxNode> product = maker(value, "Mul", 2);
    if (product.isPresent() && depth < 3) {
      product.get().inputs().forEach(input -> factors(input, into, depth + 1));
    } else {
      into.add(value);
    }
  }

  /** {@code x * 0.5 * (1 + erf(x / sqrt(2)))}, its factors in any order, or that with tanh. */
  private Optional<OnnxNode> gelu(OnnxNode node) {
    List<String> factors = new ArrayList<>();
    node.inputs().forEach(input -> factors(input, factors, 1));
    if (factors.size() != 3) {
      return Optional.empty();
    }
    for (int half = 0; half < 3; half++) {
      if (!isNumber(factors.get(half), 0.5)) {
        continue;
      }
      for (int i = 0; i < 3; i++) {
        int gate = 3 - half - i;
        if (i == half || gate == half || gate < 0 || gate > 2 || gate == i) {
          continue;
        }
        String x = factors.get(i);
        Optional<String> inner = maker(factors.get(gate), "Add", 2).flatMap(add -> beside(add, 1));
        if (inner.isEmpty()) {
          continue;
        }
        if (maker(inner.get(), "Erf", 1)
            .flatMap(erf -> overRoot(erf.inputs().get(0)))
            .filter(x::equals)
            .isPresent()) {
          return Optional.of(of(node, "Gelu", x, Map.of()));
        }
        if (maker(inner.get(), "Tanh", 1)
            .filter(tanh -> isCubic(tanh.inputs().get(0), x))
            .isPresent()) {
          return Optional.of(
              of(node, "Gelu", x, Map.of("approximate", new OnnxAttribute.Text("tanh"))));
        }
      }
    }
    return Optional.empty();
  }

  /** What is divided by the root of two. */
  private Optional<String> overRoot(String value) {
    Optional<OnnxNode> quotient = maker(value, "Div", 2);
    if (quotient.isPresent()) {
      return isNumber(quotient.get().inputs().get(1), Math.sqrt(2))
          ? Optional.of(quotient.get().inputs().get(0))
          : Optional.empty();
    }
    return maker(value, "Mul", 2).flatMap(product -> beside(product, Math.sqrt(0.5)));
  }

  /** Whether it is {@code sqrt(2 / pi) * (x + 0.044715 * x^3)}. */
  private boolean isCubic(String value, String x) {
    return maker(value, "Mul", 2)
        .flatMap(product -> beside(product, Math.sqrt(2 / Math.PI)))
        .flatMap(sum -> maker(sum, "Add", 2))
        .filter(add -> add.inputs().contains(x))
        .map(add -> add.inputs().get(add.inputs().get(0).equals(x) ? 1 : 0))
        .flatMap(cube -> maker(cube, "Mul", 2))
        .flatMap(product -> beside(product, 0.044715))
        .flatMap(power -> maker(power, "Pow", 2))
        .filter(power -> power.inputs().get(0).equals(x) && isNumber(power.inputs().get(1), 3))
        .isPresent();
  }

  /**
   * {@code (x - mean) / sqrt(mean((x - mean)^2) + eps)} over the last axis; what is multiplied and
   * added later becomes a part of it when it is taken.
   */
  private Optional<OnnxNode> layerNorm(OnnxNode node) {
    if (node.inputCount() != 2) {
      return Optional.empty();
    }
    Optional<OnnxNode> centred = maker(node.inputs().get(0), "Sub", 2);
    Optional<OnnxNode> variance =
        maker(node.inputs().get(1), "Sqrt", 1)
            .flatMap(root -> maker(root.inputs().get(0), "Add", 2));
    if (centred.isEmpty() || variance.isEmpty()) {
      return Optional.empty();
    }
    String x = centred.get().inputs().get(0);
    String difference = centred.get().outputs().get(0);
    int eps = number(variance.get().inputs().get(1)).isPresent() ? 1 : 0;
    OptionalDouble epsilon = number(variance.get().inputs().get(eps));
    boolean fits =
        epsilon.isPresent()
            && mean(centred.get().inputs().get(1)).filter(x::equals).isPresent()
            && mean(variance.get().inputs().get(1 - eps))
                .filter(square -> isSquare(square, difference))
                .isPresent();
    if (!fits) {
      return Optional.empty();
    }
    return Optional.of(
        of(
            node,
            "LayerNormalization",
            x,
            Map.of(
                "axis",
                new OnnxAttribute.Int(-1),
                "epsilon",
                new OnnxAttribute.Real((float) epsilon.getAsDouble()))));
  }

  /** What a mean over the last axis, which stays, is taken of. */
  private Optional<String> mean(String value) {
    OnnxNode node = makers.get(value);
    if (node == null || !node.type().equals("ReduceMean") || !node.domain().isEmpty()) {
      return Optional.empty();
    }
    boolean kept =
        !(node.attributes().get("keepdims") instanceof OnnxAttribute.Int keep) || keep.value() != 0;
    boolean last =
        node.inputCount() == 2
            ? isNumber(node.inputs().get(1), -1)
            : node.attributes().get("axes") instanceof OnnxAttribute.Ints axes
                && axes.values().equals(List.of(-1L));
    return kept && last ? Optional.of(node.inputs().get(0)) : Optional.empty();
  }

  private boolean isSquare(String value, String of) {
    Optional<OnnxNode> power = maker(value, "Pow", 2);
    if (power.isPresent()) {
      return power.get().inputs().get(0).equals(of) && isNumber(power.get().inputs().get(1), 2);
    }
    return maker(value, "Mul", 2)
        .filter(product -> product.inputs().equals(List.of(of, of)))
        .isPresent();
  }
}
