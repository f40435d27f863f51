package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Norm;
import io.blockwork.engine.norm.ByteSliceNorm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.engine.onednn.PackedWeights.Packed;
import io.blockwork.engine.x86.VectorSet;
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
  public boolean gathers() {
    return WinogradChoice.machineCode().isPresent();
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
    Optional<ByteGrid> to = write.bytes() ? write.grid() : Optional.empty();
    Packed factors = weights.byteNorm(e.path(), norm.eps(), read.knownGrid(), to);
    if (gathered(e, values, factors, read, write)) {
      return;
    }
    memory source = values.read(e, read, Scratch.SOURCE);
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

  /** Whether code of our own computes it, in one pass wherever the input's channels lie. */
  private boolean gathered(
      Emitter e, ByteMemory values, Packed factors, ByteValue read, ByteValue write) {
    BoundPlan plan = e.plan();
    List<ByteSliceNorm.Piece> pieces = values.pieces(read);
    if (pieces.stream().anyMatch(p -> p.channels() < ByteSliceNorm.LEAST_CHANNELS)) {
      return false;
    }
    int places = Math.multiplyExact(plan.batch(), read.tensor().pixels());
    var problem = new ByteSliceNorm.Problem(places, pieces, !write.bytes());
    Optional<VectorSet> vectors = WinogradChoice.machineCode();
    Optional<ByteSliceNorm> bound =
        vectors.flatMap(v -> ByteSliceNorm.bind(problem, v, plan.threads()));
    bound.ifPresent(
        norm -> {
          plan.onClose(norm::close);
          norm.use(address(factors.weight()), address(factors.bias()));
          memory target = gatheringTarget(e, values, read, write);
          plan.onFinish(() -> norm.write(address(target)));
          long bytes = plan.own(target.get_desc()).get_size();
          e.execute(
              "batch norm",
              "bytes:" + vectors.orElseThrow(),
              0,
              (long) places * read.tensor().channels() + bytes,
              norm::run);
          if (!write.bytes()) {
            Activations.inPlace(e, activation, write.tensor(), target);
            e.written(target, write.tensor());
          } else if (write.tensor().storage() == read.tensor().storage()) {
            values.move(e, target, write.knownGrid(), write);
          } else {
            values.written(e, target, write);
          }
        });
    return bound.isPresent();
  }

  /** Memory for dense results, which is not that of the input: it is gathered from all places. */
  private static memory gatheringTarget(
      Emitter e, ByteMemory values, ByteValue read, ByteValue write) {
    BoundPlan plan = e.plan();
    PlanTensor dst = write.tensor();
    memory.desc floats = plan.channelsLast(dst);
    if (dst.storage() == read.tensor().storage()) {
      return plan.temporary(
          Scratch.TARGET, write.bytes() ? values.desc(dst, memory.data_type.u8) : floats);
    }
    return write.bytes()
        ? values.target(write, Scratch.TARGET)
        : e.targetAs(dst, floats, Scratch.TARGET);
  }

  private static long address(memory memory) {
    return memory.get_data_handle().address();
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
