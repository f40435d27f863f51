package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Shape;
import java.util.List;
import java.util.function.IntPredicate;

/** Writes outputs over inputs that nobody needs any more. */
final class InPlace {
  private final Graph graph;
  private final List<Shape> shapes;
  private final int[] lastRead;
  private final Aliases values;
  private final IntPredicate needed;

  /**
   * @param values where values lie so far
   * @param needed the values that are read again in the backward pass
   */
  InPlace(Graph graph, List<Shape> shapes, int[] lastRead, Aliases values, IntPredicate needed) {
    this.graph = graph;
    this.shapes = shapes;
    this.lastRead = lastRead;
    this.values = values;
    this.needed = needed;
  }

  /**
   * Puts each output where an input lies, if it may.
   *
   * @param moving whether an input may also be moved to where the output already lies
   */
  void place(boolean moving) {
    for (Node node : graph.nodes()) {
      for (int i = 0; i < node.inputs().size(); i++) {
        if (node.op().overwrites(i) && dies(node.input(i), node.id()) && othersAreApart(node, i)) {
          int input = node.input(i);
          if (values.root(node.id()) == node.id()) {
            values.place(node.id(), input, 0);
            break;
          } else if (moving && values.root(input) == input) {
            values.place(input, node.id(), 0);
            break;
          }
        }
      }
    }
  }

  /**
   * Whether action {@code at} is the last to read anything in the buffer of {@code value}, which
   * fills that buffer.
   */
  private boolean dies(int value, int at) {
    int root = values.root(value);
    if (!shapes.get(root).equals(shapes.get(value)) || !shapes.get(value).equals(shapes.get(at))) {
      return false;
    }
    for (int member : values.sharing(value)) {
      if (member > at || lastRead[member] > at || needed.test(member)) {
        return false;
      }
    }
    return true;
  }

  /** Whether no other input would be written over while it is read. */
  private boolean othersAreApart(Node node, int overwritten) {
    int root = values.root(node.input(overwritten));
    for (int i = 0; i < node.inputs().size(); i++) {
      boolean same = node.input(i) == node.input(overwritten) && node.op().overwrites(i);
      if (i != overwritten && values.root(node.input(i)) == root && !same) {
        return false;
      }
    }
    return true;
  }
}
