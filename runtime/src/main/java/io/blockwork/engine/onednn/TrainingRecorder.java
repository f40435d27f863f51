package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Linear;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Takes down the layers of a training pass; {@link #compile} makes their kernels. */
final class TrainingRecorder implements TrainingBinder {
  private record Recorded(DeferredLayer layer, PlanTensor written, boolean plainLinear) {}

  private final Parameters parameters;
  private final TrainingSettings settings;
  private final int batch;
  private final Memories memories = new Memories();
  private final List<Recorded> layers = new ArrayList<>();
  private final Set<PlanTensor> vectors = new HashSet<>();
  private Optional<TrainingWeights> weights = Optional.empty();
  private boolean blocks = true;

  TrainingRecorder(Parameters parameters, TrainingSettings settings, int batch) {
    this.parameters = parameters;
    this.settings = settings;
    this.batch = batch;
  }

  Memories memories() {
    return memories;
  }

  /** Whether the blocked layout is possible, given which tensor holds the images. */
  boolean blocksFit(PlanTensor input, PlanTensor inputGradient) {
    Set<PlanTensor> tensors = new HashSet<>(memories.used());
    tensors.removeAll(vectors);
    tensors.remove(inputGradient);
    return blocks && LayoutChoice.blocksFit(tensors, input);
  }

  /** Whether only a linear layer without activation writes the tensor. */
  boolean isLinearOutput(PlanTensor tensor) {
    List<Recorded> writers = layers.stream().filter(l -> l.written().equals(tensor)).toList();
    return writers.size() == 1 && writers.get(0).plainLinear();
  }

  /** Makes the kernels. */
  void compile(Plan plan, PlanTensor input, TrainingWeights weights) {
    this.weights = Optional.of(weights);
    GradientNeeds needs = new GradientNeeds();
    needs.written(input, settings.inputGradient());
    layers.forEach(l -> l.layer().compile(plan, needs));
    weights.finish();
    plan.finish();
  }

  private TrainingWeights weights() {
    return weights.orElseThrow();
  }

  private Layer layer(
      String path,
      List<PlanTensor> reads,
      PlanTensor write,
      boolean trainable,
      boolean plainLinear,
      Consumer<DeferredLayer.Steps> recipe) {
    DeferredLayer layer = new DeferredLayer(path, reads, List.of(write), trainable, recipe);
    layers.add(new Recorded(layer, write, plainLinear));
    return layer;
  }

  private Layer layer(
      String path,
      List<PlanTensor> reads,
      PlanTensor write,
      boolean trainable,
      Consumer<DeferredLayer.Steps> recipe) {
    return layer(path, reads, write, trainable, false, recipe);
  }

  private PlanTensor use(Tensor tensor) {
    return memories.use(tensor);
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
    Shapes.conv(parameters, path, conv, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    TrainingConv layer =
        new TrainingConv(
            conv,
            use(src),
            use(dst),
            use(dDst),
            use(dSrc.tensor()),
            dSrc.accumulate(),
            trainable(path));
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        trainable(path),
        steps -> layer.compile(steps, weights()));
  }

  private static void gradients(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, dst, dDst);
    Shapes.same(path, src, dSrc.tensor());
  }

  private boolean trainable(String path) {
    return !settings.isFrozen(path);
  }

  @Override
  public Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.norm(parameters, path, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    boolean frozen = !trainable(path);
    if (!frozen && (long) batch * src.height() * src.width() == 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a batch norm cannot train on one value per channel (%s, batch 1); use a larger batch",
              path, src.shape()));
    }
    TrainingNorm layer =
        new TrainingNorm(
            norm,
            use(src),
            use(dst),
            relu,
            use(dDst),
            use(dSrc.tensor()),
            dSrc.accumulate(),
            frozen);
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        !frozen,
        steps -> layer.compile(steps, parameters, weights()));
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.pool(path, window, src, dst);
    return pool(path, Pooling.max(window), src, dst, dDst, dSrc);
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.pool(path, window, src, dst);
    return pool(path, Pooling.average(window), src, dst, dDst, dSrc);
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.vector(path, src, dst);
    return pool(path, Pooling.global(use(src)), src, dst, dDst, dSrc);
  }

  private Layer pool(
      String path, Pooling pooling, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    PlanTensor result = use(dSrc.tensor());
    return layer(
        path,
        List.of(from),
        to,
        false,
        steps -> pooling.train(steps, from, to, gradient, result, dSrc.accumulate()));
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
              "%s: expected an activation whose derivative the output tells, got %s",
              path, activation));
    }
    Shapes.linear(parameters, path, linear, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    TrainingLinear layer =
        new TrainingLinear(
            linear,
            activation,
            use(src),
            use(dst),
            use(dDst),
            use(dSrc.tensor()),
            dSrc.accumulate(),
            trainable(path));
    if (layer.src().pixels() == 1) {
      vectors.add(layer.src());
      vectors.add(layer.dSrc());
    }
    vectors.add(layer.dst());
    vectors.add(layer.dDst());
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        trainable(path),
        activation.isNone(),
        steps -> layer.compile(steps, weights()));
  }

  @Override
  public Layer sum(String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    Shapes.same(path, dst, dDst);
    List<Sums.Term> terms = new ArrayList<>();
    for (TrainedAddend addend : addends) {
      Shapes.same(path, dst, addend.tensor());
      addend.gradient().ifPresent(g -> Shapes.same(path, dst, g.tensor()));
      terms.add(new Sums.Term(use(addend.tensor()), addend.factor()));
      addend.gradient().ifPresent(g -> use(g.tensor()));
    }
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    Activation activation = relu ? Activation.RELU : Activation.NONE;
    return layer(
        path,
        terms.stream().map(Sums.Term::tensor).toList(),
        to,
        false,
        steps -> {
          Sums.forward(steps.forward(), activation, terms, to);
          steps.recompute().repeat(steps.forward());
          if (relu && steps.inputGradient()) {
            Pointwise.reluBackward(steps.backward(), to, gradient);
          }
          for (TrainedAddend addend : addends) {
            addend
                .gradient()
                .ifPresent(
                    g ->
                        Sums.backward(
                            steps.backward(),
                            gradient,
                            addend.factor(),
                            target(steps, addend.tensor(), g)));
          }
        });
  }

  /** Where the gradient of one of the layer's inputs goes. */
  private GradientTarget target(DeferredLayer.Steps steps, Tensor input, Gradient gradient) {
    return new GradientTarget(
        use(gradient.tensor()), gradient.accumulate(), steps.needs().contains(use(input)));
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
    Shapes.same(path, src, dst);
    Shapes.vector(path, src, gate);
    Shapes.vector(path, src, dGate.tensor());
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor factors = use(gate);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    use(dGate.tensor());
    return layer(
        path,
        List.of(from, factors),
        to,
        false,
        steps -> {
          Pointwise.scale(steps.forward(), from, factors, to);
          steps.recompute().repeat(steps.forward());
          Pointwise.scaleBackward(
              steps.backward(),
              from,
              factors,
              gradient,
              target(steps, src, dSrc),
              target(steps, gate, dGate));
        });
  }

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.padShortcut(path, stride, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    // Channels move by half of what is missing, which need not be whole blocks.
    blocks = false;
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    PlanTensor result = use(dSrc.tensor());
    return layer(
        path,
        List.of(from),
        to,
        false,
        steps -> {
          Pointwise.padShortcut(steps.forward(), stride, from, to);
          steps.recompute().repeat(steps.forward());
          if (steps.inputGradient()) {
            Pointwise.padShortcutBackward(
                steps.backward(), stride, gradient, result, dSrc.accumulate());
          }
        });
  }

  @Override
  public Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    long seed = settings.seed() * 31 + path.hashCode();
    return layer(
        path,
        List.of(from),
        to,
        false,
        steps ->
            TrainingDropout.compile(
                steps,
                rate,
                seed,
                parameters::passes,
                from,
                to,
                gradient,
                target(steps, src, dSrc)));
  }
}
