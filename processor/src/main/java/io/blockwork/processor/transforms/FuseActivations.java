package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Activation;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Linear;
import io.blockwork.processor.graph.Op.Relu;
import io.blockwork.processor.graph.Op.Sigmoid;
import java.util.Optional;

/**
 * Gives each activation to the operation before it, whose kernel applies it while the value is at
 * hand. An operation whose own value is a result too runs twice, with the activation and without.
 */
public final class FuseActivations {
  private FuseActivations() {}

  /**
   * The graph without activations of their own.
   *
   * @throws IllegalStateException if an activation follows an operation that cannot take it
   */
  public static Graph apply(Graph graph) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (!(node.op() instanceof Relu || node.op() instanceof Sigmoid)) {
        rewrite.copy(node);
        continue;
      }
      int producer = node.input(0);
      boolean wanted = graph.outputs().contains(producer);
      Op fused =
          Optional.of(rewrite.now(producer))
              .filter(op -> wanted || rewrite.readOnce(producer))
              .flatMap(op -> fused(op, node.op()))
              .orElseThrow(() -> new IllegalStateException("nothing computes " + node.op().path()));
      if (wanted) {
        rewrite.append(node, fused, graph.node(producer).inputs());
      } else {
        rewrite.absorb(node, producer, fused);
      }
    }
    return rewrite.done();
  }

  private static Optional<Op> fused(Op producer, Op activation) {
    if (producer instanceof Linear linear) {
      return Optional.of(
          linear.with(activation instanceof Relu ? Activation.RELU : Activation.SIGMOID));
    } else if (activation instanceof Sigmoid) {
      return Optional.empty();
    } else if (producer instanceof BatchNorm2d norm) {
      return Optional.of(norm.withRelu());
    } else if (producer instanceof Add add) {
      return Optional.of(new Add(add.path(), true));
    }
    return Optional.empty();
  }
}
