package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.blockwork.engine.Window;
import io.blockwork.engine.onednn.Plan.Lane;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** Max and average pools. */
final class Pooling {
  private static final long[] NO_DILATION = {0, 0};

  private final algorithm algorithm;
  private final long[] kernel;
  private final long[] stride;
  private final long[] before;
  private final long[] behind;

  private Pooling(algorithm algorithm, long[] kernel, long[] stride, long[] before, long[] behind) {
    this.algorithm = algorithm;
    this.kernel = kernel;
    this.stride = stride;
    this.before = before;
    this.behind = behind;
  }

  static Pooling max(Window window) {
    return of(org.bytedeco.dnnl.global.dnnl.algorithm.pooling_max, window);
  }

  static Pooling average(Window window) {
    return of(org.bytedeco.dnnl.global.dnnl.algorithm.pooling_avg_include_padding, window);
  }

  /** The mean of each channel. */
  static Pooling global(PlanTensor src) {
    return new Pooling(
        org.bytedeco.dnnl.global.dnnl.algorithm.pooling_avg_include_padding,
        new long[] {src.height(), src.width()},
        new long[] {1, 1},
        new long[] {0, 0},
        new long[] {0, 0});
  }

  private static Pooling of(algorithm algorithm, Window window) {
    return new Pooling(
        algorithm,
        new long[] {window.kernelHeight(), window.kernelWidth()},
        new long[] {window.strideHeight(), window.strideWidth()},
        new long[] {window.padding().top(), window.padding().left()},
        new long[] {window.padding().bottom(), window.padding().right()});
  }

  /** Forward without a gradient. */
  void infer(Emitter e, PlanTensor src, PlanTensor dst) {
    forward(e, src, dst, describe(e, prop_kind.forward_inference, src, dst), Optional.empty());
  }

  /** Forward without a gradient, from {@code src} to dense temporary memory of a shape. */
  memory forward(Emitter e, PlanTensor src, PlanTensor shape) {
    memory target = e.plan().temporary(Lane.TARGET, e.plan().desc(shape));
    pooling_forward.primitive_desc description =
        describe(e, prop_kind.forward_inference, src, shape);
    e.execute(
        "pool",
        description,
        new pooling_forward(description),
        e.arguments(DNNL_ARG_SRC, e.read(src, Lane.SOURCE), DNNL_ARG_DST, target));
    return target;
  }

  /** Sums all pixels of dense values into dense memory, as a mean times their number. */
  void sum(Emitter e, memory values, PlanTensor shape, PlanTensor dst, memory target) {
    pooling_forward.primitive_desc description =
        describe(e, prop_kind.forward_inference, shape, dst);
    e.execute(
        "pool",
        description,
        new pooling_forward(description),
        e.arguments(DNNL_ARG_SRC, values, DNNL_ARG_DST, target));
    Activations.multiply(e, target, kernel[0] * kernel[1], target);
  }

  pooling_forward.primitive_desc describe(
      Emitter e, prop_kind prop, PlanTensor src, PlanTensor dst) {
    return e.plan()
        .own(
            new pooling_forward.primitive_desc(
                Plan.cpu(),
                prop,
                algorithm,
                e.plan().desc(src),
                e.plan().desc(dst),
                stride,
                kernel,
                NO_DILATION,
                before,
                behind,
                e.attributes(),
                false));
  }

  private void forward(
      Emitter e,
      PlanTensor src,
      PlanTensor dst,
      pooling_forward.primitive_desc description,
      Optional<memory> workspace) {
    memory source = e.read(src, Lane.SOURCE);
    memory target = e.target(dst, Lane.TARGET);
    IntMemoryMap arguments = e.arguments(DNNL_ARG_SRC, source, DNNL_ARG_DST, target);
    workspace.ifPresent(w -> arguments.put(DNNL_ARG_WORKSPACE, w));
    e.execute("pool", description, new pooling_forward(description), arguments);
    e.written(target, dst);
  }

  /** Forward and backward of a training pass. */
  void train(
      DeferredLayer.Steps steps,
      PlanTensor src,
      PlanTensor dst,
      PlanTensor dDst,
      PlanTensor dSrc,
      boolean accumulate) {
    Emitter e = steps.forward();
    pooling_forward.primitive_desc description = describe(e, prop_kind.forward_training, src, dst);
    memory.desc winners = e.plan().own(description.workspace_desc());
    Optional<memory> workspace =
        winners.get_size() > 0 ? Optional.of(e.plan().keep(winners)) : Optional.empty();
    forward(e, src, dst, description, workspace);
    steps.recompute().repeat(e);
    if (steps.inputGradient()) {
      backward(steps.backward(), dDst, dSrc, accumulate, description, workspace);
    }
  }

  void backward(
      Emitter e,
      PlanTensor dDst,
      PlanTensor dSrc,
      boolean accumulate,
      pooling_forward.primitive_desc forward,
      Optional<memory> workspace) {
    memory gradient = e.read(dDst, Lane.SOURCE);
    memory result = e.gradient(dSrc, accumulate, e.plan().desc(dSrc));
    pooling_backward.primitive_desc description =
        e.plan()
            .own(
                new pooling_backward.primitive_desc(
                    Plan.cpu(),
                    algorithm,
                    e.plan().desc(dSrc),
                    e.plan().desc(dDst),
                    stride,
                    kernel,
                    NO_DILATION,
                    before,
                    behind,
                    forward,
                    e.attributes(),
                    false));
    IntMemoryMap arguments = e.arguments(DNNL_ARG_DIFF_DST, gradient, DNNL_ARG_DIFF_SRC, result);
    workspace.ifPresent(w -> arguments.put(DNNL_ARG_WORKSPACE, w));
    e.execute("pool backward", description, new pooling_backward(description), arguments);
    e.accumulated(result, dSrc, accumulate);
  }
}
