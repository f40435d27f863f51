package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Norm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.engine.onednn.PackedWeights.Packed;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

/**
 * A batch norm of bytes with its running statistics, in one pass: it takes in the grids of its
 * input's channels, and writes in steps of its output's.
 *
 * @param norm its constants
 * @param activation none, ReLU or clipping
 */
record ByteNorm(Norm norm, Activation activation) implements ByteLayer {
  /** The layer, if its activation costs no pass of its own. */
  static Optional<ByteLayer> of(Norm norm, Activation activation) {
    return activation.isNone()
            || activation.isRelu()
            || activation.function() == Activation.Function.CLIP
        ? Optional.of(new ByteNorm(norm, activation))
        : Optional.empty();
  }

  @Override
  public boolean readsAnyGrid() {
    return true;
  }

  @Override
  public boolean accepts(List<ByteValue> reads, ByteValue write) {
    return reads.get(0).bytes()
        && (activation.isNone() || !write.bytes() || write.knownGrid().cutsAs(activation));
  }

  @Override
  public void compile(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write) {
    ByteValue read = reads.get(0);
    memory source = values.read(e, read, Scratch.SOURCE);
    Optional<ByteGrid> to = write.bytes() ? write.grid() : Optional.empty();
    Packed factors = weights.byteNorm(e.path(), norm.eps(), read.knownGrid(), to);
    if (write.bytes()) {
      memory target = values.target(write, Scratch.TARGET);
      values.perChannel(e, "batch norm", source, factors.weight(), factors.bias(), target);
      values.written(e, target, write);
      return;
    }
    PlanTensor dst = write.tensor();
    if (dst.storage() == read.tensor().storage()) {
      // The floats are about to overwrite the bytes.
      source = values.apart(e, source);
    }
    memory target = e.targetAs(dst, e.plan().channelsLast(dst), Scratch.TARGET);
    values.perChannel(e, "batch norm", source, factors.weight(), factors.bias(), target);
    Activations.inPlace(e, activation, dst, target);
    e.written(target, dst);
  }

  /**
   * Works out what each byte is multiplied by, and what is then added.
   *
   * @param norm the batch norm
   * @param from what the bytes stand for
   * @param to the steps of the output, if it is bytes
   * @param packed receives factors and addends
   */
  static void fill(
      Parameters parameters,
      FoldedWeight norm,
      ByteGrid from,
      Optional<ByteGrid> to,
      Packed packed) {
    int channels = from.channels();
    FloatBuffer factors = FloatBuffer.allocate(channels);
    FloatBuffer addends = FloatBuffer.allocate(channels);
    norm.fill(parameters, factors, addends);
    FloatBuffer scale = PackedWeights.floats(packed.weight(), channels);
    FloatBuffer shift = PackedWeights.floats(packed.bias(), channels);
    for (int c = 0; c < channels; c++) {
      float step = to.isPresent() ? to.get().scale(c) : 1;
      float origin = to.isPresent() ? to.get().zero(c) : 0;
      float factor = factors.get(c) * from.scale(c) / step;
      scale.put(c, factor);
      shift.put(c, addends.get(c) / step + origin - factor * from.zero(c));
    }
  }
}
