package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_forward;

/**
 * A pool of bytes. It leaves their grid as it is; an average is rounded to the nearest step.
 *
 * @param pool what is computed
 */
record BytePool(Pool pool) implements ByteLayer {
  /** The layer, if oneDNN has such a pool. */
  static Optional<ByteLayer> of(Pool pool) {
    return pool.regular() ? Optional.of(new BytePool(pool)) : Optional.empty();
  }

  @Override
  public boolean readsAnyGrid() {
    return true;
  }

  @Override
  public boolean writesAnyGrid() {
    return true;
  }

  @Override
  public boolean bytesOnly() {
    return true;
  }

  @Override
  public boolean accepts(List<ByteValue> reads, ByteValue write) {
    // A pad that counts is a byte of 0, which has to stand for 0.
    boolean padCounts =
        !pool.largest() && pool.window().countPadding() && !pool.window().padding().isNone();
    return !padCounts || reads.get(0).knownGrid().isPositive();
  }

  @Override
  public void compile(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write) {
    ByteValue read = reads.get(0);
    memory source = values.read(e, read, Scratch.SOURCE);
    boolean same = read.knownGrid().isSameAs(write.knownGrid());
    memory pooled =
        same
            ? values.target(write, Scratch.TARGET)
            : e.plan().temporary(Scratch.PRODUCT, values.desc(write.tensor(), memory.data_type.u8));
    PoolPrimitive layer = new PoolPrimitive(pool, read.tensor(), write.tensor());
    pooling_forward.primitive_desc description =
        layer.describe(
            e,
            prop_kind.forward_inference,
            e.plan().own(source.get_desc()),
            e.plan().own(pooled.get_desc()));
    PoolPrimitive.run(e, description, source, pooled);
    if (same) {
      values.written(e, pooled, write);
    } else {
      values.move(e, pooled, read.knownGrid(), write);
    }
  }
}
