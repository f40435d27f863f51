package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.dnnl.memory;

/**
 * Takes down the layers of an inference pass; {@link DeferredKernel#compile} makes their kernels.
 */
final class InferenceRecorder implements InferenceBinder {
  private final Parameters parameters;
  private final PlanWeights weights;
  private final Memories memories = new Memories();
  private final List<DeferredKernel> kernels = new ArrayList<>();
  private final List<InferenceWinograd> convolutions = new ArrayList<>();
  private final Set<PlanTensor> inputs = new HashSet<>();
  private final Set<PlanTensor> linearOutputs = new HashSet<>();
  private final Set<PlanTensor> otherOutputs = new HashSet<>();
  private boolean blocks = true;

  InferenceRecorder(Parameters parameters, PlanWeights weights) {
    this.parameters = parameters;
    this.weights = weights;
  }

  Memories memories() {
    return memories;
  }

  /** Whether the blocked layout is possible, given which tensor holds the images. */
  boolean blocksFit(PlanTensor input) {
    return blocks && LayoutChoice.blocksFit(memories.used(), input);
  }

  /** Whether most of what convolutions compute is filtered. */
  boolean isMostlyFiltered(WinogradChoice winograd) {
    long all = 0;
    long filtered = 0;
    for (InferenceWinograd convolution : convolutions) {
      long flops = convolution.flops(1);
      all += flops;
      filtered += convolution.isBetter(winograd) ? flops : 0;
    }
    return filtered > all / 2;
  }

  /**
   * Whether only linear layers write the tensor, and none reads it, so that it may be of higher
   * precision.
   */
  boolean isLinearOutput(PlanTensor tensor) {
    return linearOutputs.contains(tensor)
        && !otherOutputs.contains(tensor)
        && !inputs.contains(tensor)
        && memories.used().contains(tensor);
  }

  /** What has been taken down, in order. */
  List<DeferredKernel> kernels() {
    return kernels;
  }

  private Kernel kernel(String path, Consumer<Emitter> recipe) {
    DeferredKernel kernel = new DeferredKernel(path, recipe);
    kernels.add(kernel);
    return kernel;
  }

  private PlanTensor in(Tensor tensor) {
    PlanTensor own = memories.use(tensor);
    inputs.add(own);
    return own;
  }

  private PlanTensor out(Tensor tensor) {
    PlanTensor own = memories.use(tensor);
    otherOutputs.add(own);
    return own;
  }

  /** A parameter of one value a channel, or one for all, as it is in {@link Parameters}. */
  private memory parameter(BoundPlan plan, String name) {
    NativeValues values = parameters.values(name);
    return plan.wrap(plan.own(PackedWeights.vector(values.length())), values.address());
  }

  private Optional<ScaleAndShift> scaleAndShift(Emitter e, boolean affine) {
    return affine
        ? Optional.of(
            new ScaleAndShift(
                parameter(e.plan(), e.path() + ".weight"), parameter(e.plan(), e.path() + ".bias")))
        : Optional.empty();
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
    BindChecks.conv(parameters, path, conv, src, dst);
    epilogue.residual().ifPresent(r -> BindChecks.same(path, dst, r));
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    FoldedWeight weight =
        new FoldedWeight(path, conv.bias(), epilogue.norm(), epilogue.eps(), epilogue.factor());
    InferenceConv layer =
        new InferenceConv(
            path, conv, weight, epilogue.residual().map(this::in), epilogue.activation());
    convolutions.add(new InferenceWinograd(layer, from, to));
    return kernel(path, e -> layer.compile(e, weights, from, to));
  }

  @Override
  public Kernel batchNorm(String path, Norm norm, Activation activation, Tensor src, Tensor dst) {
    BindChecks.norm(parameters, path, src, dst);
    InferenceNorm layer = new InferenceNorm(norm, activation, in(src), out(dst));
    return kernel(path, e -> layer.compile(e, weights, name -> parameter(e.plan(), name)));
  }

  @Override
  public Kernel maxPool(String path, Window window, Tensor src, Tensor dst) {
    BindChecks.pool(path, window, src, dst);
    return pool(path, Pool.of(true, window, in(src)), src, dst);
  }

  @Override
  public Kernel avgPool(String path, Window window, Tensor src, Tensor dst) {
    BindChecks.pool(path, window, src, dst);
    return pool(path, Pool.of(false, window, in(src)), src, dst);
  }

  @Override
  public Kernel adaptiveAvgPool(String path, Tensor src, Tensor dst) {
    BindChecks.adaptivePool(path, src, dst);
    return pool(path, Pool.adaptive(false, in(src), out(dst)), src, dst);
  }

  @Override
  public Kernel adaptiveMaxPool(String path, Tensor src, Tensor dst) {
    BindChecks.adaptivePool(path, src, dst);
    return pool(path, Pool.adaptive(true, in(src), out(dst)), src, dst);
  }

  @Override
  public Kernel globalAvgPool(String path, Tensor src, Tensor dst) {
    BindChecks.vector(path, src, dst);
    return pool(path, Pool.global(false, in(src)), src, dst);
  }

