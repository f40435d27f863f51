package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import io.blockwork.engine.Activation;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;

/** Sums of two or more tensors with a factor each. */
final class Sums {
  /**
   * An input.
   *
   * @param tensor its values
   * @param factor what they are multiplied by
   */
  record Term(PlanTensor tensor, double factor) {}

  private Sums() {}

  /** {@code dst} = the activation of the sum; {@code dst} may be any of the terms. */
  static void forward(Emitter e, Activation activation, List<Term> terms, PlanTensor dst) {
    boolean fused = Eltwise.isPostOp(activation);
    memory target = e.target(dst, Scratch.TARGET);
    List<Term> ordered = destinationFirst(terms, dst);
    Term first = ordered.get(0);
    memory sum = e.read(first.tensor(), Scratch.SOURCE);
    if (ordered.size() == 1) {
      copy(e, sum, first.factor(), target);
    }
    double factor = first.factor();
    for (int i = 1; i < ordered.size(); i++) {
      boolean last = i == ordered.size() - 1;
      Term term = ordered.get(i);
      memory values = e.read(term.tensor(), Scratch.SECOND_SOURCE);
      Activation end = last && fused ? activation : Activation.NONE;
      add(e, sum, factor, values, term.factor(), target, end);
      sum = target;
      factor = 1;
    }
    if (ordered.size() == 1 || !fused) {
      Activations.inPlace(e, activation, dst, target);
    }
    e.written(target, dst);
  }

  /**
   * The terms, each tensor once. What lies in the destination comes first, so that it is read
   * before it is written.
   */
  private static List<Term> destinationFirst(List<Term> terms, PlanTensor dst) {
    Map<PlanTensor, Double> factors = new LinkedHashMap<>();
    terms.forEach(term -> factors.merge(term.tensor(), term.factor(), Double::sum));
    return factors.entrySet().stream()
        .map(entry -> new Term(entry.getKey(), entry.getValue()))
        .sorted((a, b) -> Boolean.compare(b.tensor().equals(dst), a.tensor().equals(dst)))
        .toList();
  }

  private static void add(
      Emitter e,
      memory a,
      double factorOfA,
      memory b,
      double factorOfB,
      memory dst,
      Activation activation) {
    if (factorOfA == 1 && factorOfB == 1) {
      e.binary(algorithm.binary_add, a, b, dst, activation);
      return;
    }
    BoundPlan plan = e.plan();
    primitive_attr attributes = e.attributes(false, activation);
    attributes.set_scales_mask(DNNL_ARG_SRC_0, 0);
    attributes.set_scales_mask(DNNL_ARG_SRC_1, 0);
    binary.primitive_desc description =
        plan.own(
            new binary.primitive_desc(
                BoundPlan.cpu(),
                algorithm.binary_add,
                plan.own(a.get_desc()),
                plan.own(b.get_desc()),
                plan.own(dst.get_desc()),
                attributes,
                false));
    IntMemoryMap arguments = e.arguments(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, b, DNNL_ARG_DST, dst);
    arguments.put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC_0, plan.constant(factorOfA));
    arguments.put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC_1, plan.constant(factorOfB));
    e.execute("add", description, new binary(description), arguments);
  }

  /** {@code dst = factor * src}; all dense. */
  static void copy(Emitter e, memory src, double factor, memory dst) {
    if (factor == 1) {
      e.reorder(src, dst, false);
    } else {
      Activations.multiply(e, src, factor, dst);
    }
  }

  /** Turns the gradient of a sum into that of an addend. */
  static void backward(Emitter e, PlanTensor dDst, double factor, GradientTarget target) {
    if (target.needed()) {
      if (factor == 1) {
        e.reorder(e.plan().view(dDst), e.plan().view(target.tensor()), target.accumulate());
      } else {
        memory result = target.memory(e);
        copy(e, e.read(dDst, Scratch.SOURCE), factor, result);
        target.written(e, result);
      }
    }
  }
}
