package io.blockwork.cuda;

import io.blockwork.cuda.Convolution.Weights;
import io.blockwork.cuda.Elementwise.Move;
import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.SumsOf;
import io.blockwork.cuda.Elementwise.Term;
import io.blockwork.cuda.Emitter.Role;
import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Checks the layers of training, and writes their operations down when they run. */
final class TrainingRecorder implements TrainingBinder {
  private final Parameters parameters;
  private final DeviceParameters values;
  private final TrainingSettings settings;
  private final TrainingWeights weights;
  private final Emitter emitter;
  private final Memories memories;
  private final Constants constants;
  private final GradientNeeds needs;
  private final Place pass;
  private final List<String> counted = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @param pass where the number of the training pass stands
   */
  TrainingRecorder(
      Parameters parameters,
      DeviceParameters values,
      TrainingSettings settings,
      TrainingWeights weights,
      Emitter emitter,
      Place pass) {
    this.parameters = parameters;
    this.values = values;
    this.settings = settings;
    this.weights = weights;
    this.emitter = emitter;
    this.memories = new Memories(emitter.arena(), emitter.form());
    this.constants = new Constants(emitter.arena());
    this.needs = new GradientNeeds(settings.inputGradient());
    this.pass = pass;
  }

  /** What has been written down since the last call. */
  List<Operation> take() {
    List<Operation> taken = List.copyOf(operations);
    operations.clear();
    return taken;
  }

  Constants constants() {
    return constants;
  }

  /** The counters of batches that a forward pass adds one to. */
  List<String> counted() {
    return List.copyOf(counted);
  }

  /** What a layer writes down. */
  private final class Recorded implements Layer {
    private final String path;
    private final List<Operation> forward = new ArrayList<>();
    private final List<Operation> recompute = new ArrayList<>();
    private final List<Operation> backward = new ArrayList<>();

    Recorded(String path) {
      this.path = path;
    }

    private Operation plain(List<Tensor> reads, List<Tensor> writes, Consumer<Emitter> recipe) {
      return new Operation.Plain(
          path,
          reads.stream().map(Shapes::use).toList(),
          writes.stream().map(Shapes::use).toList(),
          recipe);
    }

    Recorded forward(List<Tensor> reads, Tensor write, Consumer<Emitter> recipe) {
      return forward(plain(reads, List.of(write), recipe));
    }

    /** Does the same in a recomputation. */
    Recorded forward(Operation operation) {
      forward.add(operation);
      recompute.add(operation);
      return this;
    }

    Recorded onceForward(List<Tensor> reads, Consumer<Emitter> recipe) {
      forward.add(plain(reads, List.of(), recipe));
      return this;
    }

    Recorded backward(List<Tensor> reads, List<Tensor> writes, Consumer<Emitter> recipe) {
      return backward(plain(reads, writes, recipe));
    }

    Recorded backward(Operation operation) {
      backward.add(operation);
      return this;
    }

    @Override
    public void forward() {
      operations.addAll(forward);
    }

    @Override
    public void recompute() {
      operations.addAll(recompute);
    }

    @Override
    public void backward() {
      operations.addAll(backward);
    }
  }

  /** Where the gradient of an input goes. */
  private record Target(CudaTensor tensor, boolean accumulate, boolean needed) {}

  private Target target(String path, Tensor src, Gradient dSrc) {
    return new Target(
        Shapes.same(path, "gradient of the input", dSrc.tensor(), src),
        dSrc.accumulate(),
        needs.needed(Shapes.use(src)));
  }

  private static CudaTensor outputGradient(String path, Tensor dDst, Tensor dst) {
    return Shapes.same(path, "gradient of the output", dDst, dst);
  }

  private boolean trained(String name) {
    return !settings.isFrozen(name);
  }

