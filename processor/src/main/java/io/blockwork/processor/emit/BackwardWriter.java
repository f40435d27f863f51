package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import io.blockwork.graph.plans.Place;
import io.blockwork.graph.plans.TrainingPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code XBackward}. */
public final class BackwardWriter extends Pass {
  private final TrainingPlan plan;
  private final Ownership ownership;
  private final String totals;

  private BackwardWriter(GeneratedNames names, TrainingPlan plan, String totals) {
    super(names, plan.graph(), plan.shapes(), plan.slots());
    this.plan = plan;
    this.totals = totals;
    this.ownership = new Ownership(network(), graph(), plan.places());
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
    return new BackwardBlockWriter(block, plan, ownership, shared).write();
  }

  @Override
  Map<String, Place> tensors() {
    Map<String, Place> tensors = new LinkedHashMap<>();
    tensors.put("input", plan.places().get(0));
    tensors.put("output", plan.places().get(graph().output()));
    tensors.put("outputGradient", plan.gradients().get(graph().output()));
    tensors.put("inputGradient", plan.gradients().get(0));
    return tensors;
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
