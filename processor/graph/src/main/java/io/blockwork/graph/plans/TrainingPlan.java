package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A training pass with its memory: the nodes forwards, then {@link #backward} in order.
 *
 * @param graph the graph, run in order
 * @param shapes shape of each node's output
 * @param places where each node's output lies
 * @param gradients where the gradient of each node's output lies
 * @param targets for each node and each of its inputs, how backward hands the gradient on
 * @param backward the actions of the backward pass
 * @param slots elements of each slot, for one image
 */
public record TrainingPlan(
    Graph graph,
    List<Shape> shapes,
    List<Place> places,
    List<Place> gradients,
    List<List<Target>> targets,
    List<Action> backward,
    List<Long> slots) {

  /** How a node's backward hands a gradient to one of its inputs. */
  public enum Target {
    /** It lies where the gradient of the output lies: nothing to do. */
    SHARED,
    /** Overwrites. */
    WRITE,
    /** Adds to what another consumer has written. */
    ADD
  }

  /**
   * One action of the backward pass.
   *
   * @param node whose operation it is
   * @param kind what runs
   */
  public record Action(Node node, Kind kind) {
    /** What an action does. */
    public enum Kind {
      /** The operation computes its gradients. */
      BACKWARD,
      /** The operation computes its output again. */
      RECOMPUTE,
      /** The gradient of its first input becomes zero, since it writes a part of it only. */
      CLEAR
    }
  }

  /** Copies the lists. */
  public TrainingPlan {
    shapes = List.copyOf(shapes);
    places = List.copyOf(places);
    gradients = List.copyOf(gradients);
    targets = targets.stream().map(List::copyOf).toList();
    backward = List.copyOf(backward);
    slots = List.copyOf(slots);
  }

  /** The elements, for one image, of everything kept from forward to backward. */
  public long keptElements() {
    Set<Integer> counted = new HashSet<>();
    long elements = 0;
    for (Place place : places) {
      Place.Buffer buffer = place.buffer();
      if (buffer.kept() && counted.add(buffer.id())) {
        elements += buffer.shape().elements();
      }
    }
    return elements;
  }
}
