package io.blockwork.processor;

import io.blockwork.graph.ModuleNames;
import io.blockwork.processor.dsl.Composition.Located;
import java.util.List;
import java.util.Optional;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;

/**
 * The values of a network that {@code @Output} can ask for.
 *
 * @param modules those that have the name of a module
 * @param nodes those of nodes; none if the network is not composed
 */
record OutputValues(ModuleNames modules, List<Located> nodes) {
  OutputValues {
    nodes = List.copyOf(nodes);
  }

  /** What became of the node that a class literal names, if it is one and is there. */
  Optional<Located> node(TypeMirror literal) {
    return literal instanceof DeclaredType declared
        ? nodes.stream()
            .filter(node -> node.element().equals(declared.asElement()) && !node.paths().isEmpty())
            .findFirst()
        : Optional.empty();
  }

  /** What a node's value is called: the module of its last repetition. */
  static String path(Located node) {
    return node.paths().get(node.paths().size() - 1);
  }

  /** How a class literal is written: {@code Birds.stem.class}. */
  static String name(TypeMirror literal) {
    return literal instanceof DeclaredType declared
        ? name((TypeElement) declared.asElement())
        : literal + ".class";
  }

  /** The class literals of all nodes that are there. */
  List<String> literals() {
    return nodes.stream()
        .filter(node -> !node.paths().isEmpty())
        .map(node -> name(node.element()))
        .toList();
  }

  private static String name(TypeElement type) {
    StringBuilder name = new StringBuilder(type.getSimpleName());
    for (Element at = type.getEnclosingElement();
        at instanceof TypeElement;
        at = at.getEnclosingElement()) {
      name.insert(0, at.getSimpleName() + ".");
    }
    return name + ".class";
  }
}
