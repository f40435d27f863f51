package io.blockwork.processor.emit;

import io.blockwork.graph.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the layers of a block are called in its class, and what their paths are. */
final class LayerNames {
  private final String prefix;
  private final boolean shared;
  private final Map<Integer, String> fields = new HashMap<>();
  private final Set<String> taken = new HashSet<>(Set.of("bind", "path"));

  /**
   * @param shared whether the class serves several blocks, so that paths are relative to a
   *     parameter
   */
  LayerNames(Unit unit, boolean shared) {
    this.prefix = unit.prefix();
    this.shared = shared;
    for (Node node : unit.nodes()) {
      String name = JavaNames.variable(unit.names().within(prefix, node.op().path()));
      if (Unit.isLayer(node)) {
        name = JavaNames.unique(name, taken);
      }
      fields.put(node.id(), name);
    }
  }

  /** The field of the node's layer: {@code conv1}, {@code downsample_0}. */
  String field(Node node) {
    return Objects.requireNonNull(fields.get(node.id()));
  }

  /** A name for another field of the class. */
  String other(String wish) {
    return JavaNames.unique(wish, taken);
  }

  /** The Java expression of a module path, or of the name of a parameter. */
  String path(String path) {
    return shared && path.startsWith(prefix)
        ? "path + " + Text.quoted("." + relative(path))
        : Text.quoted(path);
  }

  /** What no other variable of the class can be called. */
  Set<String> taken() {
    return Set.copyOf(taken);
  }

  private String relative(String path) {
    return path.startsWith(prefix) && path.length() > prefix.length()
        ? path.substring(prefix.length())
        : path;
  }
}
