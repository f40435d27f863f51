package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;

/**
 * A dropout of a training pass: it keeps its mask from the forward to the backward pass. The mask
 * is a function of the seed and the number of the pass, so that a training that is taken up again
 * drops the same values.
 */
final class TrainingDropout {
  private final double rate;
  private final int keep;
  private final int bytes;
  private final ByteBuffer mask;
  private final long seed;
  private final LongSupplier passes;

  private TrainingDropout(
      BoundPlan plan, double rate, long seed, LongSupplier passes, memory mask) {
    this.rate = rate;
    this.bytes = plan.precision().bytes();
    int bits = Float.floatToIntBits((float) (rate < 1 ? 1 / (1 - rate) : 0));
    this.keep = bytes == Float.BYTES ? bits : (bits + 0x8000) >>> 16;
    long size = plan.own(mask.get_desc()).get_size();
    this.mask = NativeValues.bytes(mask.get_data_handle().address(), size);
    this.seed = seed;
    this.passes = passes;
  }

  /** Makes the layer's kernels. */
  static void compile(
      DeferredLayer.Emitters emitters,
      double rate,
      long seed,
      LongSupplier passes,
      PlanTensor src,
      PlanTensor dst,
      PlanTensor dDst,
      GradientTarget dSrc) {
    BoundPlan plan = emitters.forward().plan();
    memory mask = plan.keep(plan.desc(src));
    TrainingDropout dropout = new TrainingDropout(plan, rate, seed, passes, mask);
    Emitter e = emitters.recompute();
    memory target = e.target(dst, Scratch.TARGET);
    multiply(e, e.read(src, Scratch.SOURCE), mask, target);
    e.written(target, dst);
    emitters.forward().add(dropout::draw);
    emitters.forward().repeat(e);
    if (dSrc.needed()) {
      memory result = dSrc.memory(emitters.backward());
      multiply(emitters.backward(), emitters.backward().read(dDst, Scratch.SOURCE), mask, result);
      dSrc.written(emitters.backward(), result);
    }
  }

  private static void multiply(Emitter e, memory values, memory mask, memory target) {
    e.binary(algorithm.binary_mul, values, mask, target, Activation.NONE);
  }

  private void draw() {
    SplittableRandom ofPass = new SplittableRandom(seed + passes.getAsLong());
    SplittableRandom random = new SplittableRandom(ofPass.nextLong());
    long limit = (long) (rate * (1L << 32));
    for (int i = 0; i < mask.capacity(); i += bytes) {
      int value = (random.nextInt() & 0xffffffffL) < limit ? 0 : keep;
      if (bytes == Float.BYTES) {
        mask.putInt(i, value);
      } else {
        mask.putShort(i, (short) value);
      }
    }
  }
}
