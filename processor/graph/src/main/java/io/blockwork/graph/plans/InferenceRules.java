package io.blockwork.graph.plans;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Shape;
import java.util.List;
import java.util.Optional;

/** What holds of every inference plan: nothing is read that is not there, or not there any more. */
public final class InferenceRules {
  private InferenceRules() {}

  /**
   * Holds the plan to the rules.
   *
   * @throws BrokenRule if it breaks one
   */
  static void check(InferencePlan plan) {
    broken(plan)
        .ifPresent(
            rule -> {
              throw new BrokenRule("InferencePlanner", rule);
            });
  }

  /** The first rule that the plan breaks, as a sentence; empty if it is sound. */
  public static Optional<String> broken(InferencePlan plan) {
    var memory = new Memory(plan.graph(), plan.shapes(), plan.places());
    memory.write(0);
    return forward(plan.graph(), plan.shapes(), plan.places(), memory);
  }

  /** Runs all kernels; the images are there. */
  static Optional<String> forward(
      Graph graph, List<Shape> shapes, List<Place> places, Memory memory) {
    for (Node node : graph.nodes().subList(1, graph.nodes().size())) {
      String path = node.op().path();
      Place place = places.get(node.id());
      Shape buffer = place.buffer().shape();
      Shape shape = shapes.get(node.id());
      if (place.channels() != shape.channels()
          || place.from() + place.channels() > buffer.channels()
          || buffer.height() != shape.height()
          || buffer.width() != shape.width()) {
        return Optional.of(path + " of " + shape + " does not fit into its place in " + buffer);
      }
      if (!node.op().runs()) {
        continue;
      }
      for (int i = 0; i < node.inputs().size(); i++) {
        int input = node.input(i);
        if (!memory.holds(input)) {
          return Optional.of(path + " reads " + graph.node(input).op().path() + ", which is gone");
        }
        if (overlaps(place, places.get(input))
            && !(node.op().overwrites(i) && isSame(place, places.get(input)))) {
          return Optional.of(
              path + " writes over " + graph.node(input).op().path() + " while it reads it");
        }
      }
      memory.write(node.id());
    }
    for (Output output : graph.outputs()) {
      if (!memory.holds(output.node())) {
        return Optional.of("output " + output.name() + " is gone at the end");
      }
    }
    return Optional.empty();
  }

  static boolean overlaps(Place a, Place b) {
    if (a.buffer().id() != b.buffer().id()) {
      return !a.buffer().kept() && a.buffer().slot() == b.buffer().slot();
    }
    return a.from() < b.from() + b.channels() && b.from() < a.from() + a.channels();
  }

  static boolean isSame(Place a, Place b) {
    return a.buffer().id() == b.buffer().id()
        && a.from() == b.from()
        && a.channels() == b.channels();
  }
}
