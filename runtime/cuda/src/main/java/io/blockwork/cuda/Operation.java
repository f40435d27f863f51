package io.blockwork.cuda;

import java.util.List;
import java.util.function.Consumer;

/**
 * A part of a layer, as written down in the order of the pass: what it reads and writes is known,
 * so that {@link Fusion} can join it with others before it becomes launches.
 */
interface Operation {
  /** The layer. */
  String path();

  /** Tensors that it reads. */
  List<CudaTensor> reads();

  /** Tensors that it writes; what it adds to it reads too. */
  List<CudaTensor> writes();

  /** Makes the launches. */
  void emit(Emitter to);

  /** An operation that nothing is joined with. */
  record Plain(
      String path, List<CudaTensor> reads, List<CudaTensor> writes, Consumer<Emitter> recipe)
      implements Operation {
    @Override
    public void emit(Emitter to) {
      recipe.accept(to);
    }
  }

  /** Whether it reads or writes any of the tensor's memory. */
  default boolean touches(CudaTensor tensor) {
    return reads(tensor) || writes(tensor);
  }

  /** Whether it reads any of the tensor's memory. */
  default boolean reads(CudaTensor tensor) {
    return reads().stream().anyMatch(tensor::overlaps);
  }

  /** Whether it writes any of the tensor's memory. */
  default boolean writes(CudaTensor tensor) {
    return writes().stream().anyMatch(tensor::overlaps);
  }
}
