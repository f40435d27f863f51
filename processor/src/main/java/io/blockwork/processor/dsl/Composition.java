package io.blockwork.processor.dsl;

import io.blockwork.graph.Graph;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.TypeElement;

/**
 * A composed network as a graph, with what else its source says of it.
 *
 * @param graph the network
 * @param heads paths of the modules that tell classes apart
 * @param leftOut paths of the auxiliary outputs that {@code @If} leaves out
 * @param names names of modules by path, where the path has a number for a node that has a name
 * @param nodes the nodes of its own body, groups before what stands in them
 */
public record Composition(
    Graph graph,
    List<String> heads,
    List<String> leftOut,
    Map<String, String> names,
    List<Located> nodes) {
  /** Copies the lists. */
  public Composition {
    heads = List.copyOf(heads);
    leftOut = List.copyOf(leftOut);
    names = Map.copyOf(names);
    nodes = List.copyOf(nodes);
  }

  /**
   * What became of a node.
   *
   * @param element its interface
   * @param paths of its modules: several where it repeats under names of its own, none where it was
   *     left out
   * @param value the graph's number of its value
   */
  public record Located(TypeElement element, List<String> paths, int value) {
    /** Copies the list. */
    public Located {
      paths = List.copyOf(paths);
    }

    /** The node's name. */
    public String name() {
      return element.getSimpleName().toString();
    }
  }
}
