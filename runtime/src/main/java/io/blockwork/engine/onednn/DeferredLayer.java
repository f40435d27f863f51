package io.blockwork.engine.onednn;

import io.blockwork.engine.Layer;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A training layer whose steps are made after every layer is known. */
final class DeferredLayer implements Layer {
  /**
   * Where a layer's recipe leaves its steps.
   *
   * @param forward steps of the forward pass
   * @param recompute steps that make the output once more
   * @param backward steps of the backward pass
   * @param needs the inputs whose gradients anybody needs
   */
  record Steps(Emitter forward, Emitter recompute, Emitter backward, Set<PlanTensor> needs) {
    /** Whether anybody needs the gradient of an input. */
    boolean inputGradient() {
      return !needs.isEmpty();
    }
  }

  private final String path;
  private final List<PlanTensor> reads;
  private final List<PlanTensor> writes;
  private final boolean trainable;
  private final Consumer<Steps> recipe;
  private Step[] forward = {};
  private Step[] recompute = {};
  private Step[] backward = {};

  DeferredLayer(
      String path,
      List<PlanTensor> reads,
      List<PlanTensor> writes,
      boolean trainable,
      Consumer<Steps> recipe) {
    this.path = path;
    this.reads = List.copyOf(reads);
    this.writes = List.copyOf(writes);
    this.trainable = trainable;
    this.recipe = recipe;
  }

  /** Makes the steps. */
  void compile(Plan plan, GradientNeeds needs) {
    Set<PlanTensor> needed = reads.stream().filter(needs::needed).collect(Collectors.toSet());
    writes.forEach(w -> needs.written(w, !needed.isEmpty() || trainable));
    Steps steps =
        new Steps(
            new Emitter(plan, path), new Emitter(plan, path), new Emitter(plan, path), needed);
    try {
      recipe.accept(steps);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: oneDNN cannot train this layer (%s); choose the engine nd4j for this network",
              path, e.getMessage()),
          e);
    }
    forward = steps.forward().steps();
    recompute = steps.recompute().steps();
    backward = steps.backward().steps();
  }

  @Override
  public void forward() {
    run(forward);
  }

  @Override
  public void backward() {
    run(backward);
  }

  @Override
  public void recompute() {
    run(recompute);
  }

  private static void run(Step[] steps) {
    for (Step step : steps) {
      step.run();
    }
  }
}
