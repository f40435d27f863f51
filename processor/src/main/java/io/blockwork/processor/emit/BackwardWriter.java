package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.plans.Place;
import io.blockwork.graph.plans.TrainingPlan;
import io.blockwork.graph.plans.TrainingPlan.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Writes {@code XBackward}. */
public final class BackwardWriter extends Pass {
  private final TrainingPlan plan;
  private final Ownership ownership;
  private final String totals;

  /** What each block does in the backward pass, by the block's path. */
  private final Map<String, List<Action>> actions = new HashMap<>();

  private BackwardWriter(GeneratedNames names, TrainingPlan plan, String totals) {
    super(names, plan.graph(), plan.shapes(), plan.slots());
    this.plan = plan;
    this.totals = totals;
    UnitRules.check(network(), plan);
    this.ownership = new Ownership(network(), graph(), plan.places());
    Map<Integer, Unit> blocks = new HashMap<>();
    for (Unit block : network().blocks()) {
      for (Node node : block.nodes()) {
        blocks.put(node.id(), block);
      }
    }
    for (Action action : plan.backward()) {
      Unit block = Objects.requireNonNull(blocks.get(action.node().id()));
      actions.computeIfAbsent(block.path(), path -> new ArrayList<>()).add(action);
    }
  }

  /**
   * The source of the training pass.
   *
   * @param totals parameters and multiply-adds, for the class comment
   */
  public static JavaFile write(GeneratedNames names, TrainingPlan plan, String totals) {
    return PassWriter.write(new BackwardWriter(names, plan, totals));
  }

  @Override
  ClassName self() {
    return names().backward();
  }

  @Override
  ClassName passInterface() {
    return RuntimeTypes.TRAINING_PASS;
  }

  @Override
  ClassName binder() {
    return RuntimeTypes.TRAINING_BINDER;
  }

  @Override
  ClassName layerType() {
    return RuntimeTypes.LAYER;
  }

  @Override
  List<String> methods() {
    return List.of("forward", "backward");
  }

  @Override
  boolean runsReversed(String method) {
    return method.equals("backward");
  }

  @Override
  BlockCode write(Unit block, boolean shared) {
    List<Action> own = actions.getOrDefault(block.path(), List.of());
    return new BackwardBlockWriter(block, plan, own, ownership, shared).write();
  }

  @Override
  Map<String, Place> tensors() {
    Map<String, Place> tensors = new LinkedHashMap<>();
    tensors.put("input", plan.places().get(0));
    List<String> fields = outputFields();
    for (int i = 0; i < fields.size(); i++) {
      int node = graph().outputs().get(i).node();
      tensors.put(fields.get(i), plan.places().get(node));
      tensors.put(fields.get(i) + "Gradient", plan.gradients().get(node));
    }
    tensors.put("inputGradient", plan.gradients().get(0));
    return tensors;
  }

  private List<String> outputFields() {
    Set<String> taken = new HashSet<>(List.of("input", "inputGradient"));
    List<String> fields = new ArrayList<>();
    for (Output output : graph().outputs()) {
      boolean main = output.kind() == Output.Kind.MAIN;
      fields.add(
          JavaNames.unique(
              main ? "output" : JavaNames.variable(names().nodes().of(output.name())) + "Output",
              taken));
    }
    return fields;
  }

  @Override
  List<MethodSpec> accessors() {
    List<String> fields = outputFields();
    if (fields.size() == 1) {
      return super.accessors();
    }
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      // The main output has no name of its own.
      String name = i == 0 ? "" : graph().outputs().get(i).name();
      String field = fields.get(i);
      outputs.add(
          "new TrainingOutput(" + Text.quoted(name) + ", " + field + ", " + field + "Gradient)");
    }
    var type =
        ParameterizedTypeName.get(ClassName.get(List.class), RuntimeTypes.engine("TrainingOutput"));
    return List.of(
        PassWriter.override("input", RuntimeTypes.TENSOR).addStatement("return input").build(),
        PassWriter.override("inputGradient", RuntimeTypes.TENSOR)
            .addStatement("return inputGradient")
            .build(),
        PassWriter.override("outputs", type)
            .addCode(Text.call("return $T.of", outputs, Text.TOP) + "\n", List.class)
            .build());
  }

  @Override
  CodeBlock documentation() {
    return PassDocumentation.of(
        this,
        "Training of {@link $T}: a forward pass that keeps what the gradient needs, then the gradient. A {@code d} stands"
            + " before the name of a gradient, and one that is set to another lies in the same memory. {@code keep} is memory of its own until the gradient is done, {@code slot(s, c, h,"
            + " w)} memory that others use at other times: the same slot and shape are the same memory, which is how one block"
            + " hands its gradient to the next. {@code into} overwrites a gradient, {@code addTo} adds to what another reader of"
            + " the same value has left there before, since the layers run backwards.",
        totals,
        List.of(
            "kept for one image: " + Text.count(plan.keptElements()) + " values",
            PassDocumentation.slots(plan.slots())));
  }
}
