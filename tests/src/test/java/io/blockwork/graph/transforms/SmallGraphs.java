package io.blockwork.graph.transforms;

import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Sum;
import java.util.List;

/** Graphs of a few nodes. */
public final class SmallGraphs {
  private SmallGraphs() {}

  /** conv1, bn1, relu, conv2, bn2, plus the input, relu. */
  public static Graph residual() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    int y = graph.add(Conv2d.same("conv1", 4, 4, 3, 1), x);
    y = graph.add(BatchNorm2d.of("bn1", 4), y);
    y = graph.add(Activate.relu("relu"), y);
    y = graph.add(Conv2d.same("conv2", 4, 4, 3, 1), y);
    y = graph.add(BatchNorm2d.of("bn2", 4), y);
    return graph.build(graph.add(Activate.relu("relu"), graph.add(Sum.of("add"), y, x)));
  }

  /**
   * Two layers of BN-ReLU-3x3, the second with dropout, each appended to what came before; then a
   * transition.
   */
  public static Graph dense() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    x = graph.add(Conv2d.same("conv0", 4, 4, 3, 1), x);
    int y = graph.add(BatchNorm2d.of("norm1", 4), x);
    y = graph.add(Activate.relu("relu1"), y);
    y = graph.add(Conv2d.same("conv1", 4, 2, 3, 1), y);
    x = graph.add(new Concat("concat1"), x, y);
    y = graph.add(BatchNorm2d.of("norm2", 6), x);
    y = graph.add(Activate.relu("relu2"), y);
    y = graph.add(Conv2d.same("conv2", 6, 2, 3, 1), y);
    y = graph.add(new Dropout("dropout2", 0.5), y);
    x = graph.add(new Concat("concat2"), x, y);
    y = graph.add(BatchNorm2d.of("norm", 8), x);
    y = graph.add(Activate.relu("relu"), y);
    y = graph.add(Conv2d.same("conv", 8, 4, 1, 1), y);
    return graph.build(graph.add(AvgPool2d.tiling("pool", 2), y));
  }

  /** The paths of the nodes, in order. */
  public static List<String> paths(Graph graph) {
    return graph.nodes().stream().map(node -> node.op().path()).toList();
  }

  /** The id of the only node at {@code path}. */
  public static int id(Graph graph, String path) {
    return graph.nodes().stream()
        .filter(node -> node.op().path().equals(path))
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** The operation of the only node at {@code path}. */
  public static Op op(Graph graph, String path) {
    return graph.node(id(graph, path)).op();
  }
}
