package io.blockwork.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.Layout;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.interpreter.Interpreter.Gradients;
import io.blockwork.interpreter.Interpreter.Run;
import io.blockwork.interpreter.RandomGraph.Case;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.quantization.CalibrationMethod;
import io.blockwork.quantization.Calibrator;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Holds a compiled network to the interpreter. */
final class Comparison {
  private static final int BATCH = 2;
  private static final long SEED = 3;

  /** Nearer to a kink, single precision may take the other side. */
  private static final double CLEARANCE = 1e-4;

  /** Runs with random rounding that tell how far a graph magnifies it. */
  private static final int ROUNDED_RUNS = 8;

  /**
   * How many times as wrong as the worst of those runs a network may be: the interpreter rounds
   * most sums and functions once, kernels round partial sums and approximate functions.
   */
  private static final double ROUNDING = 8;

  private final Case each;
  private final Class<? extends Network> type;
  private final Map<String, double[]> parameters = new LinkedHashMap<>();
  private final double[] images;
  private boolean magnifies;

  Comparison(long seed, Case each, Class<? extends Network> type) {
    this.each = each;
    this.type = type;
    Random random = new Random(seed);
    each.graph()
        .nodes()
        .forEach(
            node -> {
              for (Parameter parameter : node.op().parameters()) {
                parameters.put(parameter.name(), RandomGraph.values(parameter, random));
              }
            });
    Shape input = each.graph().node(0).op().shape(List.of());
    images = random.doubles(BATCH * input.elements()).map(u -> 3 * u - 1.5).toArray();
  }

  /** The engine; of its layouts the one that a layer by itself has as well, if masks are drawn. */
  private Engine engine(DataType dataType) {
    if (dataType == DataType.DOUBLE) {
      return new Nd4jEngine();
    }
    boolean draws = each.graph().nodes().stream().anyMatch(n -> n.op().isRandom());
    return draws ? new OneDnnEngine().layout(Layout.CHANNELS_LAST) : new OneDnnEngine();
  }

  private Network network(Engine engine, DataType dataType) {
    Network network =
        Networks.create(
            type, NetworkOptions.defaults().seed(SEED).engine(engine).dataType(dataType));
    parameters.forEach(
        (name, values) -> {
          INDArray shape = network.parameters().get(name);
          if (shape.dataType() == dataType) {
            network.parameters().set(name, array(values, shape.shape(), dataType));
          }
        });
    return network;
  }

  private static INDArray array(double[] values, long[] shape, DataType dataType) {
    return Nd4j.createFromArray(values).castTo(dataType).reshape(shape);
  }

  private Interpreter interpreter(Masks masks) {
    return new Interpreter(each.graph(), parameters, masks);
  }

  private INDArray images(DataType dataType) {
    Shape input = each.graph().node(0).op().shape(List.of());
    long[] shape = {BATCH, input.channels(), input.height(), input.width()};
    return array(images, shape, dataType);
  }

