package io.blockwork.graph;

import io.blockwork.graph.Output.Kind;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Role;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What holds of every graph, whoever built it and whichever transform it went through. */
public final class GraphRules {
  private final Graph graph;
  private final Set<String> parameters = new HashSet<>();
  private final Set<String> modules;

  private GraphRules(Graph graph) {
    this.graph = graph;
    this.modules = new HashSet<>(graph.modules());
  }

  /**
   * The first rule that the graph breaks, as a sentence; empty if it is sound. Shapes are another
   * matter: a network may be well built, and have none.
   */
  public static Optional<String> broken(Graph graph) {
    return new GraphRules(graph).broken();
  }

  /**
   * The same without the names of parameters, which only a node that is there twice could break:
   * they are many, and a processor always runs cold.
   */
  public static Optional<String> brokenStructure(Graph graph) {
    var rules = new GraphRules(graph);
    for (int at = 0; at < graph.nodes().size(); at++) {
      Optional<String> broken = structure(graph.node(at), at);
      if (broken.isPresent()) {
        return broken;
      }
    }
    return rules.outputs();
  }

  private Optional<String> broken() {
    if (modules.size() < graph.modules().size()) {
      return Optional.of("the state_dict names an operation twice");
    }
    for (int at = 0; at < graph.nodes().size(); at++) {
      Node node = graph.node(at);
      Optional<String> broken = structure(node, at).or(() -> names(node));
      if (broken.isPresent()) {
        return broken;
      }
    }
    return outputs();
  }

  private static Optional<String> structure(Node node, int at) {
    Op op = node.op();
    if (node.id() != at) {
      return Optional.of(op.path() + " is node " + node.id() + " at place " + at);
    }
    if ((op.role() == Role.INPUT) != (at == 0)) {
      return Optional.of(op.path() + " is at place " + at + ": the images come first, and once");
    }
    if (!op.arity().allows(node.inputs().size())) {
      return Optional.of(
          op.path() + " takes " + op.arity() + ", and reads " + node.inputs().size());
    }
    for (int input : node.inputs()) {
      if (input < 0 || input >= at) {
        return Optional.of(op.path() + " reads node " + input + ", which does not come before it");
      }
    }
    return Optional.empty();
  }

  private Optional<String> names(Node node) {
    Op op = node.op();
    List<Parameter> entries = op.parameters();
    for (Parameter parameter : entries) {
      if (!parameters.add(parameter.name())) {
        return Optional.of(parameter.name() + " is the name of two parameters");
      }
    }
    return entries.isEmpty() || modules.contains(op.path())
        ? Optional.empty()
        : Optional.of(op.path() + " has parameters, and no place in the state_dict");
  }

  private Optional<String> outputs() {
    Set<String> names = new HashSet<>();
    Set<Integer> trained = new HashSet<>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      Output output = graph.outputs().get(i);
      if (output.node() < 0 || output.node() >= graph.nodes().size()) {
        return Optional.of("output " + output.name() + " is node " + output.node() + ", no node");
      }
      if (!names.add(output.name())) {
        return Optional.of("two outputs are called " + output.name());
      }
      if (output.kind() == Kind.MAIN && i > 0) {
        return Optional.of("the main output is not the first");
      }
      if (output.kind() != Kind.FEATURE && !trained.add(output.node())) {
        String path = graph.node(output.node()).op().path();
        return Optional.of(path + " is two outputs that training has a loss for");
      }
      if (output.kind() == Kind.AUXILIARY && !(output.weight() >= 0)) {
        return Optional.of("the loss of " + output.name() + " has the weight " + output.weight());
      }
    }
    return Optional.empty();
  }
}
