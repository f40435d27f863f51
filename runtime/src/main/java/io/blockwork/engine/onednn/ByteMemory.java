package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_ZERO_POINTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import io.blockwork.engine.norm.ByteSliceNorm;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;

/**
 * Tensors of a plan that hold bytes, channels last, and what turns them into floats and back.
 *
 * <p>A scale and a shift for each channel are a layer norm whose statistics are given: mean 0 and
 * variance 1. Of what oneDNN has, it is the fastest that does so, and exact.
 */
final class ByteMemory {
  private static final int GIVEN_STATISTICS =
      normalization_flags.use_global_stats.value
          | normalization_flags.use_scale.value
          | normalization_flags.use_shift.value;

  private final BoundPlan plan;

  /** Means of 0 and variances of 1, by their number. */
  private final Map<Long, memory> means = new HashMap<>();

  private final Map<Long, memory> variances = new HashMap<>();

  ByteMemory(BoundPlan plan) {
    this.plan = plan;
  }

  /** The dense descriptor of the tensor's shape. */
  memory.desc desc(PlanTensor tensor, memory.data_type type) {
    return plan.own(
        new memory.desc(
            new long[] {plan.batch(), tensor.channels(), tensor.height(), tensor.width()},
            type,
            memory.format_tag.nhwc));
  }

  /** The bytes as they lie in memory, dense or not; of several parts there is no such view. */
  private memory view(ByteValue value) {
    PlanTensor tensor = value.tensor();
    if (value.parts().isPart(tensor)) {
      return part(tensor);
    }
    long pitch = tensor.parent();
    long[] dims = {plan.batch(), tensor.channels(), tensor.height(), tensor.width()};
    long[] strides = {pitch * tensor.pixels(), 1, pitch * tensor.width(), pitch};
    memory.desc desc =
        tensor.isWhole()
            ? desc(tensor, memory.data_type.u8)
            : plan.own(new memory.desc(dims, memory.data_type.u8, strides));
    return plan.wrap(desc, plan.address(tensor) + tensor.from());
  }

  private memory part(PlanTensor tensor) {
    return plan.wrap(desc(tensor, memory.data_type.u8), partAddress(tensor));
  }

  private long partAddress(PlanTensor tensor) {
    return plan.address(tensor) + (long) plan.batch() * tensor.pixels() * tensor.from();
  }

  /** Where the channels of a place lie side by side in the value's bytes. */
  List<ByteSliceNorm.Piece> pieces(ByteValue value) {
    PlanTensor tensor = value.tensor();
    if (!value.parts().bounds().isEmpty()) {
      return value.parts().of(tensor).stream()
          .map(part -> new ByteSliceNorm.Piece(partAddress(part), part.channels(), part.channels()))
          .toList();
    }
    long address = plan.address(tensor) + tensor.from();
    return List.of(new ByteSliceNorm.Piece(address, tensor.parent(), tensor.channels()));
  }

  /** Puts the parts of the value together. */
  private void gather(Emitter e, ByteValue value, memory dense) {
    PlanTensor tensor = value.tensor();
    for (PlanTensor part : value.parts().of(tensor)) {
      long[] dims = {plan.batch(), part.channels(), part.height(), part.width()};
      long[] offsets = {0, part.from() - tensor.from(), 0, 0};
      memory.desc place = plan.own(dense.get_desc()).submemory_desc(dims, offsets);
      e.reorder(part(part), plan.alias(dense, place), false);
    }
  }

  /** The value as dense bytes: its own memory, or a copy, made from floats if need be. */
  memory read(Emitter e, ByteValue value, Scratch scratch) {
    PlanTensor tensor = value.tensor();
    if (value.isDense()) {
      return view(value);
    }
    memory dense = plan.temporary(scratch, desc(tensor, memory.data_type.u8));
    if (value.bytes() && !value.parts().bounds().isEmpty()) {
      gather(e, value, dense);
    } else if (value.bytes()) {
      e.reorder(view(value), dense, false);
    } else {
      quantize(e, value, dense);
    }
    return dense;
  }

  /** A copy of dense bytes whose memory is about to be written. */
  memory apart(Emitter e, memory bytes) {
    memory copy = plan.temporary(Scratch.BETWEEN, plan.own(bytes.get_desc()));
    e.reorder(bytes, copy, false);
    return copy;
  }

  /** Dense bytes to write the value to; {@link #written} has to follow. */
  memory target(ByteValue value, Scratch scratch) {
    return value.isDense()
        ? view(value)
        : plan.temporary(scratch, desc(value.tensor(), memory.data_type.u8));
  }

  /** Brings what was written to the {@link #target} to its place. */
  void written(Emitter e, memory target, ByteValue value) {
    if (!value.isDense()) {
      e.reorder(target, view(value), false);
    }
  }

  private void quantize(Emitter e, ByteValue value, memory to) {
    PlanTensor tensor = value.tensor();
    ByteGrid grid = value.knownGrid();
    memory from = e.readAs(tensor, plan.channelsLast(tensor), Scratch.BETWEEN);
    quantize(e, from, grid, to);
  }

