package io.blockwork.compiled;

import io.blockwork.Architecture;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Modules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the modules of a network that are to be frozen.
 *
 * @param architecture the network
 */
record Freezing(Architecture architecture) {
  /**
   * The modules of that name.
   *
   * @param prefixes paths of modules, as {@code layer1} or {@code layer1.}
   * @return the same without a dot at the end
   * @throws IllegalArgumentException if one of them names no layer
   */
  List<String> modules(String... prefixes) {
    List<String> modules = Stream.of(prefixes).map(Modules::withoutDot).toList();
    for (String prefix : modules) {
      var one = new TrainingSettings(false, List.of(prefix), 0);
      if (architecture.layers().stream().noneMatch(l -> one.isFrozen(l.path()))) {
        throw new IllegalArgumentException(
            SafeText.format(
                "freeze: %s has no layer at or below %s%s; its layers begin with %s",
                architecture.name(), prefix, nearest(prefix), beginnings()));
      }
    }
    return modules;
  }

  /**
   * The paths of the modules of nodes.
   *
   * @param known the network's nodes with the paths of their modules
   * @throws IllegalArgumentException if one of them is none of the network's, or was left out
   */
  String[] paths(Map<Class<?>, List<String>> known, List<Class<?>> nodes) {
    List<String> all = new ArrayList<>();
    for (Class<?> each : nodes) {
      List<String> paths = known.get(each);
      if (paths == null || paths.isEmpty()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "freeze: %s %s %s%s",
                each.getName(),
                paths == null ? "is no node of" : "was left out of",
                architecture.name(),
                nodesText(known)));
      }
      all.addAll(paths);
    }
    return all.toArray(String[]::new);
  }

  private static String nodesText(Map<Class<?>, List<String>> known) {
    return known.isEmpty()
        ? ", which is not composed of nodes: freeze(\"layer1\") takes names"
        : known.entrySet().stream()
            .filter(node -> !node.getValue().isEmpty())
            .map(node -> node.getKey().getSimpleName())
            .collect(Collectors.joining(", ", "; its nodes are ", ""));
  }

  private String nearest(String module) {
    return NearestName.suggestion(
        module,
        architecture.layers().stream()
            .flatMap(l -> Stream.iterate(l.path(), p -> !p.isEmpty(), Freezing::parent))
            .distinct()
            .toList());
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('.')));
  }

  private String beginnings() {
    return architecture.layers().stream()
        .map(l -> l.path().split("\\.")[0])
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
