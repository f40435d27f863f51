package io.blockwork.graph;

import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The shapes of a network's values for one image.
 *
 * @param of the shape of each node's output, by id; up to the fault if there is one
 * @param fault the first operation that has no output
 */
public record Shapes(List<Shape> of, Optional<Fault> fault) {
  /**
   * An operation that has no output.
   *
   * @param node where it stands
   * @param cause what is wrong
   */
  public record Fault(Node node, ShapeFault cause) {
    /** The shape of the first input. */
    public Shape input() {
      return cause.inputs().get(0);
    }
  }

  /** Copies the list. */
  public Shapes {
    of = List.copyOf(of);
  }

  /** Infers the shapes, as far as they go. */
  public static Shapes infer(Graph graph) {
    List<Shape> shapes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      try {
        shapes.add(node.op().shape(inputs(node, shapes)));
      } catch (ShapeFault fault) {
        return new Shapes(shapes, Optional.of(new Fault(node, fault)));
      }
    }
    return new Shapes(shapes, Optional.empty());
  }

  /**
   * The shapes of a graph that is known to be sound.
   *
   * @throws ShapeFault if it is not
   */
  public static List<Shape> of(Graph graph) {
    List<Shape> shapes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      shapes.add(node.op().shape(inputs(node, shapes)));
    }
    return List.copyOf(shapes);
  }

  /** The shapes of a node's inputs. */
  public static List<Shape> inputs(Node node, List<Shape> shapes) {
    List<Shape> inputs = new ArrayList<>(node.inputs().size());
    for (int input : node.inputs()) {
      inputs.add(shapes.get(input));
    }
    return inputs;
  }
}
