package io.blockwork.graph;

import io.blockwork.graph.ops.Shape;
import java.util.List;

/**
 * Sums over a network.
 *
 * @param parameters learnable values
 * @param macs multiply-adds for one image
 */
public record Totals(long parameters, long macs) {
  /** Adds up a network as the architecture gives it. */
  public static Totals of(Graph graph, List<Shape> shapes) {
    long macs = 0;
    for (Node node : graph.nodes()) {
      macs += of(node, shapes).macs();
    }
    return new Totals(parameters(graph), macs);
  }

  /** Learnable values of a network. */
  public static long parameters(Graph graph) {
    long sum = 0;
    for (Node node : graph.nodes()) {
      sum += node.op().learnable();
    }
    return sum;
  }

  /**
   * What one operation adds.
   *
   * @param shapes the shape of each node's output
   */
  public static Totals of(Node node, List<Shape> shapes) {
    long macs = node.op().macs(Shapes.inputs(node, shapes), shapes.get(node.id()));
    return new Totals(node.op().learnable(), macs);
  }

  @Override
  public String toString() {
    return Figures.grouped(parameters)
        + " parameters, "
        + Figures.grouped(macs)
        + " multiply-adds for one image";
  }
}
