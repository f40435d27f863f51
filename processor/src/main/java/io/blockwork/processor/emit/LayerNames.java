package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Describe;
import io.blockwork.processor.graph.Node;
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
    this.prefix = unit.block().orElseThrow().prefix();
    this.shared = shared;
    for (Node node : unit.nodes()) {
      String name = JavaNames.variable(relative(node.op().path()));
      // An operation runs twice if its value is wanted before its activation, too.
      if (Unit.isLayer(node) && !taken.add(name)) {
        String extras = Describe.of(node.op()).extras();
        name += JavaNames.capitalise(extras.substring(extras.lastIndexOf(' ') + 1));
        taken.add(name);
      }
      fields.put(node.id(), name);
    }
  }

  /** The field of the node's layer: {@code conv1}, {@code downsample_0}. */
  String field(Node node) {
    return Objects.requireNonNull(fields.get(node.id()));
  }

  /** The Java expression of a module path. */
  String path(String path) {
    return shared ? "path + \"." + relative(path) + "\"" : "\"" + path + "\"";
  }

  /** What no other variable of the class can be called. */
  Set<String> taken() {
    return Set.copyOf(taken);
  }

  private String relative(String path) {
    return path.startsWith(prefix) ? path.substring(prefix.length()) : path;
  }
}
