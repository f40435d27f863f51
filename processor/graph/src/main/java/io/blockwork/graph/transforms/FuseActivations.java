package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Sum;
import java.util.Optional;

/**
 * Gives an activation to the operation before it, whose kernel applies it while the value is at
 * hand. It stays on its own where the operation's value is read by others or is a result, and where
 * no kernel does both: in training, convolutions take no activation, norms and sums only ReLU, and
 * linear layers one whose derivative the output tells.
 */
public final class FuseActivations {
  private FuseActivations() {}

  /** The graph of an inference pass, with as few activations of their own as can be. */
  public static Graph forInference(Graph graph) {
    return apply(graph, false);
  }

  /** The graph of a training pass, with as few activations of their own as can be. */
  public static Graph forTraining(Graph graph) {
    return apply(graph, true);
  }

  private static Graph apply(Graph graph, boolean training) {
    var rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      Optional<Op> fused =
          node.op() instanceof Activate activate && rewrite.readOnce(node.input(0))
              ? fused(rewrite.now(node.input(0)), activate.activation(), training)
              : Optional.empty();
      if (fused.isPresent()) {
        rewrite.absorb(node, node.input(0), fused.get());
      } else if (node.op() instanceof Activate a && a.activation().isNone()) {
        rewrite.skip(node, node.input(0));
      } else {
        rewrite.copy(node);
      }
    }
    return rewrite.done();
  }

  private static Optional<Op> fused(Op producer, Activation activation, boolean training) {
    boolean normal = !training || activation.isRelu();
    if (producer instanceof Linear linear && linear.activation().isNone()) {
      return training && !activation.fromOutput()
          ? Optional.empty()
          : Optional.of(linear.ending(activation));
    } else if (producer instanceof BatchNorm2d norm && norm.activation().isNone() && normal) {
      return Optional.of(norm.ending(activation));
    } else if (producer instanceof Sum sum && sum.activation().isNone() && normal) {
      return Optional.of(sum.ending(activation));
    } else if (producer instanceof Conv2d conv && conv.activation().isNone() && !training) {
      return Optional.of(conv.ending(activation));
    }
    return Optional.empty();
  }
}
