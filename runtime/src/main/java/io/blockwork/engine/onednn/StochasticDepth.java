package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;

/**
 * Stochastic depth: a factor for each image, kept from the forward to the backward pass. It is a
 * function of the seed and the number of the pass, as dropout's mask is.
 */
final class StochasticDepth {
  private final double rate;
  private final long seed;
  private final LongSupplier passes;

  StochasticDepth(double rate, long seed, LongSupplier passes) {
    this.rate = rate;
    this.seed = seed;
    this.passes = passes;
  }

  /** Makes the layer's kernels. */
  void compile(
      DeferredLayer.Emitters emitters,
      PlanTensor src,
      PlanTensor dst,
      PlanTensor dDst,
      GradientTarget dSrc) {
    BoundPlan plan = emitters.forward().plan();
    // A factor for each channel as well: oneDNN is not fast on one an image.
    memory gate =
        plan.keep(
            plan.own(plan.layout().desc(plan.precision(), plan.batch(), src.channels(), 1, 1)));
    Emitter e = emitters.recompute();
    memory target = e.target(dst, Scratch.TARGET);
    e.binary(algorithm.binary_mul, e.read(src, Scratch.SOURCE), gate, target, Activation.NONE);
    e.written(target, dst);
    ImageValues factors = ImageValues.of(gate, plan.precision(), plan.batch(), src.channels());
    emitters.forward().add(() -> draw(plan.batch(), factors, new float[src.channels()]));
    emitters.forward().repeat(e);
    if (dSrc.needed()) {
      Emitter back = emitters.backward();
      memory result = dSrc.memory(back);
      back.binary(
          algorithm.binary_mul, back.read(dDst, Scratch.SOURCE), gate, result, Activation.NONE);
      dSrc.written(back, result);
    }
  }

  private void draw(int batch, ImageValues factors, float[] ofImage) {
    SplittableRandom ofPass = new SplittableRandom(seed + passes.getAsLong());
    SplittableRandom random = new SplittableRandom(ofPass.nextLong());
    for (int n = 0; n < batch; n++) {
      Arrays.fill(ofImage, random.nextDouble() < rate ? 0 : (float) (1 / (1 - rate)));
      factors.write(n, 0, ofImage, ofImage.length);
    }
  }
}
