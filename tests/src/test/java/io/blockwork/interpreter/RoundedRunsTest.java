package io.blockwork.interpreter;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What random rounding tells about a graph: nothing of most, much of those that magnify it. */
final class RoundedRunsTest {
  private static final int BATCH = 2;

  private static Graph chain(Shape input, Op... ops) {
    GraphBuilder graph = new GraphBuilder();
    int last = graph.add(new Input(input));
    for (Op op : ops) {
      last = graph.add(op, last);
    }
    return graph.build(last);
  }

  /** The largest error of some runs with rounding, as a share of the largest value. */
  private static double error(Graph graph, double[] images) {
    Random random = new Random(5);
    Map<String, double[]> parameters = new LinkedHashMap<>();
    for (var node : graph.nodes()) {
      for (Parameter parameter : node.op().parameters()) {
        parameters.put(parameter.name(), RandomGraph.values(parameter, random));
      }
    }
    Interpreter interpreter = new Interpreter(graph, parameters, Masks.none());
    double[] exact = interpreter.run(images, BATCH, false).value(graph.output());
    double largest = DoubleStream.of(exact).map(Math::abs).max().orElseThrow();
    double error = 0;
    for (long seed = 0; seed < 8; seed++) {
      double[] rounded = interpreter.runRounded(images, BATCH, false, seed).value(graph.output());
      for (int i = 0; i < exact.length; i++) {
        error = Math.max(error, Math.abs(exact[i] - rounded[i]));
      }
    }
    return error / largest;
  }

  private static double[] images(int count) {
    return new Random(7).doubles(count).map(u -> 3 * u - 1.5).toArray();
  }

  @Test
  void aFloatStaysWhatItIs() {
    FloatRounding rounding = new FloatRounding(1);
    for (double value : List.of(0.0, 1.0, -0.375, (double) 0.1f, Double.POSITIVE_INFINITY)) {
      assertThat(rounding.applyAsDouble(value)).isEqualTo(value);
    }
  }

  @Test
  void otherNumbersBecomeTheirNeighboursAndStayTheSameInTheMean() {
    FloatRounding rounding = new FloatRounding(1);
    double step = Math.ulp(1f);
    double value = 1 + 0.25 * step;
    double[] results =
        IntStream.range(0, 10_000).mapToDouble(i -> rounding.applyAsDouble(value)).toArray();
    assertThat(DoubleStream.of(results).boxed().distinct().sorted().toList())
        .containsExactly(1.0, 1 + step)
        .inOrder();
    assertThat(DoubleStream.of(results).average().orElseThrow()).isWithin(0.02 * step).of(value);
  }

  /** So the bound of such graphs is what it is without rounding. */
  @Test
  void mostGraphsKeepRoundingSmall() {
    Graph graph =
        chain(
            new Shape(3, 6, 6),
            Conv2d.of("conv", 3, 8, Window.of(3, 3)).withBias(),
            new GroupNorm("norm", 8, 2, 1e-5, true),
            new Activate("relu", Activation.RELU),
            new GlobalAvgPool("pool"),
            Linear.of("fc", 8, 4));
    double error = error(graph, images(BATCH * 3 * 36));
    assertThat(error).isGreaterThan(1e-9);
    assertThat(error).isLessThan(1e-6);
  }

  @Test
  void aNormOfNearlyEqualValuesMagnifiesIt() {
    Graph graph = chain(new Shape(9, 1, 1), new GroupNorm("norm", 9, 1, 1e-12, false));
    double[] images = new double[BATCH * 9];
    for (int i = 0; i < images.length; i++) {
      images[i] = 1.3 + 1e-6 * (i % 3);
    }
    assertThat(error(graph, images)).isGreaterThan(1e-3);
  }
}
