package io.blockwork.interpreter;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Outcome;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.interpreter.Interpreter.Run;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What operations say of the numbers that they result in is so in random graphs. */
class OutcomesTest {
  private static final int GRAPHS = 60;
  private static final double TOLERANCE = 1e-9;

  @Test
  void resultsFollowFromWhatIsReadAsTheOperationSays() {
    Set<Outcome> seen = EnumSet.noneOf(Outcome.class);
    for (long seed = 1; seed <= GRAPHS; seed++) {
      Graph graph = RandomGraph.of(seed).graph();
      List<Shape> shapes = Shapes.of(graph);
      Run run = run(graph, new Random(seed));
      for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
        if (node.op().activation().isNone()) {
          double[] read =
              node.inputs().stream().flatMapToDouble(i -> Arrays.stream(run.value(i))).toArray();
          check(node.op(), read, run.value(node.id()), shapes.get(node.id()));
          seen.add(node.op().outcome());
        }
      }
    }
    assertThat(seen).isEqualTo(EnumSet.allOf(Outcome.class));
  }

  /** Inference of one image, with random parameters. */
  private static Run run(Graph graph, Random random) {
    Map<String, double[]> parameters = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      for (Parameter parameter : node.op().parameters()) {
        parameters.put(parameter.name(), RandomGraph.values(parameter, random));
      }
    }
    Shape input = graph.node(0).op().shape(List.of());
    double[] image = random.doubles(input.elements()).map(u -> 3 * u - 1.5).toArray();
    return new Interpreter(graph, parameters, Masks.none()).run(image, 1, false);
  }

  private static void check(Op op, double[] read, double[] results, Shape shape) {
    switch (op.outcome()) {
      case CHOSEN ->
          assertWithMessage(op.path()).that(set(read)).containsAtLeastElementsIn(set(results));
      case CHOSEN_OR_ZERO -> {
        Set<Double> numbers = set(read);
        numbers.add(0.0);
        assertWithMessage(op.path()).that(numbers).containsAtLeastElementsIn(set(results));
      }
      case AVERAGED -> {
        double low = Math.min(0, Arrays.stream(read).min().getAsDouble());
        double high = Math.max(0, Arrays.stream(read).max().getAsDouble());
        for (double result : results) {
          assertWithMessage(op.path()).that(result).isAtLeast(low - TOLERANCE);
          assertWithMessage(op.path()).that(result).isAtMost(high + TOLERANCE);
        }
      }
      case SHARES -> {
        int pixels = shape.height() * shape.width();
        for (int p = 0; p < pixels; p++) {
          double sum = 0;
          for (int i = p; i < results.length; i += pixels) {
            assertWithMessage(op.path()).that(results[i]).isAtLeast(0.0);
            sum += results[i];
          }
          assertWithMessage(op.path()).that(sum).isWithin(TOLERANCE).of(1);
        }
      }
      case COMPUTED -> {}
    }
  }

  private static Set<Double> set(double[] numbers) {
    Set<Double> set = new HashSet<>();
    for (double number : numbers) {
      // Zero has two signs.
      set.add(number + 0.0);
    }
    return set;
  }
}