  /** Turns dense floats, channels last, into bytes. */
  void quantize(Emitter e, memory from, ByteGrid grid, memory to) {
    if (grid.isUniform()) {
      reorder(e, from, to, DNNL_ARG_DST, grid);
      return;
    }
    int channels = grid.channels();
    memory scale = vector(channels);
    memory shift = vector(channels);
    for (int c = 0; c < channels; c++) {
      put(scale, c, 1 / grid.scale(c));
      put(shift, c, grid.zero(c));
    }
    perChannel(e, "quantize", from, scale, shift, to);
  }

  /** Turns dense bytes into dense floats, channels last. */
  void dequantize(Emitter e, memory from, ByteGrid grid, memory to) {
    if (grid.isUniform()) {
      reorder(e, from, to, DNNL_ARG_SRC, grid);
      return;
    }
    int channels = grid.channels();
    memory scale = vector(channels);
    memory shift = vector(channels);
    for (int c = 0; c < channels; c++) {
      put(scale, c, grid.scale(c));
      put(shift, c, -grid.scale(c) * grid.zero(c));
    }
    perChannel(e, "dequantize", from, scale, shift, to);
  }

  /** Turns dense bytes of one grid into those of another. */
  private void requantize(Emitter e, memory from, ByteGrid old, ByteGrid grid, memory to) {
    int channels = grid.channels();
    memory scale = vector(channels);
    memory shift = vector(channels);
    for (int c = 0; c < channels; c++) {
      float factor = old.scale(c) / grid.scale(c);
      put(scale, c, factor);
      put(shift, c, grid.zero(c) - old.zero(c) * factor);
    }
    perChannel(e, "requantize", from, scale, shift, to);
  }

  /** Puts dense bytes of a grid where the value's bytes lie, which are of its own grid. */
  void move(Emitter e, memory from, ByteGrid old, ByteValue to) {
    if (old.isSameAs(to.knownGrid())) {
      e.reorder(from, view(to), false);
      return;
    }
    memory target = target(to, Scratch.TARGET);
    requantize(e, from, old, to.knownGrid(), target);
    written(e, target, to);
  }

  private void reorder(Emitter e, memory from, memory to, int scaled, ByteGrid grid) {
    primitive_attr attributes = e.attributes();
    attributes.set_scales_mask(scaled, 0);
    IntMemoryMap arguments = e.arguments(DNNL_ARG_FROM, from, DNNL_ARG_TO, to);
    arguments.put(DNNL_ARG_ATTR_SCALES | scaled, plan.constant(grid.scale(0)));
    if (grid.origin() != 0) {
      attributes.set_zero_points_mask(scaled, 0);
      arguments.put(DNNL_ARG_ATTR_ZERO_POINTS | scaled, whole(grid.origin()));
    }
    reorder.primitive_desc description =
        plan.own(new reorder.primitive_desc(from, to, attributes, false));
    e.execute(
        scaled == DNNL_ARG_SRC ? "dequantize" : "quantize",
        description,
        new reorder(description),
        arguments);
  }

  /** {@code to = scale * from + shift}, rounded to the nearest and cut off if it is bytes. */
  void perChannel(Emitter e, String kind, memory from, memory scale, memory shift, memory to) {
    memory.desc source = matrix(from);
    memory.desc target = matrix(to);
    long rows = plan.own(source.get_dims()).get(0);
    layer_normalization_forward.primitive_desc description =
        plan.own(
            new layer_normalization_forward.primitive_desc(
                BoundPlan.cpu(),
                prop_kind.forward_inference.value,
                source,
                target,
                plan.own(PackedWeights.vector(rows)),
                0f,
                GIVEN_STATISTICS,
                e.attributes(),
                false));
    e.execute(
        kind,
        description,
        new layer_normalization_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            plan.alias(from, source),
            DNNL_ARG_DST,
            plan.alias(to, target),
            DNNL_ARG_MEAN,
            means.computeIfAbsent(rows, n -> filled(n, 0)),
            DNNL_ARG_VARIANCE,
            variances.computeIfAbsent(rows, n -> filled(n, 1)),
            DNNL_ARG_SCALE,
            scale,
            DNNL_ARG_SHIFT,
            shift));
  }

  /** Dense channels-last memory as a matrix of a row a place. */
  private memory.desc matrix(memory values) {
    memory.desc desc = plan.own(values.get_desc());
    var dims = plan.own(desc.get_dims());
    return plan.own(
        new memory.desc(
            new long[] {dims.get(0) * dims.get(2) * dims.get(3), dims.get(1)},
            desc.get_data_type().intern(),
            memory.format_tag.ab));
  }

  private memory filled(long length, float value) {
    memory made = vector(length);
    for (int i = 0; i < length; i++) {
      put(made, i, value);
    }
    return made;
  }

  private memory vector(long length) {
    return plan.keep(plan.own(PackedWeights.vector(length)));
  }

  private static void put(memory vector, int at, float value) {
    FloatBuffer values = NativeValues.floats(vector.get_data_handle().address(), at + 1L);
    values.put(at, value);
  }

  /** A whole number that stays as it is. */
  memory whole(int value) {
    memory constant =
        plan.keep(
            plan.own(new memory.desc(new long[] {1}, memory.data_type.s32, memory.format_tag.x)));
    IntBuffer bits =
        NativeValues.bytes(constant.get_data_handle().address(), Integer.BYTES).asIntBuffer();
    bits.put(0, value);
    return constant;
  }
}
