package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.GraphBuilder;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.AvgPool2d;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Concat;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Dropout;
import io.blockwork.processor.graph.Op.Input;
import io.blockwork.processor.graph.Op.Relu;
import io.blockwork.processor.graph.Shape;
import java.util.List;

/** Graphs of a few nodes. */
final class SmallGraphs {
  private SmallGraphs() {}

  /** conv1, bn1, relu, conv2, bn2, plus the input, relu. */
  static Graph residual() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    int y = graph.add(Conv2d.same("conv1", 4, 4, 3, 1), x);
    y = graph.add(BatchNorm2d.of("bn1", 4), y);
    y = graph.add(new Relu("relu"), y);
    y = graph.add(Conv2d.same("conv2", 4, 4, 3, 1), y);
    y = graph.add(BatchNorm2d.of("bn2", 4), y);
    return graph.build(graph.add(new Relu("relu"), graph.add(new Add("add", false), y, x)));
  }

  /**
   * Two layers of BN-ReLU-3x3, the second with dropout, each appended to what came before; then a
   * transition.
   */
  static Graph dense() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    x = graph.add(Conv2d.same("conv0", 4, 4, 3, 1), x);
    int y = graph.add(BatchNorm2d.of("norm1", 4), x);
    y = graph.add(new Relu("relu1"), y);
    y = graph.add(Conv2d.same("conv1", 4, 2, 3, 1), y);
    x = graph.add(new Concat("concat1"), x, y);
    y = graph.add(BatchNorm2d.of("norm2", 6), x);
    y = graph.add(new Relu("relu2"), y);
    y = graph.add(Conv2d.same("conv2", 6, 2, 3, 1), y);
    y = graph.add(new Dropout("dropout2", 0.5), y);
    x = graph.add(new Concat("concat2"), x, y);
    y = graph.add(BatchNorm2d.of("norm", 8), x);
    y = graph.add(new Relu("relu"), y);
    y = graph.add(Conv2d.same("conv", 8, 4, 1, 1), y);
    return graph.build(graph.add(new AvgPool2d("pool", 2), y));
  }

  /** The paths of the nodes, in order. */
  static List<String> paths(Graph graph) {
    return graph.nodes().stream().map(node -> node.op().path()).toList();
  }

  /** The id of the only node at {@code path}. */
  static int id(Graph graph, String path) {
    return graph.nodes().stream()
        .filter(node -> node.op().path().equals(path))
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** The operation of the only node at {@code path}. */
  static Op op(Graph graph, String path) {
    return graph.node(id(graph, path)).op();
  }
}
