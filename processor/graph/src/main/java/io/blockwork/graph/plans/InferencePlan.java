package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Shape;
import java.util.List;

/**
 * An inference pass with its memory.
 *
 * @param graph the fused graph, run in order
 * @param shapes shape of each node's output
 * @param places where each node's output lies
 * @param slots elements of each slot, for one image
 */
public record InferencePlan(Graph graph, List<Shape> shapes, List<Place> places, List<Long> slots) {
  /** Copies the lists. */
  public InferencePlan {
    shapes = List.copyOf(shapes);
    places = List.copyOf(places);
    slots = List.copyOf(slots);
  }
}