  private void follow(Tensor dst, boolean needed) {
    needs.written(Shapes.use(dst), needed);
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
  public Tensor keep(int channels, int height, int width) {
    return memories.keep(channels, height, width);
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.conv(path, conv, src, dst);
    Shapes.parameter(parameters, path + ".weight", conv.weightShape());
    Convolution convolution = new Convolution(conv, Shapes.use(src), Shapes.use(dst));
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Recorded layer = new Recorded(path);
    product(layer, convolution, conv.bias(), Function.NONE, gradient, target);
    return layer;
  }

  /** A convolution or a linear layer. */
  private void product(
      Recorded layer,
      Convolution convolution,
      boolean bias,
      Function function,
      CudaTensor gradient,
      Target target) {
    String path = layer.path;
    if (bias) {
      Shapes.parameter(parameters, path + ".bias", convolution.conv().out());
    }
    boolean trained = trained(path);
    CudaTensor src = convolution.src();
    CudaTensor dst = convolution.dst();
    follow(dst, target.needed() || trained);
    Weights packed = weights.of(path, convolution, bias);
    layer.forward(
        List.of(src), dst, to -> convolution.forward(to, packed, bias, Optional.empty(), function));
    if (!function.isNone() && (trained || target.needed())) {
      layer.backward(
          List.of(gradient, dst),
          List.of(gradient),
          to -> Elementwise.activationBackward(to, function, true, dst, gradient, gradient, false));
    }
    if (trained) {
      Place dWeight = weights.gradientOf(path, convolution);
      layer.backward(
          List.of(src, gradient),
          List.of(),
          to -> convolution.backwardWeights(to, gradient, dWeight));
      if (bias) {
        Place dBias = weights.gradientOf(path + ".bias");
        layer.backward(
            List.of(gradient),
            List.of(),
            to -> Elementwise.channelSums(to, SumsOf.VALUES, gradient, gradient, dBias));
      }
    }
    if (target.needed()) {
      CudaTensor dSrc = target.tensor();
      if (target.accumulate()) {
        CudaTensor summand =
            emitter.temporary(Role.SUMMAND, dSrc.channels(), dSrc.height(), dSrc.width());
        layer.backward(
            List.of(gradient),
            List.of(summand),
            to -> convolution.backwardData(to, packed, gradient, summand));
        layer.backward(new Joinable.AddTo(path, summand, dSrc));
      } else {
        layer.backward(
            List.of(gradient),
            List.of(dSrc),
            to -> convolution.backwardData(to, packed, gradient, dSrc));
      }
    }
  }

  @Override
  public Layer linear(
      String path,
      Linear linear,
      Activation activation,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    if (!activation.fromOutput()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a linear layer trains with activations whose derivative follows from the output, not with %s",
              path, activation));
    }
    Convolution convolution = Convolution.linear(Shapes.use(src), Shapes.use(dst));
    Shapes.linear(parameters, path, convolution, src, dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Recorded layer = new Recorded(path);
    product(layer, convolution, linear.bias(), Function.of(activation), gradient, target);
    return layer;
  }

