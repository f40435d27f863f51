package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.Activation;
import io.blockwork.onnx.proto.AttributeProto;
import java.util.List;

/** What activations become: one operator where the opset has it, else what it is defined by. */
final class ActivationNodes {
  /** From so large a threshold on, both branches of softplus are one number in single precision. */
  private static final double PLAIN_THRESHOLD = 20;

  private static final double TANH_CUBE = 0.044715;

  private final OnnxGraph graph;
  private final Value x;

  /** Whether the activation is the whole operation, or ends another one. */
  private final boolean whole;

  private ActivationNodes(OnnxGraph graph, Value x, boolean whole) {
    this.graph = graph;
    this.x = x;
    this.whole = whole;
  }

  /** An activation that is an operation. */
  static Value operation(OnnxGraph graph, Value x, Activation activation) {
    return new ActivationNodes(graph, x, true).write(activation);
  }

  /** An activation that ends an operation. */
  static Value ending(OnnxGraph graph, Value x, Activation activation) {
    return new ActivationNodes(graph, x, false).write(activation);
  }

  private Value write(Activation f) {
    return switch (f.function()) {
      case NONE -> x;
      case RELU ->
          f.alpha() == 0
              ? last("Relu", x)
              : last("LeakyRelu", x, Attributes.real("alpha", f.alpha()));
      case CLIP -> last("Clip", x, List.of(bound(f.alpha()), bound(f.beta())));
      case ELU ->
          f.beta() == 1
              ? last("Elu", x, Attributes.real("alpha", f.alpha()))
              : last(
                  "Selu",
                  x,
                  Attributes.real("alpha", f.alpha()),
                  Attributes.real("gamma", f.beta()));
      case SIGMOID -> last("Sigmoid", x);
      case HARD_SIGMOID -> last("HardSigmoid", x, hardSigmoid(f));
      case SILU -> times(part("Sigmoid", x));
      case HARD_SWISH -> hardSwish(f);
      case MISH -> graph.opset() >= 18 ? last("Mish", x) : times(tanhOfSoftplus());
      case GELU -> graph.opset() >= 20 ? last("Gelu", x) : gelu();
      case GELU_TANH ->
          graph.opset() >= 20
              ? last("Gelu", x, Attributes.text("approximate", "tanh"))
              : geluTanh();
      case TANH -> last("Tanh", x);
      case SOFTPLUS -> softplus(f.alpha(), f.beta());
    };
  }

  /** The bound of a clip; nothing stands for none. */
  private String bound(double value) {
    return Double.isInfinite(value) ? "" : graph.scalar(value);
  }

  private static AttributeProto[] hardSigmoid(Activation f) {
    return new AttributeProto[] {
      Attributes.real("alpha", f.alpha()), Attributes.real("beta", f.beta())
    };
  }

  private Value hardSwish(Activation f) {
    boolean torch = f.equals(Activation.HARD_SWISH);
    return torch && graph.opset() >= 14
        ? last("HardSwish", x)
        : times(part("HardSigmoid", x, List.of(), hardSigmoid(f)));
  }

  private Value tanhOfSoftplus() {
    return part("Tanh", part("Softplus", x));
  }

  /** As torch's exporter spells it, so that others recognise it. */
  private Value gelu() {
    Value erf = part("Erf", part("Div", x, List.of(graph.scalar(Math.sqrt(2)))));
    Value factor = part("Add", erf, List.of(graph.scalar(1)));
    return last("Mul", part("Mul", x, List.of(factor.name())), List.of(graph.scalar(0.5)));
  }

  private Value geluTanh() {
    Value square = part("Mul", x, List.of(x.name()));
    Value cube = part("Mul", square, List.of(x.name()));
    Value sum = part("Add", x, List.of(part("Mul", cube, scalar(TANH_CUBE)).name()));
    Value tanh = part("Tanh", part("Mul", sum, scalar(Math.sqrt(2 / Math.PI))));
    Value factor = part("Mul", part("Add", tanh, scalar(1)), scalar(0.5));
    return times(factor);
  }

  private Value softplus(double beta, double threshold) {
    if (beta == 1 && threshold >= PLAIN_THRESHOLD) {
      return last("Softplus", x);
    }
    Value scaled = part("Mul", x, scalar(beta));
    Value smooth = part("Div", part("Softplus", scaled), scalar(beta));
    String far = graph.hiddenPart("Greater", List.of(scaled.name(), graph.scalar(threshold)));
    List<String> inputs = List.of(far, x.name(), smooth.name());
    return whole
        ? graph.whole("Where", x.shape(), x.vector(), inputs)
        : graph.part("Where", x.shape(), x.vector(), inputs);
  }

  private List<String> scalar(double value) {
    return List.of(graph.scalar(value));
  }

  private Value times(Value factor) {
    return last("Mul", x, List.of(factor.name()));
  }

  private Value part(String operator, Value of) {
    return part(operator, of, List.of());
  }

  private Value part(String operator, Value of, List<String> others, AttributeProto... attributes) {
    return graph.part(operator, of, others, attributes);
  }

  private Value last(String operator, Value of, AttributeProto... attributes) {
    return last(operator, of, List.of(), attributes);
  }

  private Value last(String operator, Value of, List<String> others, AttributeProto... attributes) {
    return whole
        ? graph.whole(operator, of, others, attributes)
        : graph.part(operator, of, others, attributes);
  }
}
