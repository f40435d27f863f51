package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.Place;
import java.util.List;
import java.util.Map;

/** A generated pass: what the two kinds have in common, and what tells them apart. */
abstract class Pass {
  private final GeneratedNames names;
  private final Unit network;
  private final Graph graph;
  private final List<Shape> shapes;
  private final List<Long> slots;

  /**
   * @param names the interface, and the names of what is generated for it
   * @param graph the transformed graph
   * @param shapes the shape of each node's output
   * @param slots the memory plan: elements of each slot, for one image
   */
  Pass(GeneratedNames names, Graph graph, List<Shape> shapes, List<Long> slots) {
    this.names = names;
    this.network = Unit.of(graph, names.nodes());
    this.graph = graph;
    this.shapes = shapes;
    this.slots = slots;
  }

  /** The interface, and the names of what is generated for it. */
  final GeneratedNames names() {
    return names;
  }

  /** The network, cut into units. */
  final Unit network() {
    return network;
  }

  /** The transformed graph. */
  final Graph graph() {
    return graph;
  }

  /** The memory plan: elements of each slot, for one image. */
  final List<Long> slots() {
    return slots;
  }

  /** The class of the pass. */
  abstract ClassName self();

  /** What the class implements. */
  abstract ClassName passInterface();

  /** What binds its layers. */
  abstract ClassName binder();

  /** What a bound layer is. */
  abstract ClassName layerType();

  /** Names of the methods that run the pass. */
  abstract List<String> methods();

  /** Whether the method runs what it runs from the last block to the first. */
  abstract boolean runsReversed(String method);

  /** The tensors that the pass shows, by the name of their fields. */
  abstract Map<String, Place> tensors();

  /** The methods that show them: by default one for each field. */
  List<MethodSpec> accessors() {
    return tensors().keySet().stream()
        .map(
            name ->
                PassWriter.override(name, RuntimeTypes.TENSOR)
                    .addStatement("return $L", name)
                    .build())
        .toList();
  }

  /** The class comment. */
  abstract CodeBlock documentation();

  /** The code of a block. */
  abstract BlockCode write(Unit block, boolean shared);

  /** The shape that reaches the unit. */
  final Shape inputOf(Unit unit) {
    return shapes.get(unit.nodes().get(0).input(0));
  }

  /** The shape that leaves the unit. */
  final Shape outputOf(Unit unit) {
    return shapes.get(unit.nodes().get(unit.nodes().size() - 1).id());
  }

  /** The unit's path and what the papers call it: {@code layer1: 4 x bottleneck}. */
  static String heading(String path, Unit unit) {
    return unit.title().isEmpty() ? path : path + ": " + unit.title();
  }
}
