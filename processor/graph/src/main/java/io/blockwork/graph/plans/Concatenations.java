package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Copy;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.transforms.Rewrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets what is concatenated be written where the concatenation lies, and ranges of channels be read
 * where the map lies. A value can be in one place only: where two concatenations want it, or one
 * wants it twice, or it is a range of something else, all but one get a copy.
 */
final class Concatenations {
  /**
   * An input of a concatenation.
   *
   * @param node the concatenation
   * @param input which of its inputs
   */
  record Part(int node, int input) {
    // Spelled out: see Shape.
    @Override
    public boolean equals(Object other) {
      return other instanceof Part part && node == part.node && input == part.input;
    }

    @Override
    public int hashCode() {
      return 31 * node + input;
    }
  }

  private Concatenations() {}

  /**
   * Puts values where the concatenations, and maps, that they are parts of lie. The last
   * concatenation of a dense block holds all earlier ones.
   *
   * @return the parts that have to be copied instead
   */
  static Set<Part> place(Graph graph, List<Shape> shapes, Aliases values) {
    for (Node node : graph.nodes()) {
      if (!node.op().runs()) {
        node.op().part().ifPresent(part -> values.place(node.id(), node.input(0), part.from()));
      }
    }
    Set<Part> copied = new HashSet<>();
    for (int id = graph.nodes().size() - 1; id >= 0; id--) {
      Node node = graph.node(id);
      if (node.op().joins()) {
        int channel = 0;
        for (int i = 0; i < node.inputs().size(); i++) {
          int input = node.input(i);
          if (values.root(input) == input && values.root(id) != input) {
            values.place(input, id, channel);
          } else {
            copied.add(new Part(id, i));
          }
          channel += shapes.get(input).channels();
        }
      }
    }
    return copied;
  }

  /** The graph with a copy of each of the {@code parts}, which the concatenation reads instead. */
  static Graph copying(Graph graph, Set<Part> parts) {
    if (parts.isEmpty()) {
      return graph;
    }
    var rewrite = new Rewrite(graph);
    Map<String, Integer> copies = new HashMap<>();
    for (Node node : graph.nodes()) {
      List<Integer> inputs = new ArrayList<>();
      for (int i = 0; i < node.inputs().size(); i++) {
        int input = rewrite.renamed(node.input(i));
        if (parts.contains(new Part(node.id(), i))) {
          int number = copies.merge(node.op().path(), 1, Integer::sum);
          input =
              rewrite.insert(new Copy(node.op().path() + ".copy" + number), List.of(input), node);
        }
        inputs.add(input);
      }
      rewrite.reading(node, inputs);
    }
    return rewrite.done();
  }
}