  /**
   * Compares inference in double on ND4J or in float on oneDNN, with all that is seen inside the
   * network. None of oneDNN's kernels may be a slow reference.
   *
   * @param bound the largest error, as a share of the largest value
   */
  void infer(DataType dataType, double bound) throws Exception {
    Interpreter interpreter = interpreter(Masks.none());
    Map<String, INDArray> got = new LinkedHashMap<>();
    try (Network network = network(engine(dataType), dataType)) {
      got.put("output", network.forward(images(dataType)).dup());
      if (!each.seen().isEmpty()) {
        var method = type.getDeclaredMethod("seen", INDArray.class);
        method.setAccessible(true);
        Object seen = method.invoke(network, images(dataType));
        RecordComponent[] components = seen.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
          var accessor = components[i].getAccessor();
          accessor.setAccessible(true);
          got.put(seen(each.seen().get(i)), (INDArray) accessor.invoke(seen));
        }
      }
      if (dataType == DataType.FLOAT) {
        String profile = network.profile(images(dataType));
        assertFalse(profile.contains("ref:"), profile);
      }
    }
    check(
        got,
        inferred(interpreter.run(images, BATCH, false)),
        bound,
        dataType,
        seed -> inferred(interpreter.runRounded(images, BATCH, false, seed)));
  }

  private String seen(int node) {
    return "seen " + each.graph().node(node).op().path();
  }

  private Map<String, Expected> inferred(Run run) {
    Map<String, Expected> values = new LinkedHashMap<>();
    values.put("output", Expected.of(run.value(each.graph().output())));
    each.seen().forEach(node -> values.put(seen(node), Expected.of(run.value(node))));
    return values;
  }

  /**
   * Runs inference in 8-bit integers, calibrated on the same images.
   *
   * @return the error of the output, as a share of the largest value
   */
  double inferInIntegers() {
    INDArray seen = images(DataType.FLOAT);
    EngineOptions options = EngineOptions.named("onednn");
    try (Network floats = network(new OneDnnEngine(options), DataType.FLOAT);
        DataLoader loader =
            DataLoader.of(ArrayDataset.of(seen, List.of("any"), new int[BATCH])).build()) {
      Quantization ranges = Calibrator.of(floats).method(CalibrationMethod.MIN_MAX).run(loader);
      try (Network integers =
          network(new OneDnnEngine(options.quantization(ranges)), DataType.FLOAT)) {
        return output().share(integers.forward(seen));
      }
    }
  }

  /**
   * What 8 bits can promise.
   *
   * @return the largest error of the output of some runs with random rounding to 8 bits, likewise
   */
  double roundingToIntegers() {
    Interpreter interpreter = interpreter(Masks.none());
    Expected output = output();
    double error = 0;
    for (long seed = 0; seed < ROUNDED_RUNS; seed++) {
      Run run = interpreter.runInBytes(images, BATCH, seed);
      error = Math.max(error, output.error(run.value(each.graph().output())));
    }
    return error / output.scale();
  }

  private Expected output() {
    Run run = interpreter(Masks.none()).run(images, BATCH, false);
    return Expected.of(run.value(each.graph().output()));
  }

  /**
   * Runs inference and training in bfloat16.
   *
   * @return the largest error of the output and of all gradients, as a share of the largest value
   *     of each
   */
  double inBfloat16() {
    Run expected = interpreter(Masks.none()).run(images, BATCH, true);
    double[] weights = expected.value(each.graph().output()).clone();
    Random random = new Random(1);
    Arrays.setAll(weights, i -> random.nextGaussian());
    Gradients gradients = expected.gradients(Map.of(each.graph().output(), weights));
    EngineOptions options = EngineOptions.named("onednn").precision(Precision.BFLOAT16);
    try (Network network = network(new OneDnnEngine(options), DataType.FLOAT)) {
      double error = output().share(network.forward(images(DataType.FLOAT)));
      var result =
          network.trainWithInputGradient(images(DataType.FLOAT), Losses.of(weighted(weights)));
      INDArray images = result.inputGradient().orElseThrow();
      error = Math.max(error, Expected.of(gradients.images()).share(images));
      for (String name : network.gradients().names()) {
        double[] values = Objects.requireNonNull(gradients.parameters().get(name), name);
        error = Math.max(error, Expected.of(values).share(network.gradients().get(name)));
      }
      return error;
    }
  }

  /**
   * Compares the first training pass, likewise: outputs, the gradients of everything, running
   * statistics.
   *
   * @param bound the largest error, as a share of the largest value
   * @return whether it was compared: no value was too near to a kink
   */
  boolean train(DataType dataType, double bound) {
    return train(dataType, bound, List.of());
  }

  /**
   * The same with the first layers frozen, as many as a random number says: of the gradients those
   * of the other layers.
   */
  boolean trainTheRest(DataType dataType, double bound) {
    List<String> paths =
        each.graph().nodes().stream()
            .filter(node -> !node.op().parameters().isEmpty())
            .map(node -> node.op().path())
            .distinct()
            .toList();
    if (paths.size() < 2) {
      return false;
    }
    int frozen = 1 + new Random(Arrays.hashCode(images)).nextInt(paths.size() - 1);
    return train(dataType, bound, paths.subList(0, frozen));
  }

  private boolean train(DataType dataType, double bound, List<String> frozen) {
    Engine engine = engine(dataType);
    Masks masks = new DrawnMasks(engine, dataType, SEED, 1);
    Interpreter interpreter = interpreter(masks).frozen(Set.copyOf(frozen));
    Run expected = interpreter.run(images, BATCH, true);
    if (expected.clearance() < CLEARANCE) {
      return false;
    }
    Random random = new Random(1);
    Map<Integer, double[]> weights = new LinkedHashMap<>();
    Losses losses = Losses.of((o, g) -> 0);
    for (Output output : each.graph().outputs()) {
      double[] w = expected.value(output.node()).clone();
      Arrays.setAll(w, i -> random.nextGaussian());
      Loss loss = weighted(w);
      double factor = output.kind() == Output.Kind.MAIN ? 1 : 0.25;
      losses =
          output.kind() == Output.Kind.MAIN
              ? Losses.of(loss)
              : losses.plus(factor, output.name(), loss);
      weights.put(output.node(), Arrays.stream(w).map(v -> factor * v).toArray());
    }
    Map<String, INDArray> got = new LinkedHashMap<>();
    try (Network network = network(engine, dataType)) {
      network.freeze(frozen.toArray(String[]::new));
      if (frozen.isEmpty()) {
        var result = network.trainWithInputGradient(images(dataType), losses);
        got.put("output in training", result.output().dup());
        got.put("gradient of the images", result.inputGradient().orElseThrow().dup());
      } else {
        got.put("output in training", network.train(images(dataType), losses).output().dup());
      }
      for (String name : network.gradients().names()) {
        if (!new TrainingSettings(false, frozen, 0).isFrozen(name)) {
          got.put("gradient of " + name, network.gradients().get(name).dup());
        }
      }
      for (String name : expected.statistics().keySet()) {
        got.put(name, network.parameters().get(name).dup());
      }
    }
    check(
        got,
        trained(expected, weights),
        bound,
        dataType,
        seed -> trained(interpreter.runRounded(images, BATCH, true, seed), weights));
    return true;
  }

  private Map<String, Expected> trained(Run run, Map<Integer, double[]> weights) {
    Gradients gradients = run.gradients(weights);
    double largest =
        gradients.parameters().values().stream()
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .max()
            .orElse(1);
    Map<String, Expected> values = new LinkedHashMap<>();
    values.put("output in training", Expected.of(run.value(each.graph().output())));
    values.put("gradient of the images", Expected.of(gradients.images()));
    gradients
        .parameters()
        .forEach((name, d) -> values.put("gradient of " + name, new Expected(d, largest)));
    run.statistics().forEach((name, moved) -> values.put(name, Expected.of(moved)));
    return values;
  }

  private static Loss weighted(double[] weights) {
    return (output, gradient) -> {
      INDArray w = array(weights, output.shape(), output.dataType());
      gradient.assign(w);
      return output.mul(w).sumNumber().doubleValue();
    };
  }

  /** Whether something was held to random rounding, for the graph magnifies rounding too much. */
  boolean magnifiesRounding() {
    return magnifies;
  }

  /**
   * What an array should hold.
   *
   * @param values its values
   * @param largest what an error is a share of, unless one of the values is larger
   */
  private record Expected(double[] values, double largest) {
    static Expected of(double[] values) {
      return new Expected(values, 0);
    }

    double scale() {
      return Math.max(
          1e-3, Math.max(largest, Arrays.stream(values).map(Math::abs).max().orElse(0)));
    }

    /** The largest error of an array, as a share of the largest value. */
    double share(INDArray got) {
      return error(got.dup('c').data().asDouble()) / scale();
    }

    /** The largest error of some values, infinite if one of them is no number. */
    double error(double[] got) {
      assertEquals(values.length, got.length);
      double error = 0;
      for (int i = 0; i < got.length; i++) {
        double e = Math.abs(values[i] - got[i]);
        error = Double.isNaN(e) ? Double.POSITIVE_INFINITY : Math.max(error, e);
      }
      return error;
    }
  }

  /**
   * Holds arrays to the expected values.
   *
   * <p>Some graphs magnify rounding beyond any bound, as norms of a few values that are nearly
   * equal do. Where an array in single precision exceeds the bound, the interpreter runs the graph
   * with every result rounded at random, some times, and the array may be wrong by a few times what
   * those runs are wrong by.
   *
   * @param bound the largest error, as a share of the largest value
   * @param rounded the expected values with rounding to single precision, by seed
   */
  private void check(
      Map<String, INDArray> got,
      Map<String, Expected> expected,
      double bound,
      DataType dataType,
      LongFunction<Map<String, Expected>> rounded) {
    List<Map<String, Expected>> runs = new ArrayList<>();
    got.forEach(
        (name, array) -> {
          Expected values = expected(expected, name);
          double error = values.error(array.dup('c').data().asDouble());
          double most = bound * values.scale();
          if (error > most && dataType == DataType.FLOAT) {
            magnifies = true;
            for (long seed = runs.size(); seed < ROUNDED_RUNS; seed++) {
              runs.add(rounded.apply(seed));
            }
            for (Map<String, Expected> run : runs) {
              most = Math.max(most, ROUNDING * values.error(expected(run, name).values()));
            }
          }
          double allowed = most;
          assertTrue(
              error <= allowed, () -> "%s: error %s, bound %s".formatted(name, error, allowed));
        });
  }

  private static Expected expected(Map<String, Expected> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  /** The graph, a node a line. */
  @Override
  public String toString() {
    StringBuilder lines = new StringBuilder(type.getSimpleName()).append("\n");
    List<Shape> shapes = Shapes.of(each.graph());
    for (Node node : each.graph().nodes()) {
      lines.append(
          "  %d %s %s <- %s%n"
              .formatted(node.id(), shapes.get(node.id()), node.op(), node.inputs()));
    }
    return lines + "  outputs " + each.graph().outputs() + ", seen " + each.seen();
  }
}
