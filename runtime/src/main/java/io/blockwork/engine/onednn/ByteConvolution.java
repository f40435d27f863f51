package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_ZERO_POINTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/**
 * A convolution of bytes by bytes, with whatever is fused into it.
 *
 * <p>Where the activation is linear but for cuts that bytes have by themselves, the output's scale
 * goes into those of the weights, so that each output channel may have its own; otherwise the
 * kernel works in real units and scales at the end.
 *
 * @param conv the convolution
 * @param weight its weight and bias
 * @param activation applied at the end
 * @param sum whether a second input is added before that
 */
record ByteConvolution(Conv conv, FoldedWeight weight, Activation activation, boolean sum)
    implements ByteLayer {

  /** The layer, if oneDNN can apply the activation. */
  static Optional<ByteLayer> of(
      Conv conv, FoldedWeight weight, Activation activation, boolean sum) {
    return Eltwise.isPostOp(activation)
        ? Optional.of(new ByteConvolution(conv, weight, activation, sum))
        : Optional.empty();
  }

  @Override
  public boolean writesAnyGrid() {
    return activation.isNone() && !sum;
  }

  @Override
  public void compile(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write) {
    if (!write.bytes() || (sum && !reads.get(1).bytes())) {
      intoFloats(e, values, weights, reads, write);
    } else {
      intoBytes(e, values, weights, reads, write);
    }
  }

  private void intoBytes(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write) {
    ByteGrid grid = write.knownGrid();
    ByteGrid source = reads.get(0).knownGrid();
    boolean folded = activation.isNone() || grid.cutsAs(activation);
    BoundPlan plan = e.plan();
    memory target = values.target(write, Scratch.TARGET);
    post_ops ops = plan.own(new post_ops());
    primitive_attr attributes = e.attributes();
    IntMemoryMap arguments = e.arguments();
    if (sum) {
      ByteValue addend = reads.get(1);
      boolean inPlace = addend.tensor().equals(write.tensor()) && write.tensor().isWhole();
      if (!inPlace) {
        e.reorder(values.read(e, addend, Scratch.SECOND_SOURCE), target, false);
      }
      ByteGrid old = addend.knownGrid();
      float step = folded ? old.scale(0) / grid.scale(0) : old.scale(0);
      ops.append_sum(step, old.origin(), memory.data_type.u8);
    }
    ByteScaling scaling;
    if (folded) {
      scaling = ByteScaling.into(source, grid);
    } else {
      Eltwise.append(ops, activation);
      scaling = ByteScaling.real(source, conv.out());
      attributes.set_scales_mask(DNNL_ARG_DST, 0);
      arguments.put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, plan.constant(grid.scale(0)));
      if (grid.origin() != 0) {
        attributes.set_zero_points_mask(DNNL_ARG_DST, 0);
        arguments.put(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, values.whole(grid.origin()));
      }
    }
    attributes.set_post_ops(ops);
    execute(e, values, weights, reads.get(0), target, scaling, attributes, arguments);
    values.written(e, target, write);
  }

  private void intoFloats(
      Emitter e, ByteMemory values, PlanWeights weights, List<ByteValue> reads, ByteValue write) {
    BoundPlan plan = e.plan();
    PlanTensor dst = write.tensor();
    memory.desc layout = plan.channelsLast(dst);
    memory target =
        write.bytes()
            ? plan.temporary(Scratch.PRODUCT, layout)
            : e.targetAs(dst, layout, Scratch.PRODUCT);
    post_ops ops = plan.own(new post_ops());
    if (sum) {
      addend(e, values, reads.get(1), write, target);
      ops.append_sum();
    }
    Eltwise.append(ops, activation);
    primitive_attr attributes = e.attributes();
    attributes.set_post_ops(ops);
    ByteScaling scaling = ByteScaling.real(reads.get(0).knownGrid(), conv.out());
    execute(e, values, weights, reads.get(0), target, scaling, attributes, e.arguments());
    if (write.bytes()) {
      memory bytes = values.target(write, Scratch.TARGET);
      values.quantize(e, target, write.knownGrid(), bytes);
      values.written(e, bytes, write);
    } else {
      e.written(target, dst);
    }
  }

  /** Puts what is added to where the sum is made. */
  private static void addend(
      Emitter e, ByteMemory values, ByteValue addend, ByteValue write, memory target) {
    if (addend.bytes()) {
      memory bytes = values.read(e, addend, Scratch.SECOND_SOURCE);
      if (!write.bytes() && addend.tensor().equals(write.tensor())) {
        // The floats are about to overwrite the bytes.
        bytes = values.apart(e, bytes);
      }
      values.dequantize(e, bytes, addend.knownGrid(), target);
    } else if (write.bytes()
        || !(addend.tensor().equals(write.tensor()) && e.isInPlace(target, write.tensor()))) {
      e.reorder(e.plan().view(addend.tensor()), target, false);
    }
  }

  private void execute(
      Emitter e,
      ByteMemory values,
      PlanWeights weights,
      ByteValue source,
      memory target,
      ByteScaling scaling,
      primitive_attr attributes,
      IntMemoryMap arguments) {
    BoundPlan plan = e.plan();
    ConvolutionPrimitive convolution = new ConvolutionPrimitive(conv, conv.in());
    memory bytes = values.read(e, source, Scratch.SOURCE);
    attributes.set_scales_mask(DNNL_ARG_WEIGHTS, convolution.outputDims());
    int origin = source.knownGrid().origin();
    if (origin != 0) {
      attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
      arguments.put(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, values.whole(origin));
    }
    convolution_forward.primitive_desc description =
        plan.own(
            convolution.inference(
                plan.own(bytes.get_desc()),
                plan.own(PackedWeights.vector(conv.out())),
                plan.own(target.get_desc()),
                attributes));
    PackedWeights.Packed packed =
        weights.bytes(weight, convolution, scaling, plan.own(description.weights_desc()));
    arguments.put(DNNL_ARG_SRC, bytes);
    arguments.put(DNNL_ARG_WEIGHTS, packed.weight());
    arguments.put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, packed.scales().orElseThrow());
    arguments.put(DNNL_ARG_BIAS, packed.bias());
    arguments.put(DNNL_ARG_DST, target);
    var dims = plan.own(plan.own(target.get_desc()).get_dims());
    long flops = convolution.flops(plan.batch(), dims.get(2) * dims.get(3));
    e.execute("conv", flops, description, new convolution_forward(description), arguments);
  }
}
