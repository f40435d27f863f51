package io.blockwork.engine.onednn;

import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import java.util.List;
import java.util.Optional;

/**
 * A layer of an inference pass as it was recorded, with the two ways of computing it.
 *
 * @param key tells it, with what is fused into it, from others
 * @param path its module name
 * @param reads its inputs
 * @param write its output
 * @param floats binds it in single precision
 * @param bytes computes it in 8-bit integers, if there is a way
 */
record Step(
    String key,
    String path,
    List<PlanTensor> reads,
    PlanTensor write,
    Floats floats,
    Optional<ByteLayer> bytes) {

  /** Binds a layer to other tensors of the same shapes than it was recorded with. */
  @FunctionalInterface
  interface Floats {
    Kernel bind(InferenceBinder binder, List<PlanTensor> reads, PlanTensor write);
  }
}
