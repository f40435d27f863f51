package io.blockwork.engine.onednn;

import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.List;
import org.bytedeco.dnnl.memory;

/** A copy of bytes, to another grid if need be. */
record ByteCopy() implements ByteLayer {
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
  public void compile(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write) {
    ByteValue read = reads.get(0);
    memory source = values.read(e, read, Scratch.SOURCE);
    values.move(e, source, read.knownGrid(), write);
  }
}
