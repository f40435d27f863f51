package io.blockwork.processor;

import com.palantir.javapoet.JavaFile;
import io.blockwork.graph.Graph;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.emit.NetworkFacts;
import java.util.List;

/** The sources that the processor makes of graphs that no annotation describes. */
public final class GraphSources {
  private GraphSources() {}

  /** {@code XNetwork}, {@code XForward}, {@code XBackward}, and a pass for each of the methods. */
  public static List<JavaFile> of(Graph graph, GeneratedNames names, List<FeatureMethod> methods) {
    return Compilation.compile(graph, names, methods, NetworkFacts.NONE);
  }
}
