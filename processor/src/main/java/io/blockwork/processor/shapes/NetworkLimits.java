package io.blockwork.processor.shapes;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.shapes.ShapeInference.Fault;
import io.blockwork.processor.shapes.ShapeInference.Result;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds what makes a network impossible although each value of its spec is in range. */
public final class NetworkLimits {
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  private NetworkLimits() {}

  /** The problems of the network's shapes; empty if it can run. */
  public static List<Problem> problems(Graph graph) {
    Result result = ShapeInference.infer(graph);
    if (result.fault().isPresent()) {
      return List.of(vanishes(graph, result, result.fault().get()));
    }
    List<Problem> problems = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Shape shape = result.of().get(node.id());
      if (shape.elements() > MOST_ELEMENTS) {
        problems.add(
            Problem.of(
                Rule.TOO_LARGE,
                "input",
                "%s: an output of %s has %,d values, but a buffer holds at most %,d: use a smaller input%n%s",
                node.op().path(),
                shape,
                shape.elements(),
                MOST_ELEMENTS,
                trace(graph, result)));
        break;
      }
    }
    long parameters = Totals.of(graph, result.of()).parameters();
    if (parameters > MOST_ELEMENTS) {
      problems.add(
          Problem.of(
              Rule.TOO_LARGE,
              "",
              "the network has %,d parameters, but a buffer holds at most %,d: use fewer blocks or channels",
              parameters,
              MOST_ELEMENTS));
    }
    return problems;
  }

  private static Problem vanishes(Graph graph, Result result, Fault fault) {
    return Problem.of(
        Rule.VANISHES,
        "input",
        "%s: nothing is left of a %s map%n%s  > %s has no output%n  fix: use a larger input, or fewer blocks",
        fault.node().op().path(),
        fault.input(),
        trace(graph, result),
        fault.node().op().path());
  }

  /** The shape at the end of each block or stage, as far as inference came. */
  private static String trace(Graph graph, Result result) {
    Map<String, Shape> stages = new LinkedHashMap<>();
    for (int id = 0; id < result.of().size(); id++) {
      stages.put(id == 0 ? "input" : graph.node(id).block().stage(), result.of().get(id));
    }
    StringBuilder trace = new StringBuilder();
    stages.forEach(
        (stage, shape) -> trace.append(String.format(Locale.ROOT, "    %-26s %s%n", stage, shape)));
    return trace.toString();
  }
}
