package io.blockwork.onnx.exporter;

import io.blockwork.engine.Quantization;
import io.blockwork.engine.ValueRange;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Outcome;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a network with pairs of {@code QuantizeLinear} and {@code DequantizeLinear} around its
 * layers, in the form that ONNX Runtime makes integer kernels of: unsigned activations with one
 * scale a tensor (with signed ones it fuses nothing on x86), signed weights with a scale for each
 * output channel, biases of 32 bits with the product of both scales. What has no integer kernel
 * computes on the numbers that the bytes stand for.
 */
final class QuantizedNodes {
  private static final double LARGEST_WEIGHT = 127;

  /** So many standard deviations about its mean a norm's output is taken to lie. */
  private static final double DEVIATIONS = 6;

  private final OnnxGraph graph;
  private final ProductNodes products;
  private final Graph network;
  private final List<Shape> shapes;
  private final Quantization quantization;

  /** The ranges that are left, of the layers that have run so far less, by their paths. */
  private final Map<String, Deque<ValueRange>> ahead = new HashMap<>();

  private final List<Value> values = new ArrayList<>();
  private final List<Optional<ValueRange>> ranges = new ArrayList<>();

  /** The values that are bytes, as what they stand for. */
  private final Map<String, ByteRange> bytes = new HashMap<>();

  /** What was made bytes, by the names of the values that came of it. */
  private final Map<String, Value> exact = new HashMap<>();

  private QuantizedNodes(OnnxGraph graph, Graph network, Quantization quantization) {
    this.graph = graph;
    this.products = new ProductNodes(graph);
    this.network = network;
    this.shapes = Shapes.of(network);
    this.quantization = quantization;
    quantization
        .ranges()
        .forEach(
            (key, range) -> {
              int space = key.indexOf(' ');
              String path = space < 0 ? key : key.substring(0, space);
              ahead.computeIfAbsent(path, p -> new ArrayDeque<>()).add(range.whole());
            });
  }

  /**
   * Writes all nodes of a network.
   *
   * @param network as our own inference runs it, with what its layers have fused
   * @param images the images
   * @return the value of each node of the network
   */
  static List<Value> write(
      OnnxGraph graph, Graph network, Value images, Quantization quantization) {
    return new QuantizedNodes(graph, network, quantization).write(images);
  }

  private List<Value> write(Value images) {
    ranges.add(quantization.range(Quantization.INPUT).map(range -> range.whole()));
    graph.begin(Quantization.INPUT, "");
    values.add(finished(network.node(0), images));
    for (Node node : network.nodes().subList(1, network.nodes().size())) {
      Shape shape = shapes.get(node.id());
      graph.begin(node.op().path(), GraphNodes.words(node, shape));
      ranges.add(range(node));
      values.add(finished(node, computed(node, shape)));
    }
    return values;
  }

  private Optional<ValueRange> range(Node node) {
    Deque<ValueRange> own = ahead.get(node.op().path());
    Optional<ValueRange> seen =
        own == null || !node.op().runs() ? Optional.empty() : Optional.ofNullable(own.poll());
    if (node.op().outcome() == Outcome.CHOSEN && node.op().activation().isNone()) {
      List<Optional<ValueRange>> all = node.inputs().stream().map(ranges::get).toList();
      return all.stream().allMatch(Optional::isPresent)
          ? all.stream().map(Optional::orElseThrow).reduce(ValueRange::with)
          : Optional.empty();
    }
    return seen;
  }

  /**
   * The value as bytes and back, if somebody reads bytes, or they are put together from others; the
   * result is left as it is.
   */
  private Value finished(Node node, Value value) {
    boolean read =
        node.op().joins()
            || network.consumers().get(node.id()).stream()
                .anyMatch(reader -> reader.op().accept(new IntegerKernels()) && !isKept(reader));
    Optional<ValueRange> range = ranges.get(node.id());
    return read && node.id() != network.output() && range.isPresent()
        ? rounded(value, ByteRange.of(range.get()))
        : value;
  }

