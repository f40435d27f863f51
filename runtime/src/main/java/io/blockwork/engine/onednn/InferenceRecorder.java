package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Linear;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.engine.onednn.Plan.Lane;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;

/** Takes down the layers of an inference pass; {@link #compile} makes their kernels. */
final class InferenceRecorder implements InferenceBinder {
  private static final int NORM_FLAGS =
      normalization_flags.use_global_stats.value
          | normalization_flags.use_scale.value
          | normalization_flags.use_shift.value;

  private final Parameters parameters;
  private final PackedWeights weights;
  private final Memories memories = new Memories();
  private final List<DeferredKernel> kernels = new ArrayList<>();
  private final Set<PlanTensor> vectors = new HashSet<>();
  private final Set<PlanTensor> linearOutputs = new HashSet<>();
  private final Set<PlanTensor> otherOutputs = new HashSet<>();
  private boolean blocks = true;

  InferenceRecorder(Parameters parameters, PackedWeights weights) {
    this.parameters = parameters;
    this.weights = weights;
  }

  Memories memories() {
    return memories;
  }

  /** Whether the blocked layout is possible, given which tensor holds the images. */
  boolean blocksFit(PlanTensor input) {
    return blocks && LayoutChoice.blocksFit(tensors(), input);
  }

  /** What the layers read and write, but for vectors of linear layers. */
  Set<PlanTensor> tensors() {
    Set<PlanTensor> tensors = new HashSet<>(memories.used());
    tensors.removeAll(vectors);
    return tensors;
  }

  /** Whether only linear layers write the tensor, so that it may be of higher precision. */
  boolean isLinearOutput(PlanTensor tensor) {
    return linearOutputs.contains(tensor)
        && !otherOutputs.contains(tensor)
        && memories.used().contains(tensor);
  }

  /** Makes the kernels. */
  void compile(Plan plan) {
    kernels.forEach(k -> k.compile(plan));
    plan.finish();
  }

  private Kernel kernel(String path, Consumer<Emitter> recipe) {
    DeferredKernel kernel = new DeferredKernel(path, recipe);
    kernels.add(kernel);
    return kernel;
  }

  private PlanTensor in(Tensor tensor) {
    return memories.use(tensor);
  }

  private PlanTensor out(Tensor tensor) {
    PlanTensor own = memories.use(tensor);
    otherOutputs.add(own);
    return own;
  }

  @Override
  public void slots(long... elements) {
    memories.slots(elements);
  }

  @Override
  public Tensor slot(int slot, int channels, int height, int width) {
    return memories.slot(slot, channels, height, width);
  }

  @Override
  public Kernel conv2d(String path, Conv conv, Tensor src, Tensor dst, Epilogue epilogue) {
    Shapes.conv(parameters, path, conv, src, dst);
    epilogue.residual().ifPresent(r -> Shapes.same(path, dst, r));
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    FoldedWeight weight =
        new FoldedWeight(path, conv.bias(), epilogue.norm(), epilogue.eps(), epilogue.factor());
    InferenceConv layer =
        new InferenceConv(
            path, conv, weight, epilogue.residual().map(this::in), epilogue.activation());
    return kernel(path, e -> layer.compile(e, weights, from, to));
  }

  @Override
  public Kernel batchNorm(String path, Norm norm, Activation activation, Tensor src, Tensor dst) {
    Shapes.norm(parameters, path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> batchNorm(e, norm, activation, from, to));
  }

