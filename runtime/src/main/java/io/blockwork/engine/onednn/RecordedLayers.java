package io.blockwork.engine.onednn;

import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The layers of a training pass that have been taken down, and what all of them need; {@link
 * #compile} makes their kernels.
 */
abstract class RecordedLayers implements TrainingBinder {
  private record Recorded(
      DeferredLayer layer,
      List<PlanTensor> reads,
      Optional<PlanTensor> written,
      boolean plainLinear) {}

  final Parameters parameters;
  final TrainingSettings settings;
  final int batch;
  private final Memories memories = new Memories();
  private final List<Recorded> layers = new ArrayList<>();
  private Optional<TrainingWeights> weights = Optional.empty();
  private boolean blocks = true;
  private int skipped;

  RecordedLayers(Parameters parameters, TrainingSettings settings, int batch) {
    this.parameters = parameters;
    this.settings = settings;
    this.batch = batch;
  }

  final Memories memories() {
    return memories;
  }

  /** Leaves out the first layers: something else computes what they do. */
  final void skip(int layers) {
    skipped = layers;
  }

  /** Whether the layer that is being named is left out. */
  private boolean skips() {
    if (skipped == 0) {
      memories.keepLayer();
      return false;
    }
    skipped--;
    memories.dropLayer();
    return true;
  }

  /** Whether the blocked layout is possible, given which tensor holds the images. */
  final boolean blocksFit(PlanTensor input, PlanTensor inputGradient) {
    Set<PlanTensor> tensors = new HashSet<>(memories.used());
    tensors.remove(inputGradient);
    return blocks && LayoutChoice.blocksFit(tensors, input);
  }

  /** Whether only a linear layer without activation writes the tensor, and no layer reads it. */
  final boolean isLinearOutput(PlanTensor tensor) {
    List<Recorded> writers =
        layers.stream().filter(l -> l.written().equals(Optional.of(tensor))).toList();
    return writers.size() == 1
        && writers.get(0).plainLinear()
        && layers.stream().noneMatch(l -> l.reads().contains(tensor));
  }

  /** Makes the kernels. */
  final void compile(BoundPlan plan, PlanTensor input, TrainingWeights weights) {
    this.weights = Optional.of(weights);
    GradientNeeds needs = new GradientNeeds();
    needs.written(input, settings.inputGradient());
    layers.forEach(l -> l.layer().compile(plan, needs));
    weights.finish();
    plan.finish();
  }

  /** The weights, once kernels are made. */
  final TrainingWeights weights() {
    return weights.orElseThrow();
  }

  /**
   * Takes a layer down.
   *
   * @param trainable whether it has parameters that are trained
   * @param plainLinear whether it is linear without activation
   */
  final Layer layer(
      String path,
      List<PlanTensor> reads,
      PlanTensor write,
      boolean trainable,
      boolean plainLinear,
      Consumer<DeferredLayer.Emitters> recipe) {
    if (skips()) {
      return new NoLayer();
    }
    DeferredLayer layer = new DeferredLayer(path, reads, List.of(write), trainable, recipe);
    layers.add(new Recorded(layer, reads, Optional.of(write), plainLinear));
    return layer;
  }

  final Layer layer(
      String path,
      List<PlanTensor> reads,
      PlanTensor write,
      boolean trainable,
      Consumer<DeferredLayer.Emitters> recipe) {
    return layer(path, reads, write, trainable, false, recipe);
  }

  /** Says that no blocked layout is possible. */
  final void forbidBlocks() {
    blocks = false;
  }

  /** A layer that only its backward pass has. */
  final Layer onlyBackward(String path, Consumer<Emitter> recipe) {
    if (skips()) {
      return new NoLayer();
    }
    DeferredLayer layer =
        new DeferredLayer(
            path, List.of(), List.of(), false, emitters -> recipe.accept(emitters.backward()));
    layers.add(new Recorded(layer, List.of(), Optional.empty(), false));
    return layer;
  }

  /** The tensor as one of this engine. */
  final PlanTensor use(Tensor tensor) {
    return memories.use(tensor);
  }

  @Override
  public final void slots(long... elements) {
    memories.slots(elements);
  }

  @Override
  public final Tensor slot(int slot, int channels, int height, int width) {
    return memories.slot(slot, channels, height, width);
  }

  @Override
  public final Tensor keep(int channels, int height, int width) {
    return memories.keep(channels, height, width);
  }

  /** Checks the gradients' shapes. */
  static void gradients(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, dst, dDst);
    BindChecks.same(path, src, dSrc.tensor());
  }

  /** Whether the parameters at the path, or the parameter of that name, are trained. */
  final boolean trainable(String path) {
    return !settings.isFrozen(path);
  }

  /** Where the gradient of one of the layer's inputs goes. */
  final GradientTarget target(DeferredLayer.Emitters emitters, Tensor input, Gradient gradient) {
    return new GradientTarget(
        use(gradient.tensor()), gradient.accumulate(), emitters.needs().contains(use(input)));
  }

  /** What a layer without parameters does forward. */
  @FunctionalInterface
  interface Forward {
    void emit(Emitter e, PlanTensor src, PlanTensor dst);
  }

  /** What such a layer does backward, if anybody needs it. */
  @FunctionalInterface
  interface Backward {
    void emit(Emitter e, PlanTensor dDst, GradientTarget dSrc);
  }

  /** A layer without parameters that reads one tensor and writes one. */
  final Layer simple(
      String path,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc,
      Forward forward,
      Backward backward) {
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    return layer(
        path,
        List.of(from),
        to,
        false,
        emitters -> {
          forward.emit(emitters.forward(), from, to);
          emitters.recompute().repeat(emitters.forward());
          if (emitters.inputGradient()) {
            backward.emit(emitters.backward(), gradient, target(emitters, src, dSrc));
          }
        });
  }
}
