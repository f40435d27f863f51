package io.blockwork.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Holds a compiled network to the interpreter. */
final class Comparison {
  private static final int BATCH = 2;
  private static final long SEED = 3;

  /** Nearer to a kink, single precision may take the other side. */
  private static final double CLEARANCE = 1e-4;

  private final Case each;
  private final Class<? extends Network> type;
  private final Map<String, double[]> parameters = new LinkedHashMap<>();
  private final double[] images;

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
   * network.
   *
   * @param bound the largest error, as a share of the largest value
   */
  void infer(DataType dataType, double bound) throws Exception {
    Run expected = interpreter(Masks.none()).run(images, BATCH, false);
    try (Network network = network(engine(dataType), dataType)) {
      INDArray result = network.forward(images(dataType));
      check("output", expected.value(each.graph().output()), result, bound);
      if (each.seen().isEmpty()) {
        return;
      }
      var method = type.getDeclaredMethod("seen", INDArray.class);
      method.setAccessible(true);
      Object seen = method.invoke(network, images(dataType));
      RecordComponent[] components = seen.getClass().getRecordComponents();
      for (int i = 0; i < components.length; i++) {
        var accessor = components[i].getAccessor();
        accessor.setAccessible(true);
        check(
            "seen " + each.graph().node(each.seen().get(i)).op().path(),
            expected.value(each.seen().get(i)),
            (INDArray) accessor.invoke(seen),
            bound);
      }
    }
  }

  /**
   * Runs inference in 8-bit integers, calibrated on the same images.
   *
   * @return the error of the output, as a share of the largest value
   */
  double inferInIntegers() {
    double[] expected =
        interpreter(Masks.none()).run(images, BATCH, false).value(each.graph().output());
    INDArray seen = images(DataType.FLOAT);
    EngineOptions options = EngineOptions.named("onednn");
    try (Network floats = network(new OneDnnEngine(options), DataType.FLOAT);
        DataLoader loader =
            DataLoader.of(ArrayDataset.of(seen, List.of("any"), new int[BATCH])).build()) {
      Quantization ranges = Calibrator.of(floats).method(CalibrationMethod.MIN_MAX).run(loader);
      try (Network integers =
          network(new OneDnnEngine(options.quantization(ranges)), DataType.FLOAT)) {
        double[] got = integers.forward(seen).dup('c').data().asDouble();
        double largest = 1e-3;
        double error = 0;
        for (int i = 0; i < got.length; i++) {
          largest = Math.max(largest, Math.abs(expected[i]));
          double e = Math.abs(expected[i] - got[i]);
          error = Double.isNaN(e) ? Double.POSITIVE_INFINITY : Math.max(error, e);
        }
        return error / largest;
      }
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
    Engine engine = engine(dataType);
    Masks masks = new DrawnMasks(engine, dataType, SEED, 1);
    Run expected = interpreter(masks).run(images, BATCH, true);
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
    Gradients gradients = expected.gradients(weights);
    try (Network network = network(engine, dataType)) {
      var result = network.trainWithInputGradient(images(dataType), losses);
      check("output in training", expected.value(each.graph().output()), result.output(), bound);
      check(
          "gradient of the images",
          gradients.images(),
          result.inputGradient().orElseThrow(),
          bound);
      double largest =
          gradients.parameters().values().stream()
              .flatMapToDouble(Arrays::stream)
              .map(Math::abs)
              .max()
              .orElse(1);
      for (String name : network.gradients().names()) {
        check(
            "gradient of " + name,
            Objects.requireNonNull(gradients.parameters().get(name), name),
            network.gradients().get(name),
            bound,
            largest);
      }
      expected
          .statistics()
          .forEach((name, values) -> check(name, values, network.parameters().get(name), bound));
    }
    return true;
  }

  private static Loss weighted(double[] weights) {
    return (output, gradient) -> {
      INDArray w = array(weights, output.shape(), output.dataType());
      gradient.assign(w);
      return output.mul(w).sumNumber().doubleValue();
    };
  }

  private void check(String what, double[] expected, INDArray got, double bound) {
    check(what, expected, got, bound, 0);
  }

  private void check(String what, double[] expected, INDArray got, double bound, double scale) {
    double[] values = got.dup('c').data().asDouble();
    if (values.length != expected.length) {
      assertArrayEquals(expected, values, what);
    }
    double largest = Math.max(scale, 1e-3);
    double error = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double e = Math.abs(expected[i] - values[i]);
      error = Double.isNaN(e) ? Double.POSITIVE_INFINITY : Math.max(error, e);
    }
    double most = bound * largest;
    double worst = error;
    assertTrue(error <= most, () -> "%s: error %s, bound %s".formatted(what, worst, most));
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
