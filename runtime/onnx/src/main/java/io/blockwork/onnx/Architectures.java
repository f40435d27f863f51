package io.blockwork.onnx;

import io.blockwork.Architecture;
import io.blockwork.LayerInfo;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.importer.ImportedNetwork;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Describes a graph as generated networks describe themselves. */
final class Architectures {
  private Architectures() {}

  /**
   * The description of a network.
   *
   * @param slots the memory plan of inference
   */
  static Architecture of(String name, ImportedNetwork network, List<Long> slots) {
    Graph graph = network.graph();
    List<Shape> shapes = Shapes.of(graph);
    Shape in = shapes.get(0);
    Map<String, Node> byPath = new HashMap<>();
    graph.nodes().forEach(node -> byPath.putIfAbsent(node.op().path(), node));
    List<LayerInfo> layers = new ArrayList<>();
    for (String module : graph.modules()) {
      Node node = Objects.requireNonNull(byPath.get(module));
      Shape shape = shapes.get(node.id());
      List<Integer> sizes =
          graph.isVector(node.id(), shapes)
              ? List.of(shape.channels())
              : List.of(shape.channels(), shape.height(), shape.width());
      List<ParameterInfo> parameters =
          node.op().parameters().stream().map(Architectures::parameter).toList();
      long macs = Totals.of(node, shapes).macs();
      layers.add(new LayerInfo(module, node.op().type(), sizes, parameters, macs));
    }
    List<Integer> input = List.of(in.channels(), in.height(), in.width());
    return new Architecture(name, input, network.output(), layers, slots).forBatch(network.batch());
  }

  private static ParameterInfo parameter(Parameter parameter) {
    Kind kind =
        switch (parameter.kind()) {
          case WEIGHT -> parameter.shape().size() == 4 ? Kind.CONV_WEIGHT : Kind.LINEAR_WEIGHT;
          case SCALE -> Kind.SCALE;
          case BIAS -> Kind.BIAS;
          case RUNNING_MEAN -> Kind.RUNNING_MEAN;
          case RUNNING_VAR -> Kind.RUNNING_VAR;
          case NUM_BATCHES_TRACKED -> Kind.NUM_BATCHES_TRACKED;
        };
    return new ParameterInfo(parameter.name(), kind, parameter.shape());
  }
}
