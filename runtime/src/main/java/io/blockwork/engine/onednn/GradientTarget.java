package io.blockwork.engine.onednn;

import org.bytedeco.dnnl.memory;

/**
 * Where a layer leaves the gradient of one of its inputs.
 *
 * @param tensor the place
 * @param accumulate whether to add to what is there
 * @param needed whether anybody asks for it; if not the place is left alone
 */
record GradientTarget(PlanTensor tensor, boolean accumulate, boolean needed) {
  /** Dense memory in the plan's layout to write the gradient to; {@link #written} has to follow. */
  memory memory(Emitter e) {
    return e.gradient(tensor, accumulate, e.plan().desc(tensor));
  }

  /** Brings the gradient to its place, or adds it to what is there. */
  void written(Emitter e, memory gradient) {
    e.accumulated(gradient, tensor, accumulate);
  }
}
