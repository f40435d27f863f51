package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Precision;
import io.blockwork.engine.norm.SliceNorm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;

/**
 * A batch norm of an inference pass, with its running statistics.
 *
 * @param norm its constants
 * @param activation what is applied to its output
 * @param src its input
 * @param dst its output
 */
record InferenceNorm(Norm norm, Activation activation, PlanTensor src, PlanTensor dst) {
  private static final int FLAGS =
      normalization_flags.use_global_stats.value
          | normalization_flags.use_scale.value
          | normalization_flags.use_shift.value;

  void compile(Emitter e, PlanWeights weights, Function<String, memory> parameter) {
    if (!compileSlice(e, weights)) {
      compileWhole(e, parameter);
    }
  }

  /** Whether it is computed in one pass over a slice of blocks, which oneDNN would copy first. */
  private boolean compileSlice(Emitter e, PlanWeights weights) {
    BoundPlan plan = e.plan();
    boolean relu = activation.isRelu();
    boolean fits =
        (relu || activation.isNone())
            && plan.layout() == Layout.BLOCKED
            && plan.precision() == Precision.FLOAT
            && Layout.isBlocks(src)
            && Layout.isBlocks(dst)
            && !plan.dense(src)
            && plan.dense(dst);
    if (!fits) {
      return false;
    }
    int pixels = Math.toIntExact(src.pixels());
    var problem = new SliceNorm.Problem(plan.batch(), src.channels() / Layout.BLOCK, pixels, relu);
    Optional<SliceNorm> bound =
        WinogradChoice.machineCode()
            .flatMap(
                vectors ->
                    SliceNorm.bind(
                        problem, vectors, plan.threads(), place(plan, src), place(plan, dst)));
    bound.ifPresent(
        slice -> {
          plan.onClose(slice::close);
          memory factors = weights.norm(e.path(), norm.eps(), src.channels());
          slice.use(factors.get_data_handle().address());
          e.execute(
              "batch norm",
              "slice:" + WinogradChoice.machineCode().orElseThrow(),
              0,
              2 * src.elements() * plan.batch() * Float.BYTES,
              slice::run);
        });
    return bound.isPresent();
  }

  private static SliceNorm.Place place(BoundPlan plan, PlanTensor tensor) {
    long pixel = (long) tensor.pixels() * Float.BYTES;
    return new SliceNorm.Place(
        plan.address(tensor) + tensor.from() * pixel, tensor.parent() * pixel);
  }

  private void compileWhole(Emitter e, Function<String, memory> parameter) {
    BoundPlan plan = e.plan();
    memory target = e.target(dst, Scratch.TARGET);
    memory source = target;
    if (plan.dense(src)) {
      source = plan.memory(src);
    } else {
      e.reorder(plan.view(src), target, false);
    }
    boolean relu = activation.isRelu();
    batch_normalization_forward.primitive_desc description =
        plan.own(
            new batch_normalization_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_inference.value,
                plan.desc(src),
                plan.desc(dst),
                (float) norm.eps(),
                FLAGS | (relu ? normalization_flags.fuse_norm_relu.value : 0),
                e.attributes(),
                false));
    e.execute(
        "batch norm",
        description,
        new batch_normalization_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_DST,
            target,
            DNNL_ARG_MEAN,
            parameter.apply(e.path() + ".running_mean"),
            DNNL_ARG_VARIANCE,
            parameter.apply(e.path() + ".running_var"),
            DNNL_ARG_SCALE,
            parameter.apply(e.path() + ".weight"),
            DNNL_ARG_SHIFT,
            parameter.apply(e.path() + ".bias")));
    if (!relu) {
      Activations.inPlace(e, activation, dst, target);
    }
    e.written(target, dst);
  }
}
