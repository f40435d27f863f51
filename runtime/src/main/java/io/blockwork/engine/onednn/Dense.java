package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.BoundPlan.Scratch;
import org.bytedeco.dnnl.memory;

/** What linear layers of both directions share. */
final class Dense {
  private Dense() {}

  /** The descriptor of the tensor as a matrix of one row an image. */
  static memory.desc matrix(BoundPlan plan, PlanTensor tensor) {
    return plan.own(
        new memory.desc(
            new long[] {plan.batch(), tensor.elements()}, plan.type(tensor), memory.format_tag.ab));
  }

  /** The tensor's values in torch's order, as a matrix of one row an image. */
  static memory read(Emitter e, PlanTensor tensor, Scratch scratch) {
    BoundPlan plan = e.plan();
    memory.desc matrix = matrix(plan, tensor);
    if (isMatrix(plan, tensor)) {
      return plan.wrap(matrix, plan.address(tensor));
    }
    e.reorder(plan.view(tensor), plan.temporary(scratch, plain(plan, tensor)), false);
    return plan.temporary(scratch, matrix);
  }

  /** Memory for such a matrix; {@link #written} has to follow. */
  static memory target(Emitter e, PlanTensor tensor, Scratch scratch) {
    BoundPlan plan = e.plan();
    memory.desc matrix = matrix(plan, tensor);
    return isMatrix(plan, tensor)
        ? plan.wrap(matrix, plan.address(tensor))
        : plan.temporary(scratch, matrix);
  }

  /** Brings the matrix to its place. */
  static void written(Emitter e, PlanTensor tensor, Scratch scratch) {
    BoundPlan plan = e.plan();
    if (!isMatrix(plan, tensor)) {
      e.reorder(plan.temporary(scratch, plain(plan, tensor)), plan.view(tensor), false);
    }
  }

  /** Adds the matrix to what is in its place. */
  static void addTo(Emitter e, PlanTensor tensor, Scratch scratch) {
    BoundPlan plan = e.plan();
    e.reorder(plan.temporary(scratch, plain(plan, tensor)), plan.view(tensor), true);
  }

  static memory.desc plain(BoundPlan plan, PlanTensor tensor) {
    return plan.own(
        new memory.desc(
            new long[] {plan.batch(), tensor.channels(), tensor.height(), tensor.width()},
            plan.type(tensor),
            memory.format_tag.nchw));
  }

  private static boolean isMatrix(BoundPlan plan, PlanTensor tensor) {
    return tensor.isWhole() && tensor.pixels() == 1 && plan.dense(tensor);
  }
}
