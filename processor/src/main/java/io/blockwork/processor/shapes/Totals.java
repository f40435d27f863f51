package io.blockwork.processor.shapes;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Linear;
import io.blockwork.processor.graph.Shape;
import java.util.List;
import java.util.Locale;

/**
 * Sums over a network.
 *
 * @param parameters learnable values
 * @param macs multiply-adds of convolutions and linear layers for one image
 */
public record Totals(long parameters, long macs) {
  /** Adds up a network as the architecture gives it. */
  public static Totals of(Graph graph, List<Shape> shapes) {
    long parameters = 0;
    long macs = 0;
    for (Node node : graph.nodes()) {
      Totals one = of(node, shapes.get(node.id()));
      parameters += one.parameters();
      macs += one.macs();
    }
    return new Totals(parameters, macs);
  }

  /** What one operation adds, given the shape of its output. */
  public static Totals of(Node node, Shape out) {
    if (node.op() instanceof Conv2d conv) {
      return new Totals(conv.weights(), conv.weights() * out.height() * out.width());
    } else if (node.op() instanceof BatchNorm2d norm) {
      return new Totals(2L * norm.channels(), 0);
    } else if (node.op() instanceof Linear linear) {
      long weights = (long) linear.in() * linear.out();
      return new Totals(weights + linear.out(), weights);
    }
    return new Totals(0, 0);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%,d parameters, %,d multiply-adds for one image", parameters, macs);
  }
}