  private void batchNorm(
      Emitter e, Norm norm, Activation activation, PlanTensor src, PlanTensor dst) {
    Plan plan = e.plan();
    memory target = e.target(dst, Lane.TARGET);
    memory source = target;
    if (plan.dense(src)) {
      source = plan.memory(src);
    } else {
      e.reorder(plan.view(src), target, false);
    }
    boolean relu = activation.equals(Activation.RELU);
    batch_normalization_forward.primitive_desc description =
        plan.own(
            new batch_normalization_forward.primitive_desc(
                Plan.cpu(),
                prop_kind.forward_inference.value,
                plan.desc(src),
                plan.desc(dst),
                (float) norm.eps(),
                NORM_FLAGS | (relu ? normalization_flags.fuse_norm_relu.value : 0),
                e.attributes(),
                false));
    e.execute(
        "batch norm",
        description,
        new batch_normalization_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_DST,
            target,
            DNNL_ARG_MEAN,
            parameter(plan, e.path() + ".running_mean"),
            DNNL_ARG_VARIANCE,
            parameter(plan, e.path() + ".running_var"),
            DNNL_ARG_SCALE,
            parameter(plan, e.path() + ".weight"),
            DNNL_ARG_SHIFT,
            parameter(plan, e.path() + ".bias")));
    if (!relu) {
      Activations.forward(e, activation, target, target);
    }
    e.written(target, dst);
  }

  private memory parameter(Plan plan, String name) {
    NativeValues values = parameters.values(name);
    return plan.wrap(plan.own(PackedWeights.vector(values.length())), values.address());
  }

  @Override
  public Kernel maxPool(String path, Window window, Tensor src, Tensor dst) {
    Shapes.pool(path, window, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pooling.max(window).infer(e, from, to));
  }

  @Override
  public Kernel avgPool(String path, Window window, Tensor src, Tensor dst) {
    Shapes.pool(path, window, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pooling.average(window).infer(e, from, to));
  }

  @Override
  public Kernel globalAvgPool(String path, Tensor src, Tensor dst) {
    Shapes.vector(path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pooling.global(from).infer(e, from, to));
  }

  @Override
  public Kernel linear(String path, Linear linear, Activation activation, Tensor src, Tensor dst) {
    Shapes.linear(parameters, path, linear, src, dst);
    PlanTensor from = in(src);
    if (dst.height() * dst.width() > 1) {
      PlanTensor to = out(dst);
      InferenceConv layer =
          new InferenceConv(
              path,
              Conv.conv(src.channels(), dst.channels(), 1),
              FoldedWeight.plain(path, linear.bias()),
              Optional.empty(),
              activation);
      return kernel(path, e -> layer.compile(e, weights, from, to));
    }
    PlanTensor to = in(dst);
    if (from.pixels() == 1) {
      vectors.add(from);
    }
    vectors.add(to);
    linearOutputs.add(to);
    return kernel(path, e -> linear(e, linear, activation, from, to));
  }

  private void linear(
      Emitter e, Linear linear, Activation activation, PlanTensor src, PlanTensor dst) {
    Plan plan = e.plan();
    memory source = Dense.read(e, src, Lane.SOURCE);
    memory target = Dense.target(e, dst, Lane.TARGET);
    int in = (int) src.elements();
    int out = dst.channels();
    boolean fused = Eltwise.isPostOp(activation);
    memory.desc any =
        plan.own(new memory.desc(new long[] {out, in}, plan.type(src), memory.format_tag.any));
    inner_product_forward.primitive_desc description =
        plan.own(
            new inner_product_forward.primitive_desc(
                Plan.cpu(),
                prop_kind.forward_inference,
                Dense.matrix(plan, src),
                any,
                plan.own(PackedWeights.vector(out)),
                Dense.matrix(plan, dst),
                e.attributes(false, fused ? activation : Activation.NONE),
                false));
    PackedWeights.Packed packed =
        weights.linear(e.path(), linear.bias(), out, in, plan.own(description.weights_desc()));
    e.execute(
        "linear",
        2L * in * out * plan.batch(),
        description,
        new inner_product_forward(description),
        e.arguments(
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_WEIGHTS,
            packed.weight(),
            DNNL_ARG_BIAS,
            packed.bias(),
            DNNL_ARG_DST,
            target));
    if (!fused) {
      Activations.forward(e, activation, target, target);
    }
    Dense.written(e, dst, Lane.TARGET);
  }

  @Override
  public Kernel sum(String path, Activation activation, Tensor dst, Addend... addends) {
    List<Sums.Term> terms = new ArrayList<>();
    for (Addend addend : addends) {
      Shapes.same(path, dst, addend.tensor());
      terms.add(new Sums.Term(in(addend.tensor()), addend.factor()));
    }
    PlanTensor to = out(dst);
    return kernel(path, e -> Sums.forward(e, activation, terms, to));
  }

  @Override
  public Kernel scale(String path, Tensor src, Tensor gate, Tensor dst) {
    Shapes.same(path, src, dst);
    Shapes.vector(path, src, gate);
    PlanTensor from = in(src);
    PlanTensor factors = in(gate);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pointwise.scale(e, from, factors, to));
  }

  @Override
  public Kernel padShortcut(String path, int stride, Tensor src, Tensor dst) {
    Shapes.padShortcut(path, stride, src, dst);
    // Channels move by half of what is missing, which need not be whole blocks.
    blocks = false;
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pointwise.padShortcut(e, stride, from, to));
  }
}