  @Override
  public Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    Shapes.norm(parameters, path, src.channels());
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    boolean trained = trained(path);
    if (trained && from.pixels() == 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a batch norm cannot train on one value per channel (%s, batch 1); use a larger batch",
              path, src.shape()));
    }
    follow(dst, target.needed() || trained);
    Norms.Arrays arrays =
        Norms.Arrays.of(
            emitter.arena(),
            src.channels(),
            values.of(path + ".weight"),
            values.of(path + ".bias"),
            values.of(path + ".running_mean"),
            values.of(path + ".running_var"));
    Recorded layer = new Recorded(path);
    if (trained) {
      counted.add(path + ".num_batches_tracked");
      layer.onceForward(
          List.of(src), to -> Norms.statistics(to, arrays, from, norm.eps(), norm.momentum()));
    } else {
      layer.onceForward(List.of(), to -> Norms.fold(to, arrays, from.channels(), norm.eps()));
    }
    layer.forward(
        new Joinable.NormApply(
            path,
            arrays.affine(),
            from,
            Optional.empty(),
            ScaleShift.NONE,
            relu ? Function.RELU : Function.NONE,
            into));
    CudaTensor result = target.tensor();
    if (trained) {
      Place dGamma = weights.gradientOf(path + ".weight");
      Place dBeta = weights.gradientOf(path + ".bias");
      Norms.Relu mask = relu ? Norms.Relu.OWN : Norms.Relu.NONE;
      layer.backward(
          new Joinable.NormSums(
              path, arrays, Norms.Incoming.of(gradient, mask), from, dGamma, dBeta));
      if (target.needed()) {
        layer.backward(
            List.of(gradient, src),
            List.of(result),
            to ->
                Norms.backward(
                    to, arrays, gradient, relu, from, dGamma, dBeta, result, target.accumulate()));
      }
    } else if (target.needed()) {
      layer.backward(
          List.of(gradient, src),
          List.of(result),
          to ->
              Norms.affineBackward(
                  to, arrays.affine(), gradient, relu, from, result, target.accumulate()));
    }
    return layer;
  }

  /** A layer without parameters whose backward reads some of its tensors. */
  private Layer simple(
      String path,
      Tensor src,
      Tensor dst,
      Target target,
      Consumer<Emitter> forward,
      List<Tensor> backwardReads,
      Consumer<Emitter> backward) {
    follow(dst, target.needed());
    Recorded layer = new Recorded(path).forward(List.of(src), dst, forward);
    if (target.needed()) {
      layer.backward(backwardReads, List.of(target.tensor()), backward);
    }
    return layer;
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.pool(path, window, src, dst);
    return maxPool(path, Pools.of(window), src, dst, dDst, dSrc);
  }

  private Layer maxPool(
      String path, Pools pools, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.use(dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Place places =
        emitter.arena().reserve("places", (long) into.pixels() * into.channels() * Integer.BYTES);
    return simple(
        path,
        src,
        dst,
        target,
        to -> pools.max(to, from, into, places),
        List.of(dDst),
        to -> pools.maxBackward(to, gradient, places, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.pool(path, window, src, dst);
    return avgPool(path, Pools.of(window), src, dst, dDst, dSrc);
  }

  private Layer avgPool(
      String path, Pools pools, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.use(dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        src,
        dst,
        target,
        to -> pools.average(to, from, into),
        List.of(dDst),
        to -> pools.averageBackward(to, gradient, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer adaptiveAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.channels(path, src, dst);
    return avgPool(path, Pools.ofAll(), src, dst, dDst, dSrc);
  }

  @Override
  public Layer adaptiveMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.channels(path, src, dst);
    return maxPool(path, Pools.ofAll(), src, dst, dDst, dSrc);
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.expect(path, "output", dst, src.channels(), 1, 1);
    return avgPool(path, Pools.ofAll(), src, dst, dDst, dSrc);
  }

  @Override
  public Layer globalMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.expect(path, "output", dst, src.channels(), 1, 1);
    return maxPool(path, Pools.ofAll(), src, dst, dDst, dSrc);
  }

  @Override
  public Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.flat(path, src, dst);
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.use(dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        src,
        dst,
        target,
        to -> Elementwise.flatten(to, from, into, false),
        List.of(dDst),
        to -> Elementwise.flatten(to, gradient, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.padded(path, padding, src, dst);
    return place(path, Move.padding(padding.top(), padding.left()), src, dst, dDst, dSrc);
  }

  private Layer place(String path, Move move, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.use(dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        src,
        dst,
        target,
        to -> Elementwise.place(to, move, from, into),
        List.of(dDst),
        to -> Elementwise.placeBackward(to, move, gradient, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer sum(String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    CudaTensor into = Shapes.use(dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    List<Term> terms =
        Arrays.stream(addends)
            .map(a -> new Term(Shapes.same(path, "input", a.tensor(), dst), (float) a.factor()))
            .toList();
    boolean needed = terms.stream().anyMatch(t -> needs.needed(t.tensor()));
    Recorded layer = new Recorded(path);
    layer.forward(new Joinable.Sum(path, relu ? Function.RELU : Function.NONE, into, terms));
    if (relu && needed) {
      layer.backward(new Joinable.Mask(path, gradient, into));
    }
    for (TrainedAddend addend : addends) {
      if (addend.gradient().isPresent()) {
        Target target = target(path, addend.tensor(), addend.gradient().get());
        if (target.needed()) {
          layer.backward(
              List.of(dDst),
              List.of(target.tensor()),
              to ->
                  Elementwise.add(
                      to, gradient, (float) addend.factor(), target.tensor(), target.accumulate()));
        }
      }
    }
    follow(dst, needed);
    return layer;
  }

  @Override
  public Layer scale(
      String path,
      Tensor src,
      Tensor gate,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc,
      Gradient dGate) {
    Shapes.expect(path, "gate", gate, src.channels(), 1, 1);
    return product(path, src, gate, dst, dDst, dSrc, dGate);
  }

  @Override
  public Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    Shapes.same(path, "second input", b, a);
    return product(path, a, b, dst, dDst, dA, dB);
  }

  private Layer product(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    CudaTensor left = Shapes.use(a);
    CudaTensor right = Shapes.use(b);
    CudaTensor into = Shapes.same(path, "output", dst, a);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target first = target(path, a, dA);
    Target second = target(path, b, dB);
    Recorded layer = new Recorded(path);
    layer.forward(List.of(a, b), dst, to -> Elementwise.multiply(to, left, right, into, false));
    // The second first: the gradient of the first may be that of the output itself.
    if (second.needed()) {
      layer.backward(
          List.of(dDst, a),
          List.of(second.tensor()),
          to -> {
            if (right.plane() == 1 && left.plane() > 1) {
              Elementwise.imageSums(
                  to, gradient, List.of(left), 1, second.tensor(), second.accumulate());
            } else {
              Elementwise.multiply(to, gradient, left, second.tensor(), second.accumulate());
            }
          });
    }
    if (first.needed()) {
      layer.backward(
          List.of(dDst, b),
          List.of(first.tensor()),
          to -> Elementwise.multiply(to, gradient, right, first.tensor(), first.accumulate()));
    }
    follow(dst, first.needed() || second.needed());
    return layer;
  }

  @Override
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    ScaleShift by = Affines.scaleShift(path, affine, src.channels(), parameters, values, constants);
    Recorded layer = new Recorded(path);
    layer.forward(List.of(src), dst, to -> Elementwise.affine(to, by, Function.NONE, from, into));
    Optional<Affine.Learned> learned =
        affine instanceof Affine.Learned l ? Optional.of(l) : Optional.empty();
    Optional<String> scale = learned.flatMap(Affine.Learned::scale).filter(this::trained);
    Optional<String> shift = learned.flatMap(Affine.Learned::shift).filter(this::trained);
    scale.ifPresent(name -> sums(layer, SumsOf.PRODUCTS, gradient, from, name));
    shift.ifPresent(name -> sums(layer, SumsOf.VALUES, gradient, gradient, name));
    if (target.needed()) {
      CudaTensor result = target.tensor();
      boolean scaled =
          affine instanceof Affine.Constant || learned.flatMap(Affine.Learned::scale).isPresent();
      layer.backward(
          List.of(dDst),
          List.of(result),
          to -> {
            if (scaled) {
              Norms.affineBackward(to, by, gradient, false, gradient, result, target.accumulate());
            } else {
              Elementwise.add(to, gradient, 1, result, target.accumulate());
            }
          });
    }
    follow(dst, target.needed() || scale.isPresent() || shift.isPresent());
    return layer;
  }

  private void sums(Recorded layer, SumsOf of, CudaTensor gradient, CudaTensor other, String name) {
    Place sums = weights.gradientOf(name);
    layer.backward(
        List.of(gradient, other),
        List.of(),
        to -> Elementwise.channelSums(to, of, gradient, other, sums));
  }

  @Override
  public Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Function function = Function.of(activation);
    boolean fromOutput = activation.fromOutput();
    CudaTensor reference = fromOutput ? into : from;
    return simple(
        path,
        src,
        dst,
        target,
        to -> Elementwise.sum(to, function, into, List.of(new Term(from, 1))),
        List.of(dDst, reference),
        to ->
            Elementwise.activationBackward(
                to,
                function,
                fromOutput,
                reference,
                gradient,
                target.tensor(),
                target.accumulate()));
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    boolean shared = Shapes.sharedSlope(parameters, path, src.channels());
    Place slopes = values.of(path + ".weight");
    Recorded layer = new Recorded(path);
    layer.forward(List.of(src), dst, to -> Elementwise.prelu(to, slopes, shared, from, into));
    boolean trained = trained(path);
    if (trained && !shared) {
      sums(layer, SumsOf.PRODUCTS_WHERE_NEGATIVE, gradient, from, path + ".weight");
    } else if (trained) {
      Place result = weights.gradientOf(path + ".weight");
      Place sums = emitter.arena().reserve("sums", (long) src.channels() * Float.BYTES);
      layer.backward(
          List.of(gradient, src),
          List.of(),
          to -> {
            Elementwise.channelSums(to, SumsOf.PRODUCTS_WHERE_NEGATIVE, gradient, from, sums);
            Elementwise.total(to, sums, result, from.channels());
          });
    }
    if (target.needed()) {
      layer.backward(
          List.of(gradient, src),
          List.of(target.tensor()),
          to ->
              Elementwise.preluBackward(
                  to, slopes, shared, from, gradient, target.tensor(), target.accumulate()));
    }
    follow(dst, target.needed() || trained);
    return layer;
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    ScaleShift by = learned(path, norm.affine(), src.channels());
    Norms.Sets sets = Norms.Sets.ofPixels(Shapes.use(src), norm.eps(), by);
    return sets(path, sets, norm.affine(), src, dst, dDst, dSrc);
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.groups(path, norm.groups(), src);
    ScaleShift by = learned(path, norm.affine(), src.channels());
    Norms.Sets sets = Norms.Sets.ofGroups(Shapes.use(src), norm.groups(), norm.eps(), by);
    return sets(path, sets, norm.affine(), src, dst, dDst, dSrc);
  }

  private ScaleShift learned(String path, boolean affine, int channels) {
    return affine ? Affines.weightAndBias(path, channels, parameters, values) : ScaleShift.NONE;
  }

  private Layer sets(
      String path,
      Norms.Sets described,
      boolean affine,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Norms.Sets sets = described.keeping(emitter.arena());
    boolean trained = affine && trained(path);
    Recorded layer = new Recorded(path);
    layer.forward(List.of(src), dst, to -> Norms.group(to, sets, from, into));
    if (trained) {
      Place dGamma = weights.gradientOf(path + ".weight");
      Place dBeta = weights.gradientOf(path + ".bias");
      layer.backward(
          List.of(gradient, src),
          List.of(),
          to -> Norms.groupSums(to, sets, from, gradient, dGamma, dBeta));
    }
    if (target.needed()) {
      layer.backward(
          List.of(gradient, src),
          List.of(target.tensor()),
          to ->
              Norms.groupBackward(to, sets, from, gradient, target.tensor(), target.accumulate()));
    }
    follow(dst, target.needed() || trained);
    return layer;
  }

  @Override
  public Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        src,
        dst,
        target,
        to -> Norms.response(to, norm, from, into),
        List.of(gradient, src),
        to ->
            Norms.responseBackward(to, norm, from, gradient, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.groups(path, groups, src);
    Shapes.same(path, "output", dst, src);
    return place(path, Move.shuffle(groups), src, dst, dDst, dSrc);
  }

  @Override
  public Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        src,
        dst,
        target,
        to -> Norms.softmax(to, from, into),
        List.of(gradient, dst),
        to -> Norms.softmaxBackward(to, into, gradient, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return sum(path, false, dst, dDst, TrainedAddend.addend(src, dSrc));
  }

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.shortcut(path, stride, src, dst);
    Move move = Move.shortcut(stride, (dst.channels() - src.channels()) / 2);
    return place(path, move, src, dst, dDst, dSrc);
  }

  @Override
  public Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(path, rate, false, src, dst, dDst, dSrc);
  }

  @Override
  public Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(path, rate, true, src, dst, dDst, dSrc);
  }

  private Layer drop(
      String path,
      double rate,
      boolean images,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: dropout rate: expected 0 to 1, got %s", path, rate));
    }
    CudaTensor from = Shapes.use(src);
    CudaTensor into = Shapes.same(path, "output", dst, src);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    long stream = SplitMix.mix(settings.seed() + SplitMix.mix(path.hashCode()));
    var mask = new Elementwise.Mask(rate, stream, pass, images);
    return simple(
        path,
        src,
        dst,
        target,
        to -> Elementwise.dropout(to, mask, from, into, false),
        List.of(dDst),
        to -> Elementwise.dropout(to, mask, gradient, target.tensor(), target.accumulate()));
  }

  @Override
  public Layer clear(String path, Tensor gradient) {
    CudaTensor tensor = Shapes.use(gradient);
    return new Recorded(path)
        .backward(List.of(), List.of(gradient), to -> Elementwise.fill(to, tensor, 0));
  }
}
