package io.blockwork.cuda;

import io.blockwork.cuda.DeviceConvolution.Weights;
import io.blockwork.cuda.Elementwise.Move;
import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.Term;
import io.blockwork.cuda.PackedWeights.Folding;
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
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Checks the layers of inference, and writes their operations down when they run. */
final class InferenceRecorder implements InferenceBinder {
  private final Parameters parameters;
  private final PackedWeights weights;
  private final DeviceParameters values;
  private final CudaTensor.Form form;
  private final Memories memories;
  private final Constants constants;
  private final List<Operation> operations = new ArrayList<>();

  InferenceRecorder(Parameters parameters, NetworkState state, Arena arena, CudaTensor.Form form) {
    this.parameters = parameters;
    this.weights = state.weights();
    this.values = state.parameters();
    this.form = form;
    this.memories = new Memories(arena, form);
    this.constants = new Constants(arena);
  }

  /** What has been written down. */
  List<Operation> operations() {
    return List.copyOf(operations);
  }

  Constants constants() {
    return constants;
  }

  private Kernel kernel(String path, List<Tensor> reads, Tensor write, Consumer<Emitter> recipe) {
    List<CudaTensor> sources = reads.stream().map(BindChecks::use).toList();
    Operation operation =
        new Operation.Plain(path, sources, List.of(BindChecks.use(write)), recipe);
    return () -> operations.add(operation);
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
    BindChecks.conv(path, conv, src, dst);
    BindChecks.parameter(parameters, path + ".weight", conv.weightShape());
    epilogue.norm().ifPresent(norm -> BindChecks.norm(parameters, norm, conv.out()));
    Optional<CudaTensor> residual =
        epilogue.residual().map(r -> BindChecks.same(path, "residual", r, dst));
    Optional<String> bias = bias(path, conv.bias(), conv.out());
    Folding folding = new Folding(epilogue.norm(), epilogue.eps(), epilogue.factor(), bias);
    DeviceConvolution convolution =
        new DeviceConvolution(conv, BindChecks.use(src), BindChecks.use(dst));
    Weights packed = pack(path, folding, convolution);
    List<Tensor> reads = new ArrayList<>(List.of(src));
    residual.ifPresent(reads::add);
    boolean shifted = bias.isPresent() || epilogue.norm().isPresent();
    Function function = Function.of(epilogue.activation());
    return kernel(
        path, reads, dst, to -> convolution.forward(to, packed, shifted, residual, function));
  }

  private Optional<String> bias(String path, boolean present, int length) {
    if (!present) {
      return Optional.empty();
    }
    BindChecks.parameter(parameters, path + ".bias", length);
    return Optional.of(path + ".bias");
  }

  private Weights pack(String path, Folding folding, DeviceConvolution convolution) {
    return weights.weights(
        path, folding, convolution, form.numerics().alignment(), form.numerics().bytes());
  }

  @Override
  public Kernel batchNorm(String path, Norm norm, Activation activation, Tensor src, Tensor dst) {
    BindChecks.same(path, "output", dst, src);
    BindChecks.norm(parameters, path, src.channels());
    ScaleShift by = weights.norm(path, norm.eps(), src.channels());
    return affine(path, by, Function.of(activation), src, dst);
  }

  private Kernel affine(String path, ScaleShift by, Function function, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.use(dst);
    return kernel(path, List.of(src), dst, to -> Elementwise.affine(to, by, function, from, into));
  }

  @Override
  public Kernel maxPool(String path, Window window, Tensor src, Tensor dst) {
    BindChecks.pool(path, window, src, dst);
    return maxPool(path, PoolKernels.of(window), src, dst);
  }

  private Kernel maxPool(String path, PoolKernels pools, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.use(dst);
    return kernel(path, List.of(src), dst, to -> pools.max(to, from, into));
  }

  @Override
  public Kernel avgPool(String path, Window window, Tensor src, Tensor dst) {
    BindChecks.pool(path, window, src, dst);
    return avgPool(path, PoolKernels.of(window), src, dst);
  }

  private Kernel avgPool(String path, PoolKernels pools, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.use(dst);
    return kernel(path, List.of(src), dst, to -> pools.average(to, from, into));
  }

  @Override
  public Kernel adaptiveAvgPool(String path, Tensor src, Tensor dst) {
    BindChecks.channels(path, src, dst);
    return avgPool(path, PoolKernels.ofAll(), src, dst);
  }

  @Override
  public Kernel adaptiveMaxPool(String path, Tensor src, Tensor dst) {
    BindChecks.channels(path, src, dst);
    return maxPool(path, PoolKernels.ofAll(), src, dst);
  }

  @Override
  public Kernel globalAvgPool(String path, Tensor src, Tensor dst) {
    BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return avgPool(path, PoolKernels.ofAll(), src, dst);
  }

  @Override
  public Kernel globalMaxPool(String path, Tensor src, Tensor dst) {
    BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return maxPool(path, PoolKernels.ofAll(), src, dst);
  }

  @Override
  public Kernel linear(String path, Linear linear, Activation activation, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.use(dst);
    DeviceConvolution convolution = DeviceConvolution.linear(from, into);
    BindChecks.linear(parameters, path, convolution, src, dst);
    Optional<String> bias = bias(path, linear.bias(), dst.channels());
    Weights packed = pack(path, new Folding(Optional.empty(), 0, 1, bias), convolution);
    Function function = Function.of(activation);
    return kernel(
        path,
        List.of(src),
        dst,
        to -> convolution.forward(to, packed, bias.isPresent(), Optional.empty(), function));
  }