  private Value rounded(Value value, ByteRange range) {
    if (range.equals(bytes.get(value.name()))) {
      return value;
    }
    String scale = graph.scalar(range.scale());
    String zero = zero(range.zero());
    String quantized = graph.hiddenPart("QuantizeLinear", List.of(value.name(), scale, zero));
    Value result =
        graph.part(
            "DequantizeLinear", value.shape(), value.vector(), List.of(quantized, scale, zero));
    bytes.put(result.name(), range);
    exact.put(result.name(), value);
    return result;
  }

  private String zero(int value) {
    ByteBuffer one = TensorData.buffer(1).put(0, (byte) value);
    return graph.integers("zero_" + value, TensorProto.DataType.UINT8, one);
  }

  private Value computed(Node node, Shape shape) {
    List<Value> inputs = node.inputs().stream().map(values::get).toList();
    if (isKept(node)) {
      // From bytes to bytes ONNX Runtime would quantise the weights by itself.
      inputs = inputs.stream().map(x -> exact.getOrDefault(x.name(), x)).toList();
      return node.op().accept(new OperationNodes(graph, inputs, shape));
    }
    ByteRange source = bytes.get(inputs.get(0).name());
    return node.op()
        .accept(
            source == null
                ? new OperationNodes(graph, inputs, shape)
                : new FromBytes(inputs, source, shape));
  }

  /** What an operation becomes that reads bytes. */
  private final class FromBytes extends OperationNodes {
    private final List<Value> inputs;
    private final ByteRange source;
    private final Shape out;

    /**
     * @param source what the bytes of the first input stand for
     */
    FromBytes(List<Value> inputs, ByteRange source, Shape out) {
      super(graph, inputs, out);
      this.inputs = inputs;
      this.source = source;
      this.out = out;
    }

    @Override
    public Value conv2d(Conv2d op) {
      return convolution(op, inputs, source, out);
    }

    @Override
    public Value linear(Linear op) {
      Value x = inputs.get(0);
      boolean vector = x.shape().elements() == op.in();
      return vector ? QuantizedNodes.this.linear(op, x, source) : super.linear(op);
    }
  }

  /** Whether a layer is to be computed in floats. */
  private boolean isKept(Node node) {
    return quantization.floatLayers().contains(node.op().path());
  }

  private Value convolution(Conv2d op, List<Value> inputs, ByteRange source, Shape out) {
    Value x = inputs.get(0).vector() ? rounded(graph.map(inputs.get(0)), source) : inputs.get(0);
    double[] kernel = times(products.kernel(op), op.factor());
    double[] bias = times(products.bias(op), op.factor());
    List<String> names = new ArrayList<>(List.of(x.name()));
    names.addAll(weights(op.path(), kernel, bias, source, ProductNodes.shape(op)));
    Value y = graph.whole("Conv", out, false, names, ProductNodes.attributes(op, x, out));
    Optional<ValueRange> inner = inner(op, inputs);
    if (inner.isPresent()) {
      y = rounded(y, ByteRange.of(inner.get()));
    }
    if (op.residual()) {
      y = graph.part("Add", y, List.of(graph.map(inputs.get(1)).name()));
    }
    return ActivationNodes.ending(graph, y, op.activation());
  }

  private static double[] times(double[] values, double factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return values;
  }

  /** Weights and bias as integers. */
  private List<String> weights(
      String path, double[] kernel, double[] bias, ByteRange source, long... shape) {
    int rows = bias.length;
    int row = kernel.length / rows;
    ByteBuffer weights = TensorData.buffer(kernel.length);
    ByteBuffer shifts = TensorData.buffer(rows * Integer.BYTES);
    double[] steps = new double[rows];
    double[] products = new double[rows];
    for (int r = 0; r < rows; r++) {
      double largest = 0;
      for (int i = r * row; i < (r + 1) * row; i++) {
        largest = Math.max(largest, Math.abs(kernel[i]));
      }
      float step = largest > 0 ? (float) (largest / LARGEST_WEIGHT) : 1;
      float product = step * source.scale();
      steps[r] = step;
      products[r] = product;
      for (int i = r * row; i < (r + 1) * row; i++) {
        weights.put((byte) Math.rint(kernel[i] / step));
      }
      // A cast to an integer stops at its bounds.
      shifts.putInt((int) Math.rint(bias[r] / product));
    }
    String weight =
        dequantized(path + ".weight", TensorProto.DataType.INT8, weights.flip(), steps, shape);
    String shift =
        dequantized(path + ".bias", TensorProto.DataType.INT32, shifts.flip(), products, rows);
    return List.of(weight, shift);
  }

