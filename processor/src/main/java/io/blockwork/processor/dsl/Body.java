package io.blockwork.processor.dsl;

import java.util.List;
import java.util.Optional;
import javax.lang.model.element.TypeElement;

/**
 * What stands between the braces of a network, a block or a group. Values are numbered: the body's
 * own input is 0, further inputs follow, and then the nodes in the order in which they are written.
 *
 * @param element the interface or annotation that holds it
 * @param inputs names of the inputs, the first being {@code Input}
 * @param nodes the nodes
 * @param sequential whether modules are called by numbers
 * @param initial what parameters start as, if it says so
 */
record Body(
    TypeElement element,
    List<String> inputs,
    List<BodyNode> nodes,
    boolean sequential,
    Optional<InitRule> initial) {
  Body {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
  }

  /** The simple name of what holds it. */
  String name() {
    return element.getSimpleName().toString();
  }

  /** The number of a node's value. */
  int value(int node) {
    return inputs.size() + node;
  }

  /** What a value is called. */
  String valueName(int value) {
    return value < inputs.size() ? inputs.get(value) : nodes.get(value - inputs.size()).name();
  }

  /** The node whose value is the body's: the last that is not auxiliary; -1 if there is none. */
  int output() {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (nodes.get(i).auxiliary().isEmpty()) {
        return i;
      }
    }
    return -1;
  }
}
