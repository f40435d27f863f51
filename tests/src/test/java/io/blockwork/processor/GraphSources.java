package io.blockwork.processor;

import io.blockwork.graph.Graph;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.emit.NetworkFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sources that the processor makes of graphs that no annotation describes. */
public final class GraphSources {
  private GraphSources() {}

  /**
   * {@code XNetwork}, {@code XForward}, {@code XBackward}, and a pass for each of the methods, by
   * the names of their classes.
   */
  public static Map<String, String> of(
      Graph graph, GeneratedNames names, List<FeatureMethod> methods) {
    Map<String, String> sources = new LinkedHashMap<>();
    for (SourceFile file : Compilation.compile(graph, names, methods, NetworkFacts.NONE)) {
      sources.put(file.name(), file.text());
    }
    return sources;
  }
}