  private String dequantized(
      String name, TensorProto.DataType type, ByteBuffer integers, double[] scale, long... shape) {
    int width = type == TensorProto.DataType.INT8 ? 1 : Integer.BYTES;
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    String values = graph.integers(name, type, integers, shape);
    String scales = graph.constant(leaf + "_scale", new long[] {scale.length}, scale);
    String zeros =
        graph.integers(name + "_zero", type, TensorData.buffer(scale.length * width), scale.length);
    AttributeProto axis = Attributes.integer("axis", 0);
    return graph.hiddenPart("DequantizeLinear", List.of(values, scales, zeros), axis);
  }

  /**
   * Between which values a convolution's own output lies, where something follows it that no
   * integer kernel takes in: a sum, or an activation but ReLU. Our own kernels never hold these
   * values, so that none were seen. What a sum can give that is not cut off afterwards bounds them,
   * and so does a norm.
   */
  private Optional<ValueRange> inner(Conv2d op, List<Value> inputs) {
    Activation end = op.activation();
    boolean cut = end.function() == Activation.Function.CLIP || isRelu(end);
    if (!op.residual() && (cut || end.isNone())) {
      return Optional.empty();
    }
    Optional<ValueRange> normal = normal(op);
    Optional<ByteRange> addend =
        op.residual() ? Optional.ofNullable(bytes.get(inputs.get(1).name())) : Optional.empty();
    Optional<ValueRange> sum = ranges.get(ranges.size() - 1);
    if (addend.isEmpty() || sum.isEmpty() || !(cut || end.isNone())) {
      return normal;
    }
    float least = addend.get().least();
    float largest = addend.get().largest();
    ValueRange bound =
        new ValueRange(
            Math.min(0, sum.get().low() - largest), Math.max(0, sum.get().high() - least));
    return Optional.of(normal.map(range -> range.within(bound)).orElse(bound));
  }

  private static boolean isRelu(Activation activation) {
    return activation.function() == Activation.Function.RELU && activation.alpha() == 0;
  }

  /** What a norm's running statistics make of its input. */
  private Optional<ValueRange> normal(Conv2d op) {
    if (op.norm().isEmpty()) {
      return Optional.empty();
    }
    double[] weight = graph.read(op.norm().get().path() + ".weight");
    double[] bias = graph.read(op.norm().get().path() + ".bias");
    double low = 0;
    double high = 0;
    for (int c = 0; c < weight.length; c++) {
      double spread = DEVIATIONS * Math.abs(weight[c] * op.factor());
      low = Math.min(low, bias[c] * op.factor() - spread);
      high = Math.max(high, bias[c] * op.factor() + spread);
    }
    return Optional.of(new ValueRange((float) low, (float) high));
  }

  private Value linear(Linear op, Value input, ByteRange source) {
    Value x = rounded(graph.vector(input), source);
    double[] kernel = graph.read(op.path() + ".weight");
    double[] bias = op.bias().isPresent() ? graph.read(op.path() + ".bias") : new double[op.out()];
    List<String> names = new ArrayList<>(List.of(x.name()));
    names.addAll(weights(op.path(), kernel, bias, source, op.out(), op.in()));
    Value y =
        graph.whole(
            "Gemm", new Shape(op.out(), 1, 1), true, names, Attributes.integer("transB", 1));
    return ActivationNodes.ending(graph, y, op.activation());
  }
}