  @Override
  public Kernel globalMaxPool(String path, Tensor src, Tensor dst) {
    BindChecks.vector(path, src, dst);
    return pool(path, Pool.global(true, in(src)), src, dst);
  }

  private Kernel pool(String path, Pool pool, Tensor src, Tensor dst) {
    PoolPrimitive layer = new PoolPrimitive(pool, in(src), out(dst));
    return kernel(path, layer::infer);
  }

  @Override
  public Kernel linear(String path, Linear linear, Activation activation, Tensor src, Tensor dst) {
    BindChecks.linear(parameters, path, linear, src, dst);
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
    PlanTensor to = memories.use(dst);
    linearOutputs.add(to);
    InferenceLinear layer = new InferenceLinear(linear, activation, from, to);
    return kernel(path, e -> layer.compile(e, weights));
  }

  @Override
  public Kernel flatten(String path, Tensor src, Tensor dst) {
    BindChecks.flat(path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Moves.flatten(e, from, to));
  }

  @Override
  public Kernel zeroPad(String path, Padding padding, Tensor src, Tensor dst) {
    BindChecks.zeroPad(path, padding, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Moves.zeroPad(e, padding, from, to));
  }

  @Override
  public Kernel sum(String path, Activation activation, Tensor dst, Addend... addends) {
    List<Sums.Term> terms = new ArrayList<>();
    for (Addend addend : addends) {
      BindChecks.same(path, dst, addend.tensor());
      terms.add(new Sums.Term(in(addend.tensor()), addend.factor()));
    }
    PlanTensor to = out(dst);
    return kernel(path, e -> Sums.forward(e, activation, terms, to));
  }

  @Override
  public Kernel scale(String path, Tensor src, Tensor gate, Tensor dst) {
    BindChecks.same(path, src, dst);
    BindChecks.vector(path, src, gate);
    PlanTensor from = in(src);
    PlanTensor factors = in(gate);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pointwise.scale(e, from, factors, to));
  }

  @Override
  public Kernel multiply(String path, Tensor a, Tensor b, Tensor dst) {
    BindChecks.same(path, dst, a, b);
    PlanTensor first = in(a);
    PlanTensor second = in(b);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pointwise.multiply(e, first, second, to));
  }

  @Override
  public Kernel affine(String path, Affine affine, Tensor src, Tensor dst) {
    BindChecks.affine(parameters, path, affine, src, dst);
    ChannelAffine layer = new ChannelAffine(affine, in(src));
    PlanTensor to = out(dst);
    return kernel(path, e -> layer.forward(e, to, name -> parameter(e.plan(), name)));
  }

  @Override
  public Kernel activation(String path, Activation activation, Tensor src, Tensor dst) {
    BindChecks.same(path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Activations.forward(e, activation, from, to));
  }

  @Override
  public Kernel prelu(String path, Tensor src, Tensor dst) {
    BindChecks.prelu(parameters, path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> new Prelu(parameter(e.plan(), path + ".weight"), from).forward(e, to));
  }

  @Override
  public Kernel layerNorm(String path, LayerNorm norm, Tensor src, Tensor dst) {
    BindChecks.scaleAndShift(parameters, path, norm.affine(), src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(
        path, e -> new LayerNorms(norm, scaleAndShift(e, norm.affine()), from).infer(e, to));
  }

  @Override
  public Kernel groupNorm(String path, GroupNorm norm, Tensor src, Tensor dst) {
    BindChecks.scaleAndShift(parameters, path, norm.affine(), src, dst);
    BindChecks.groups(path, norm.groups(), src);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(
        path, e -> new GroupNorms(norm, scaleAndShift(e, norm.affine()), from).forward(e, to));
  }

  @Override
  public Kernel localResponseNorm(String path, LocalResponseNorm norm, Tensor src, Tensor dst) {
    BindChecks.same(path, src, dst);
    return kernel(path, new ResponseNorm(norm, in(src), out(dst))::forward);
  }

  @Override
  public Kernel channelShuffle(String path, int groups, Tensor src, Tensor dst) {
    BindChecks.same(path, src, dst);
    BindChecks.groups(path, groups, src);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Moves.shuffle(e, groups, from, to));
  }

  @Override
  public Kernel softmax(String path, Tensor src, Tensor dst) {
    BindChecks.same(path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Softmax.forward(e, from, to));
  }

  @Override
  public Kernel logSoftmax(String path, Tensor src, Tensor dst) {
    BindChecks.same(path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Softmax.forwardLog(e, from, to));
  }

  @Override
  public Kernel copy(String path, Tensor src, Tensor dst) {
    BindChecks.same(path, src, dst);
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Moves.copy(e, from, to));
  }

  @Override
  public Kernel padShortcut(String path, int stride, Tensor src, Tensor dst) {
    BindChecks.padShortcut(path, stride, src, dst);
    // Channels move by half of what is missing, which need not be whole blocks.
    blocks = false;
    PlanTensor from = in(src);
    PlanTensor to = out(dst);
    return kernel(path, e -> Pointwise.padShortcut(e, stride, from, to));
  }
}
