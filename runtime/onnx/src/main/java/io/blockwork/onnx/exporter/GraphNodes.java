package io.blockwork.onnx.exporter;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Description;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.List;

/** Goes through a graph and writes the nodes of ONNX that each operation becomes. */
final class GraphNodes {
  private GraphNodes() {}

  /**
   * Writes all nodes of a network.
   *
   * @param network as inference has it
   * @param images the images
   * @return the value of each node of the network
   */
  static List<Value> write(OnnxGraph graph, Graph network, Value images) {
    List<Shape> shapes = Shapes.of(network);
    List<Value> values = new ArrayList<>(List.of(images));
    for (Node node : network.nodes().subList(1, network.nodes().size())) {
      List<Value> inputs = node.inputs().stream().map(values::get).toList();
      Shape shape = shapes.get(node.id());
      graph.begin(node.op().path(), words(node, shape));
      values.add(node.op().accept(new OperationNodes(graph, inputs, shape)));
    }
    return values;
  }

  /** {@code 3x3 stride 2, 64 x 56 x 56}, and where it belongs. */
  static String words(Node node, Shape shape) {
    Description description = node.op().description();
    String what =
        description.extras().isEmpty()
            ? description.kind()
            : description.kind() + ", " + description.extras();
    String title = node.block().title();
    String around = title.isEmpty() ? "" : "; " + node.block().path() + ": " + title;
    return what + ", " + shape + around;
  }
}
