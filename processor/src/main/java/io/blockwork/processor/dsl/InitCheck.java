package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Op;
import io.blockwork.processor.spec.Message;
import java.util.Optional;

/** Finds an {@code @Init} on an operation's own node that says nothing of it. */
final class InitCheck {
  private InitCheck() {}

  /**
   * What is wrong with it.
   *
   * @param node the node of the operation
   * @param operation what its annotation makes
   * @param op what was made
   */
  static Optional<Fault> of(BodyNode node, Operation operation, Op op) {
    if (node.initial().isEmpty() || operation.starts().takes(node.initial().get())) {
      return Optional.empty();
    }
    boolean scale = operation.starts() == Operation.Starts.SCALE;
    String fix = "move it to a convolution, a linear layer or a block of them, or remove it";
    Site site =
        Site.of(node.element(), Names.find(node.element(), Names.INIT).orElseThrow(), "value");
    return Optional.of(
        Fault.of(
            Message.INIT_PLACE,
            site,
            node.initial().get().kind(),
            op.path(),
            scale
                ? "the scale of a batch norm starts at one, or at zero"
                : op.parameters().isEmpty()
                    ? "@" + node.work().text() + " has no parameters"
                    : "the parameters of @" + node.work().text() + " start as torch's",
            scale ? "use @Init(Initial.ZERO), or remove it" : fix));
  }
}
