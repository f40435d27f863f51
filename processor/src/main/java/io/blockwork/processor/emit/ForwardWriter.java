package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.transforms.InferencePlan;
import io.blockwork.processor.transforms.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code XForward}. */
public final class ForwardWriter implements Pass {
  private final InferencePlan plan;
  private final Ownership ownership;
  private final String totals;
  private final GeneratedNames names;
  private final Unit network;

  private ForwardWriter(GeneratedNames names, InferencePlan plan, String totals) {
    this.names = names;
    this.network = Unit.of(plan.graph());
    this.plan = plan;
    this.totals = totals;
    this.ownership = new Ownership(network, plan.graph(), plan.places(), List.of());
  }

  /**
   * The source of the inference pass.
   *
   * @param totals parameters and multiply-adds, for the class comment
   */
  public static JavaFile write(GeneratedNames names, InferencePlan plan, String totals) {
    return PassWriter.write(new ForwardWriter(names, plan, totals));
  }

  @Override
  public ClassName self() {
    return names.forward();
  }

  @Override
  public ClassName passInterface() {
    return RuntimeTypes.FORWARD_PASS;
  }

  @Override
  public ClassName binder() {
    return RuntimeTypes.INFERENCE_BINDER;
  }

  @Override
  public ClassName layerType() {
    return RuntimeTypes.KERNEL;
  }

  @Override
  public List<String> methods() {
    return List.of("run");
  }

  @Override
  public boolean runsReversed(String method) {
    return false;
  }

  @Override
  public BlockCode write(Unit block, boolean shared) {
    return new ForwardBlockWriter(block, plan, ownership, shared).write();
  }

  @Override
  public GeneratedNames names() {
    return names;
  }

  @Override
  public Unit network() {
    return network;
  }

  @Override
  public Graph graph() {
    return plan.graph();
  }

  @Override
  public List<Shape> shapes() {
    return plan.shapes();
  }

  @Override
  public Map<String, Place> tensors() {
    Map<String, Place> tensors = new LinkedHashMap<>();
    tensors.put("input", plan.places().get(0));
    tensors.put("output", plan.places().get(graph().output()));
    return tensors;
  }

  @Override
  public List<Long> slots() {
    return plan.slots();
  }

  @Override
  public CodeBlock documentation() {
    return PassDocumentation.of(
        this,
        "Inference of {@link $T}. Batch norms are folded into the convolutions before them; activations and shortcuts"
            + " are added by the kernels that compute the value.",
        totals,
        List.of(PassDocumentation.slots(plan.slots())));
  }
}
