package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.transforms.Place;
import java.util.List;
import java.util.Map;

/** What tells the two generated passes apart. */
interface Pass {
  /** The interface, and the names of what is generated for it. */
  GeneratedNames names();

  /** The class of the pass. */
  ClassName self();

  /** What the class implements. */
  ClassName passInterface();

  /** What binds its layers. */
  ClassName binder();

  /** What a bound layer is. */
  ClassName layerType();

  /** Names of the methods that run the pass. */
  List<String> methods();

  /** Whether the method runs what it runs from the last block to the first. */
  boolean runsReversed(String method);

  /** The network, cut into units. */
  Unit network();

  /** The transformed graph. */
  Graph graph();

  /** The shape of each node's output. */
  List<Shape> shapes();

  /** The tensors that the pass shows, by the name of their fields. */
  Map<String, Place> tensors();

  /** The methods that show them: by default one for each field. */
  default List<MethodSpec> accessors() {
    return tensors().keySet().stream()
        .map(
            name ->
                PassWriter.override(name, RuntimeTypes.TENSOR)
                    .addStatement("return $L", name)
                    .build())
        .toList();
  }

  /** The memory plan: elements of each slot, for one image. */
  List<Long> slots();

  /** The class comment. */
  CodeBlock documentation();

  /** The code of a block. */
  BlockCode write(Unit block, boolean shared);

  /** The shape that reaches the unit. */
  default Shape inputOf(Unit unit) {
    return shapes().get(unit.nodes().get(0).input(0));
  }

  /** The shape that leaves the unit. */
  default Shape outputOf(Unit unit) {
    return shapes().get(unit.nodes().get(unit.nodes().size() - 1).id());
  }

  /** What the papers call the unit: {@code 4 x bottleneck}. */
  default String title(Unit unit) {
    List<Unit> blocks = unit.blocks();
    String last = blocks.get(blocks.size() - 1).block().orElseThrow().title();
    return unit.isBlock() ? last : blocks.size() + " x " + last;
  }
}
