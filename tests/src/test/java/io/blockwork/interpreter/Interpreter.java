package io.blockwork.interpreter;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Runs a graph as it was built, before any transform. */
public final class Interpreter {
  private final Graph graph;
  private final Map<String, double[]> parameters;
  private final Masks masks;
  private final Set<String> frozen;

  /**
   * An interpreter.
   *
   * @param parameters the values of every entry of the {@code state_dict}, by name
   * @param masks of the training passes
   */
  public Interpreter(Graph graph, Map<String, double[]> parameters, Masks masks) {
    this(graph, Map.copyOf(parameters), masks, Set.of());
  }

  private Interpreter(
      Graph graph, Map<String, double[]> parameters, Masks masks, Set<String> frozen) {
    this.graph = graph;
    this.parameters = parameters;
    this.masks = masks;
    this.frozen = frozen;
  }

  /** The same with norms at those paths that use their running statistics in training, too. */
  Interpreter frozen(Set<String> paths) {
    return new Interpreter(graph, parameters, masks, paths);
  }

  /** Numbers on a tape: {@code [N, C, H, W]}. */
  record Value(int[] at, int batch, Shape shape) {
    /** Values of one image. */
    int elements() {
      return Math.toIntExact(shape.elements());
    }

    /** Values of one channel of an image. */
    int pixels() {
      return shape.height() * shape.width();
    }

    /** Where channel {@code c} of place {@code i} is, counting the places of all images. */
    int place(int i, int c) {
      return (i / pixels() * shape.channels() + c) * pixels() + i % pixels();
    }
  }

  /**
   * Runs the graph.
   *
   * @param images {@code [N, C, H, W]}
   * @param batch images
   * @param training whether norms use the batch's statistics and masks are applied
   */
  public Run run(double[] images, int batch, boolean training) {
    return run(new Tape(), Optional.empty(), images, batch, training);
  }

  /**
   * Runs the graph as single precision might: every result is rounded at random. How far such runs
   * are from the one in double tells what single precision can promise for this graph.
   *
   * @param seed of the random numbers
   */
  Run runRounded(double[] images, int batch, boolean training, long seed) {
    return run(new Tape(new FloatRounding(seed)), Optional.empty(), images, batch, training);
  }

  /**
   * Runs inference as 8-bit integers might: weights, and the value of every node, are rounded at
   * random. How far such runs are from the one in double tells what 8 bits can promise.
   *
   * @param seed of the random numbers
   */
  Run runInBytes(double[] images, int batch, long seed) {
    return run(new Tape(), Optional.of(new ByteRounding(seed)), images, batch, false);
  }

  private Run run(
      Tape tape, Optional<ByteRounding> bytes, double[] images, int batch, boolean training) {
    Map<String, int[]> leaves = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      for (Parameter parameter : node.op().parameters()) {
        leaves.computeIfAbsent(parameter.name(), name -> leaves(tape, stored(bytes, parameter)));
      }
    }
    int[] input = leaves(tape, images);
    List<Value> values = new ArrayList<>();
    Map<String, double[]> statistics = new LinkedHashMap<>();
    Operations operations = new Operations(tape, leaves, training, frozen, masks, statistics);
    for (Node node : graph.nodes()) {
      List<Value> inputs = node.inputs().stream().map(values::get).toList();
      List<Shape> shapes = inputs.stream().map(Value::shape).toList();
      Shape shape = node.op().shape(shapes);
      int[] at = node.id() == 0 ? input : operations.compute(node.op(), inputs, batch, shape);
      values.add(new Value(bytes.map(b -> stored(b, tape, at)).orElse(at), batch, shape));
    }
    return new Run(tape, input, leaves, values, statistics, operations.clearance());
  }

  private double[] stored(Optional<ByteRounding> bytes, Parameter parameter) {
    double[] values = Objects.requireNonNull(parameters.get(parameter.name()), parameter.name());
    return bytes.isPresent() && parameter.kind() == Parameter.Kind.WEIGHT
        ? bytes.get().rounded(values, Math.toIntExact(parameter.shape().get(0)))
        : values;
  }

  private static int[] stored(ByteRounding bytes, Tape tape, int[] at) {
    double[] rounded = bytes.rounded(Arrays.stream(at).mapToDouble(tape::value).toArray());
    int[] result = new int[at.length];
    Arrays.setAll(result, i -> tape.unary(at[i], rounded[i], 1));
    return result;
  }

  private static int[] leaves(Tape tape, double[] values) {
    int[] at = new int[values.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = tape.leaf(values[i]);
    }
    return at;
  }

  /** What a pass has computed. */
  public static final class Run {
    private final Tape tape;
    private final int[] input;
    private final Map<String, int[]> parameters;
    private final List<Value> values;
    private final Map<String, double[]> statistics;
    private final double clearance;

    private Run(
        Tape tape,
        int[] input,
        Map<String, int[]> parameters,
        List<Value> values,
        Map<String, double[]> statistics,
        double clearance) {
      this.tape = tape;
      this.input = input;
      this.parameters = parameters;
      this.values = values;
      this.statistics = statistics;
      this.clearance = clearance;
    }

    /** The value of a node, {@code [N, C, H, W]}. */
    public double[] value(int node) {
      int[] at = values.get(node).at();
      double[] result = new double[at.length];
      for (int i = 0; i < at.length; i++) {
        result[i] = tape.value(at[i]);
      }
      return result;
    }

    /** Running statistics after the pass, by name, of the norms that have moved them. */
    public Map<String, double[]> statistics() {
      return statistics;
    }

    /**
     * How far the nearest value is from a kink of an activation, or from another one that is as
     * large in the window of a max pool. Nearer, the gradient depends on rounding.
     */
    public double clearance() {
      return clearance;
    }

    /**
     * Differentiates a weighted sum of outputs.
     *
     * @param outputGradients weights of each value of some nodes, by node
     */
    public Gradients gradients(Map<Integer, double[]> outputGradients) {
      int size = outputGradients.values().stream().mapToInt(w -> w.length).sum();
      int[] of = new int[size];
      double[] weights = new double[size];
      int next = 0;
      for (Map.Entry<Integer, double[]> output : outputGradients.entrySet()) {
        int[] at = values.get(output.getKey()).at();
        System.arraycopy(at, 0, of, next, at.length);
        System.arraycopy(output.getValue(), 0, weights, next, at.length);
        next += at.length;
      }
      double[] all = tape.gradients(of, weights);
      Map<String, double[]> byName = new LinkedHashMap<>();
      parameters.forEach((name, at) -> byName.put(name, gather(all, at)));
      return new Gradients(gather(all, input), byName);
    }

    private static double[] gather(double[] from, int[] at) {
      double[] result = new double[at.length];
      for (int i = 0; i < at.length; i++) {
        result[i] = from[at[i]];
      }
      return result;
    }
  }

  /**
   * Gradients.
   *
   * @param images of the images
   * @param parameters of each entry of the {@code state_dict}, by name
   */
  public record Gradients(double[] images, Map<String, double[]> parameters) {}
}
