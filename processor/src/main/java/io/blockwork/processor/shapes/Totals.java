package io.blockwork.processor.shapes;

import io.blockwork.processor.graph.Describe;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Linear;
import io.blockwork.processor.graph.Shape;
import java.util.List;

/**
 * Sums over a network.
 *
 * @param parameters learnable values
 * @param macs multiply-adds of convolutions and linear layers for one image
 */
public record Totals(long parameters, long macs) {
  /** Adds up a network as the architecture gives it. */
  public static Totals of(Graph graph, List<Shape> shapes) {
    long macs = 0;
    for (Node node : graph.nodes()) {
      macs += of(node, shapes.get(node.id())).macs();
    }
    return new Totals(parameters(graph), macs);
  }

  /** Learnable values of a network. */
  static long parameters(Graph graph) {
    return graph.nodes().stream().mapToLong(node -> parameters(node.op())).sum();
  }

  /** Learnable values of one layer. */
  static long parameters(Op op) {
    if (op instanceof BatchNorm2d norm) {
      return 2L * norm.channels();
    }
    return weights(op) + (op instanceof Linear linear ? linear.out() : 0);
  }

  /** Values of the weight of a convolution or linear layer; 0 for other layers. */
  static long weights(Op op) {
    if (op instanceof Conv2d conv) {
      return conv.weights();
    }
    return op instanceof Linear linear ? (long) linear.in() * linear.out() : 0;
  }

  /** What one operation adds, given the shape of its output. */
  public static Totals of(Node node, Shape out) {
    long macs = 0;
    if (node.op() instanceof Conv2d conv) {
      macs = conv.weights() * out.height() * out.width();
    } else if (node.op() instanceof Linear linear) {
      macs = (long) linear.in() * linear.out();
    }
    return new Totals(parameters(node.op()), macs);
  }

  @Override
  public String toString() {
    return Describe.count(parameters)
        + " parameters, "
        + Describe.count(macs)
        + " multiply-adds for one image";
  }
}
