package io.blockwork.graph.transforms;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphRules;
import io.blockwork.graph.Output;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The order of the graph transforms. Each one's result is held to the rules of graphs. */
public final class Transforms {
  private Graph graph;
  private final List<Shape> outputs;

  private Transforms(Graph graph) {
    this.graph = graph;
    List<Shape> shapes = Shapes.of(graph);
    this.outputs = outputs(graph, shapes);
  }

  /**
   * The graph as inference runs it: the main output and features, without auxiliary heads.
   *
   * @throws ShapeFault if the graph has no shapes
   * @throws BrokenRule if a transform is wrong
   */
  public static Graph forInference(Graph graph) {
    var transforms = new Transforms(Truncate.forInference(graph));
    transforms.made("FuseActivations", FuseActivations.forInference(transforms.graph));
    transforms.made("DropRandomness", DropRandomness.apply(transforms.graph));
    transforms.made("FlattenIntoLinear", FlattenIntoLinear.apply(transforms.graph));
    transforms.made("PoolBeforeConv", PoolBeforeConv.apply(transforms.graph));
    transforms.made("FoldBatchNorm", FoldBatchNorm.apply(transforms.graph));
    transforms.made("FuseResidualAdd", FuseResidualAdd.apply(transforms.graph));
    transforms.made("ViewRanges", ViewRanges.apply(transforms.graph));
    return transforms.done();
  }

  /**
   * The graph as training runs it: all outputs that have a loss, without features.
   *
   * @throws ShapeFault if the graph has no shapes
   * @throws BrokenRule if a transform is wrong
   */
  public static Graph forTraining(Graph graph) {
    var transforms = new Transforms(Truncate.forTraining(graph));
    transforms.made("FuseActivations", FuseActivations.forTraining(transforms.graph));
    transforms.made("FlattenIntoLinear", FlattenIntoLinear.apply(transforms.graph));
    transforms.made("PoolBeforeConv", PoolBeforeConv.apply(transforms.graph));
    transforms.made("SeparateFactors", SeparateFactors.apply(transforms.graph));
    return transforms.done();
  }

  private void made(String name, Graph result) {
    graph = check(name, result, outputs);
  }

  private Graph done() {
    rule("the transforms", GraphRules.broken(graph));
    return graph;
  }

  private static void rule(String name, Optional<String> broken) {
    if (broken.isPresent()) {
      throw new BrokenRule(name, broken.get());
    }
  }

  /** Holds what a transform made to the rules of graphs, and to the shapes of the results. */
  static Graph check(String name, Graph graph, List<Shape> outputs) {
    rule(name, GraphRules.brokenStructure(graph));
    try {
      List<Shape> now = outputs(graph, Shapes.of(graph));
      if (!now.equals(outputs)) {
        throw new BrokenRule(name, "the results are " + now + ", and were " + outputs);
      }
    } catch (ShapeFault fault) {
      throw new BrokenRule(name, String.valueOf(fault.getMessage()));
    }
    return graph;
  }

  private static List<Shape> outputs(Graph graph, List<Shape> shapes) {
    List<Shape> outputs = new ArrayList<>();
    for (Output output : graph.outputs()) {
      outputs.add(shapes.get(output.node()));
    }
    return outputs;
  }
}
