package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import io.blockwork.published.PretrainedWeights;
import java.util.List;
import java.util.Optional;

/**
 * What generated code tells of a network beside its graph.
 *
 * @param heads paths of the modules that tell classes apart
 * @param leftOut paths of the auxiliary outputs that it was declared without
 * @param weights published weights that fit it
 * @param nodes the interfaces that are its nodes
 */
public record NetworkFacts(
    List<String> heads,
    List<String> leftOut,
    Optional<PretrainedWeights> weights,
    List<NodePaths> nodes) {
  /** Nothing. */
  public static final NetworkFacts NONE =
      new NetworkFacts(List.of(), List.of(), Optional.empty(), List.of());

  /** Copies the lists. */
  public NetworkFacts {
    heads = List.copyOf(heads);
    leftOut = List.copyOf(leftOut);
    nodes = List.copyOf(nodes);
  }

  /**
   * A node.
   *
   * @param type its interface
   * @param paths of its modules
   */
  public record NodePaths(ClassName type, List<String> paths) {
    /** Copies the list. */
    public NodePaths {
      paths = List.copyOf(paths);
    }
  }
}
