package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import io.blockwork.published.PretrainedWeights;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What generated code tells of a network beside its graph.
 *
 * @param heads paths of the modules that tell classes apart
 * @param leftOut paths of the auxiliary outputs that it was declared without
 * @param weights published weights that fit it
 * @param nodes the interfaces that are its nodes
 * @param model the file that it was made from
 * @param papers where it is described
 * @param batch the only number of images that it takes at once; empty for any number
 */
public record NetworkFacts(
    List<String> heads,
    List<String> leftOut,
    Optional<PretrainedWeights> weights,
    List<NodePaths> nodes,
    Optional<ModelFile> model,
    Optional<String> papers,
    OptionalInt batch) {
  /** Nothing. */
  public static final NetworkFacts NONE =
      new NetworkFacts(List.of(), List.of(), Optional.empty(), List.of());

  /** Copies the lists. */
  public NetworkFacts {
    heads = List.copyOf(heads);
    leftOut = List.copyOf(leftOut);
    nodes = List.copyOf(nodes);
  }

  /** Of a network that was not made from a file. */
  public NetworkFacts(
      List<String> heads,
      List<String> leftOut,
      Optional<PretrainedWeights> weights,
      List<NodePaths> nodes) {
    this(heads, leftOut, weights, nodes, Optional.empty(), Optional.empty(), OptionalInt.empty());
  }

  /**
   * The same of a network that was made from a file.
   *
   * @param images the only number of images that it takes at once; empty for any number
   */
  public NetworkFacts of(ModelFile file, OptionalInt images) {
    return new NetworkFacts(heads, leftOut, weights, nodes, Optional.of(file), papers, images);
  }

  /** What is said of the network at a further size, and not at its own alone. */
  public NetworkFacts ofFurtherSize() {
    return new NetworkFacts(
        heads, leftOut, Optional.empty(), List.of(), Optional.empty(), Optional.empty(), batch);
  }

  /** The same of a network that papers describe. */
  public NetworkFacts after(String descriptions) {
    return new NetworkFacts(
        heads, leftOut, weights, nodes, model, Optional.of(descriptions), batch);
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
