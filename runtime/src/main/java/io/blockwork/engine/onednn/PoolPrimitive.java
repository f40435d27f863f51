package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.blockwork.engine.Window;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/**
 * Max and average pools: oneDNN's, or a loop of ours where it has no fast one.
 *
 * @param pool what is computed
 * @param src the input's shape
 * @param dst the output's shape
 */
record PoolPrimitive(Pool pool, PlanTensor src, PlanTensor dst) {
  private static final long[] NO_DILATION = {0, 0};

  /** Forward without a gradient. */
  void infer(Emitter e) {
    Optional<pooling_forward.primitive_desc> fast = fast(e, prop_kind.forward_inference);
    if (fast.isPresent()) {
      forward(e, fast.get(), Optional.empty());
    } else {
      new PoolLoop(e.plan(), pool, src, dst, false).forward(e);
    }
  }

  /** Forward and backward of a training pass. */
  void train(DeferredLayer.Emitters emitters, PlanTensor dDst, GradientTarget dSrc) {
    Emitter e = emitters.forward();
    Optional<pooling_forward.primitive_desc> fast = fast(e, prop_kind.forward_training);
    if (fast.isEmpty()) {
      PoolLoop loop = new PoolLoop(e.plan(), pool, src, dst, dSrc.needed());
      loop.forward(e);
      emitters.recompute().repeat(e);
      if (dSrc.needed()) {
        loop.backward(emitters.backward(), dDst, dSrc);
      }
      return;
    }
    memory.desc winners = e.plan().own(fast.get().workspace_desc());
    Optional<memory> workspace =
        winners.get_size() > 0 ? Optional.of(e.plan().keep(winners)) : Optional.empty();
    forward(e, fast.get(), workspace);
    emitters.recompute().repeat(e);
    if (dSrc.needed()) {
      backward(emitters.backward(), dDst, dSrc, fast.get(), workspace);
    }
  }

  /** oneDNN's forward, if it computes the same and is fast, and its backward as well. */
  private Optional<pooling_forward.primitive_desc> fast(Emitter e, prop_kind kind) {
    if (!pool.regular()) {
      return Optional.empty();
    }
    pooling_forward.primitive_desc forward = describe(e, kind);
    boolean slow =
        Emitter.isReference(forward)
            || (kind == prop_kind.forward_training
                && Emitter.isReference(describeBackward(e, forward)));
    return slow ? Optional.empty() : Optional.of(forward);
  }

  private algorithm algorithm() {
    Window window = pool.window();
    if (pool.largest()) {
      return algorithm.pooling_max;
    }
    boolean within = window.padding().isNone() && !window.ceil();
    return within || window.countPadding()
        ? algorithm.pooling_avg_include_padding
        : algorithm.pooling_avg_exclude_padding;
  }

  private long[] kernel() {
    return new long[] {pool.window().kernelHeight(), pool.window().kernelWidth()};
  }

  private long[] stride() {
    return new long[] {pool.window().strideHeight(), pool.window().strideWidth()};
  }

  private long[] before() {
    return new long[] {pool.window().padding().top(), pool.window().padding().left()};
  }

  /** oneDNN's forward. */
  pooling_forward.primitive_desc describe(Emitter e, prop_kind kind) {
    return describe(e, kind, e.plan().desc(src), e.plan().desc(dst));
  }

  /** The same on memory of these descriptions. */
  pooling_forward.primitive_desc describe(
      Emitter e, prop_kind kind, memory.desc source, memory.desc target) {
    return e.plan()
        .own(
            new pooling_forward.primitive_desc(
                BoundPlan.cpu(),
                kind,
                algorithm(),
                source,
                target,
                stride(),
                kernel(),
                NO_DILATION,
                before(),
                pool.paddingBehind(src),
                e.attributes(),
                false));
  }

  private pooling_backward.primitive_desc describeBackward(
      Emitter e, pooling_forward.primitive_desc forward) {
    return e.plan()
        .own(
            new pooling_backward.primitive_desc(
                BoundPlan.cpu(),
                algorithm(),
                e.plan().desc(src),
                e.plan().desc(dst),
                stride(),
                kernel(),
                NO_DILATION,
                before(),
                pool.paddingBehind(src),
                forward,
                e.attributes(),
                false));
  }

  /** oneDNN's forward, from dense memory to dense memory. */
  static void run(
      Emitter e, pooling_forward.primitive_desc description, memory source, memory target) {
    e.execute(
        "pool",
        description,
        new pooling_forward(description),
        e.arguments(DNNL_ARG_SRC, source, DNNL_ARG_DST, target));
  }

  private void forward(
      Emitter e, pooling_forward.primitive_desc description, Optional<memory> workspace) {
    memory source = e.read(src, Scratch.SOURCE);
    memory target = e.target(dst, Scratch.TARGET);
    IntMemoryMap arguments = e.arguments(DNNL_ARG_SRC, source, DNNL_ARG_DST, target);
    workspace.ifPresent(w -> arguments.put(DNNL_ARG_WORKSPACE, w));
    e.execute("pool", description, new pooling_forward(description), arguments);
    e.written(target, dst);
  }

  /** oneDNN's backward. */
  void backward(
      Emitter e,
      PlanTensor dDst,
      GradientTarget dSrc,
      pooling_forward.primitive_desc forward,
      Optional<memory> workspace) {
    memory gradient = e.read(dDst, Scratch.SOURCE);
    memory result = dSrc.memory(e);
    pooling_backward.primitive_desc description = describeBackward(e, forward);
    IntMemoryMap arguments = e.arguments(DNNL_ARG_DIFF_DST, gradient, DNNL_ARG_DIFF_SRC, result);
    workspace.ifPresent(w -> arguments.put(DNNL_ARG_WORKSPACE, w));
    e.execute("pool backward", description, new pooling_backward(description), arguments);
    dSrc.written(e, result);
  }
}
