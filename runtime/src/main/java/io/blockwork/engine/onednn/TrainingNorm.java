package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.blockwork.engine.Norm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/**
 * A batch norm of a training pass, with its ReLU.
 *
 * @param norm its constants
 * @param src its input
 * @param dst its output
 * @param relu whether negative outputs become zero
 * @param dDst the gradient of its output
 * @param dSrc the gradient of its input
 * @param accumulate whether {@code dSrc} is added to
 * @param frozen whether it uses its running statistics and gets no gradient
 */
record TrainingNorm(
    Norm norm,
    PlanTensor src,
    PlanTensor dst,
    boolean relu,
    PlanTensor dDst,
    PlanTensor dSrc,
    boolean accumulate,
    boolean frozen) {

  private record Statistics(memory mean, memory variance) {}

  private int flags() {
    return normalization_flags.use_scale.value
        | normalization_flags.use_shift.value
        | (relu ? normalization_flags.fuse_norm_relu.value : 0)
        | (frozen ? normalization_flags.use_global_stats.value : 0);
  }

  void compile(DeferredLayer.Emitters emitters, TrainingWeights weights) {
    Emitter e = emitters.forward();
    BoundPlan plan = e.plan();
    batch_normalization_forward.primitive_desc description =
        plan.own(
            new batch_normalization_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_training.value,
                plan.desc(src),
                plan.desc(dst),
                (float) norm.eps(),
                flags(),
                e.attributes(),
                false));
    Optional<memory> mask =
        relu ? Optional.of(plan.keep(plan.own(description.workspace_desc()))) : Optional.empty();
    Statistics statistics = statistics(e, weights);
    forward(e, description, statistics, mask, weights);
    emitters.recompute().repeat(e);
    if (!frozen) {
      long values = (long) plan.batch() * src.pixels();
      RunningStatistics running =
          weights.statistics(
              e.path(), norm.momentum(), statistics.mean(), statistics.variance(), values);
      e.add(running::update);
    }
    if (emitters.inputGradient() || !frozen) {
      backward(emitters, description, statistics, mask, weights);
    }
  }

  private Statistics statistics(Emitter e, TrainingWeights weights) {
    if (frozen) {
      return new Statistics(
          weights.vector(e.path() + ".running_mean"), weights.vector(e.path() + ".running_var"));
    }
    memory.desc vector = e.plan().own(PackedWeights.vector(src.channels()));
    return new Statistics(e.plan().keep(vector), e.plan().keep(vector));
  }

  private void forward(
      Emitter e,
      batch_normalization_forward.primitive_desc description,
      Statistics statistics,
      Optional<memory> mask,
      TrainingWeights weights) {
    memory target = e.target(dst, Scratch.TARGET);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            e.read(src, Scratch.SOURCE),
            DNNL_ARG_DST,
            target,
            DNNL_ARG_MEAN,
            statistics.mean(),
            DNNL_ARG_VARIANCE,
            statistics.variance(),
            DNNL_ARG_SCALE,
            weights.vector(e.path() + ".weight"),
            DNNL_ARG_SHIFT,
            weights.vector(e.path() + ".bias"));
    mask.ifPresent(m -> arguments.put(DNNL_ARG_WORKSPACE, m));
    e.execute("batch norm", description, new batch_normalization_forward(description), arguments);
    e.written(target, dst);
  }

  private void backward(
      DeferredLayer.Emitters emitters,
      batch_normalization_forward.primitive_desc forward,
      Statistics statistics,
      Optional<memory> mask,
      TrainingWeights weights) {
    Emitter e = emitters.backward();
    BoundPlan plan = e.plan();
    // Without the parameters' gradients, oneDNN leaves out their sums.
    prop_kind prop = frozen ? prop_kind.backward_data : prop_kind.backward;
    batch_normalization_backward.primitive_desc description =
        plan.own(
            new batch_normalization_backward.primitive_desc(
                BoundPlan.cpu(),
                prop.value,
                plan.desc(dSrc),
                plan.desc(dDst),
                plan.desc(src),
                (float) norm.eps(),
                flags(),
                forward,
                e.attributes(),
                false));
    memory gradient = e.read(dDst, Scratch.SOURCE);
    memory result = result(e, emitters.inputGradient(), gradient);
    IntMemoryMap arguments =
        e.arguments(
            DNNL_ARG_SRC,
            e.read(src, Scratch.SECOND_SOURCE),
            DNNL_ARG_DIFF_DST,
            gradient,
            DNNL_ARG_DIFF_SRC,
            result,
            DNNL_ARG_MEAN,
            statistics.mean(),
            DNNL_ARG_VARIANCE,
            statistics.variance(),
            DNNL_ARG_SCALE,
            weights.vector(e.path() + ".weight"));
    if (frozen) {
      // oneDNN 3.11 asks for these even where it computes the data's gradient alone.
      arguments.put(DNNL_ARG_DIFF_SCALE, unused(plan));
      arguments.put(DNNL_ARG_DIFF_SHIFT, unused(plan));
    } else {
      arguments.put(DNNL_ARG_DIFF_SCALE, weights.gradientVector(e.path() + ".weight"));
      arguments.put(DNNL_ARG_DIFF_SHIFT, weights.gradientVector(e.path() + ".bias"));
    }
    mask.ifPresent(m -> arguments.put(DNNL_ARG_WORKSPACE, m));
    e.execute(
        "batch norm backward",
        description,
        new batch_normalization_backward(description),
        arguments);
    if (emitters.inputGradient()) {
      e.accumulated(result, dSrc, accumulate);
    }
  }

  private memory unused(BoundPlan plan) {
    return plan.keep(plan.own(PackedWeights.vector(src.channels())));
  }

  /** Where the kernel writes: over its own input, where that is allowed and saves memory. */
  private memory result(Emitter e, boolean wanted, memory gradient) {
    boolean destroyable = relu || !e.isInPlace(gradient, dDst);
    boolean needsTemporary = !wanted || accumulate || !e.plan().dense(dSrc);
    if (destroyable && needsTemporary) {
      return gradient;
    }
    return e.gradient(dSrc, !wanted || accumulate, e.plan().desc(dSrc));
  }
}