  @Override
  public Kernel flatten(String path, Tensor src, Tensor dst) {
    BindChecks.flat(path, src, dst);
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.use(dst);
    return kernel(path, List.of(src), dst, to -> Elementwise.flatten(to, from, into, false));
  }

  @Override
  public Kernel zeroPad(String path, Padding padding, Tensor src, Tensor dst) {
    BindChecks.padded(path, padding, src, dst);
    return place(path, Move.padding(padding.top(), padding.left()), src, dst);
  }

  private Kernel place(String path, Move move, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.use(dst);
    return kernel(path, List.of(src), dst, to -> Elementwise.place(to, move, from, into));
  }

  @Override
  public Kernel sum(String path, Activation activation, Tensor dst, Addend... addends) {
    List<Term> terms =
        Arrays.stream(addends)
            .map(a -> new Term(BindChecks.same(path, "input", a.tensor(), dst), (float) a.factor()))
            .toList();
    Function function = Function.of(activation);
    CudaTensor into = BindChecks.use(dst);
    return kernel(
        path,
        Arrays.stream(addends).map(Addend::tensor).toList(),
        dst,
        to -> Elementwise.sum(to, function, into, terms));
  }

  @Override
  public Kernel scale(String path, Tensor src, Tensor gate, Tensor dst) {
    BindChecks.expect(path, "gate", gate, src.channels(), 1, 1);
    return product(path, src, gate, dst);
  }

  @Override
  public Kernel multiply(String path, Tensor a, Tensor b, Tensor dst) {
    BindChecks.same(path, "second input", b, a);
    return product(path, a, b, dst);
  }

  private Kernel product(String path, Tensor a, Tensor b, Tensor dst) {
    CudaTensor left = BindChecks.use(a);
    CudaTensor right = BindChecks.use(b);
    CudaTensor into = BindChecks.same(path, "output", dst, a);
    return kernel(
        path, List.of(a, b), dst, to -> Elementwise.multiply(to, left, right, into, false));
  }

  @Override
  public Kernel affine(String path, Affine affine, Tensor src, Tensor dst) {
    BindChecks.same(path, "output", dst, src);
    return affine(
        path,
        Affines.scaleShift(path, affine, src.channels(), parameters, values, constants),
        Function.NONE,
        src,
        dst);
  }

  @Override
  public Kernel activation(String path, Activation activation, Tensor src, Tensor dst) {
    return sum(path, activation, dst, Addend.addend(src));
  }

  @Override
  public Kernel prelu(String path, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.same(path, "output", dst, src);
    boolean shared = BindChecks.sharedSlope(parameters, path, src.channels());
    Place slopes = values.of(path + ".weight");
    return kernel(path, List.of(src), dst, to -> Elementwise.prelu(to, slopes, shared, from, into));
  }

  @Override
  public Kernel layerNorm(String path, LayerNorm norm, Tensor src, Tensor dst) {
    ScaleShift by = learned(path, norm.affine(), src.channels());
    return sets(path, Norms.Sets.ofPixels(BindChecks.use(src), norm.eps(), by), src, dst);
  }

  @Override
  public Kernel groupNorm(String path, GroupNorm norm, Tensor src, Tensor dst) {
    BindChecks.groups(path, norm.groups(), src);
    ScaleShift by = learned(path, norm.affine(), src.channels());
    CudaTensor from = BindChecks.use(src);
    return sets(path, Norms.Sets.ofGroups(from, norm.groups(), norm.eps(), by), src, dst);
  }

  private ScaleShift learned(String path, boolean affine, int channels) {
    return affine ? Affines.weightAndBias(path, channels, parameters, values) : ScaleShift.NONE;
  }

  private Kernel sets(String path, Norms.Sets sets, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.same(path, "output", dst, src);
    return kernel(path, List.of(src), dst, to -> Norms.group(to, sets, from, into));
  }

  @Override
  public Kernel localResponseNorm(String path, LocalResponseNorm norm, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.same(path, "output", dst, src);
    return kernel(path, List.of(src), dst, to -> Norms.response(to, norm, from, into));
  }

  @Override
  public Kernel channelShuffle(String path, int groups, Tensor src, Tensor dst) {
    BindChecks.groups(path, groups, src);
    BindChecks.same(path, "output", dst, src);
    return place(path, Move.shuffle(groups), src, dst);
  }

  @Override
  public Kernel softmax(String path, Tensor src, Tensor dst) {
    return ofChannels(path, "softmax", src, dst);
  }

  @Override
  public Kernel logSoftmax(String path, Tensor src, Tensor dst) {
    return ofChannels(path, "log_softmax", src, dst);
  }

  private Kernel ofChannels(String path, String kernel, Tensor src, Tensor dst) {
    CudaTensor from = BindChecks.use(src);
    CudaTensor into = BindChecks.same(path, "output", dst, src);
    return kernel(path, List.of(src), dst, to -> Norms.ofChannels(to, kernel, from, into));
  }

  @Override
  public Kernel copy(String path, Tensor src, Tensor dst) {
    return sum(path, Activation.NONE, dst, Addend.addend(src));
  }

  @Override
  public Kernel padShortcut(String path, int stride, Tensor src, Tensor dst) {
    BindChecks.shortcut(path, stride, src, dst);
    return place(path, Move.shortcut(stride, (dst.channels() - src.channels()) / 2), src, dst);
  }
}
