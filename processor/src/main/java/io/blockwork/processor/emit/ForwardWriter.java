package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import io.blockwork.graph.Node;
import io.blockwork.graph.plans.InferencePlan;
import io.blockwork.graph.plans.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Writes {@code XForward}, and the passes of methods that return feature outputs. */
public final class ForwardWriter extends Pass {
  private static final int MOST_NAMED = 4;

  private final InferencePlan plan;
  private final Ownership ownership;
  private final String totals;
  private final Optional<FeatureMethod> method;

  private ForwardWriter(
      GeneratedNames names, Optional<FeatureMethod> method, InferencePlan plan, String totals) {
    super(names, plan.graph(), plan.shapes(), plan.slots());
    this.method = method;
    this.plan = plan;
    this.totals = totals;
    this.ownership = new Ownership(network(), graph(), plan.places());
  }

  /**
   * The source of the inference pass.
   *
   * @param totals parameters and multiply-adds, for the class comment
   */
  public static JavaFile write(GeneratedNames names, InferencePlan plan, String totals) {
    return PassWriter.write(new ForwardWriter(names, Optional.empty(), plan, totals));
  }

  /**
   * The source of the pass that a method of the interface asks for.
   *
   * @param plan of the part of the network that the method needs
   * @param totals parameters and multiply-adds of that part, for the class comment
   */
  public static JavaFile write(
      GeneratedNames names, FeatureMethod method, InferencePlan plan, String totals) {
    return PassWriter.write(new ForwardWriter(names, Optional.of(method), plan, totals));
  }

  @Override
  ClassName self() {
    return method.map(names()::features).orElseGet(names()::forward);
  }

  @Override
  ClassName passInterface() {
    return RuntimeTypes.FORWARD_PASS;
  }

  @Override
  ClassName binder() {
    return RuntimeTypes.INFERENCE_BINDER;
  }

  @Override
  ClassName layerType() {
    return RuntimeTypes.KERNEL;
  }

  @Override
  List<String> methods() {
    return List.of("run");
  }

  @Override
  boolean runsReversed(String method) {
    return false;
  }

  @Override
  BlockCode write(Unit block, boolean shared) {
    return new ForwardBlockWriter(block, plan, ownership, shared).write();
  }

  @Override
  Map<String, Place> tensors() {
    Map<String, Place> tensors = new LinkedHashMap<>();
    tensors.put("input", plan.places().get(0));
    List<String> fields = outputFields();
    for (int i = 0; i < fields.size(); i++) {
      tensors.put(fields.get(i), plan.places().get(graph().outputs().get(i).node()));
    }
    return tensors;
  }

  private List<String> outputFields() {
    return graph().outputs().size() == 1
        ? List.of("output")
        : method.orElseThrow().outputs().stream()
            .map(output -> output.component() + "Output")
            .toList();
  }

  @Override
  List<MethodSpec> accessors() {
    List<String> fields = outputFields();
    if (fields.size() == 1) {
      return super.accessors();
    }
    var outputs = ParameterizedTypeName.get(ClassName.get(List.class), RuntimeTypes.TENSOR);
    return List.of(
        PassWriter.override("input", RuntimeTypes.TENSOR).addStatement("return input").build(),
        PassWriter.override("output", RuntimeTypes.TENSOR)
            .addStatement("return $L", fields.get(0))
            .build(),
        PassWriter.override("outputs", outputs)
            .addCode(Text.call("return $T.of", fields, Text.TOP) + "\n", List.class)
            .build());
  }

  @Override
  CodeBlock documentation() {
    String scope = method.map(feature -> " as far as " + feature.modules()).orElse("");
    return PassDocumentation.of(
        this,
        "Inference of {@link $T}"
            + scope
            + ". "
            + norms()
            + "Kernels add activations and shortcuts to what they compute. {@code slot(s, c, h, w)} is slot {@code s} in the"
            + " shape of one image: in the same slot and shape, one block hands its output to the next.",
        totals,
        List.of(PassDocumentation.slots(plan.slots())));
  }

  /** Which norms are folded, and which run. */
  private String norms() {
    int folded = 0;
    int running = 0;
    Set<String> names = new TreeSet<>();
    for (Node node : graph().nodes()) {
      if (node.op().foldsNorm()) {
        folded++;
      } else if (node.op().batchStatistics()) {
        running++;
        names.add(node.op().leaf());
      }
    }
    if (folded + running == 0) {
      return "";
    } else if (running == 0) {
      return folded == 1
          ? "The batch norm is folded into the convolution before it. "
          : "All " + folded + " batch norms are folded into the convolutions before them. ";
    }
    String called = names.size() <= MOST_NAMED ? " (" + String.join(", ", names) + ")" : "";
    String more = folded == 0 ? (running == 1 ? " batch norm" : " batch norms") : "";
    String run =
        running
            + more
            + called
            + (running == 1 ? " runs" : " run")
            + ", with no convolution of "
            + (running == 1 ? "its" : "their")
            + " own before "
            + (running == 1 ? "it. " : "them. ");
    return folded == 0
        ? run
        : folded
            + (folded == 1
                ? " batch norm is folded into the convolution"
                : " batch norms are folded into the convolutions")
            + " before "
            + (folded == 1 ? "it" : "them")
            + "; "
            + run;
  }
}
