package io.blockwork.engine.onednn;

import io.blockwork.engine.Layer;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A training layer whose calls are made after every layer is known. */
final class DeferredLayer implements Layer {
  /**
   * Where a layer's recipe leaves its calls of kernels.
   *
   * @param forward calls of the forward pass
   * @param recompute calls that make the output once more
   * @param backward calls of the backward pass
   * @param needs the inputs whose gradients anybody needs
   */
  record Emitters(Emitter forward, Emitter recompute, Emitter backward, Set<PlanTensor> needs) {
    /** Whether anybody needs the gradient of an input. */
    boolean inputGradient() {
      return !needs.isEmpty();
    }
  }

  private final String path;
  private final List<PlanTensor> reads;
  private final List<PlanTensor> writes;
  private final boolean trainable;
  private final Consumer<Emitters> recipe;
  private Runnable[] forward = {};
  private Runnable[] recompute = {};
  private Runnable[] backward = {};

  DeferredLayer(
      String path,
      List<PlanTensor> reads,
      List<PlanTensor> writes,
      boolean trainable,
      Consumer<Emitters> recipe) {
    this.path = path;
    this.reads = List.copyOf(reads);
    this.writes = List.copyOf(writes);
    this.trainable = trainable;
    this.recipe = recipe;
  }

  /** Makes the calls. */
  void compile(BoundPlan plan, GradientNeeds needs) {
    Set<PlanTensor> needed = reads.stream().filter(needs::needed).collect(Collectors.toSet());
    writes.forEach(w -> needs.written(w, !needed.isEmpty() || trainable));
    Emitters emitters =
        new Emitters(
            new Emitter(plan, path), new Emitter(plan, path), new Emitter(plan, path), needed);
    try {
      recipe.accept(emitters);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: oneDNN cannot train this layer (%s); choose the engine nd4j for this network",
              path, e.getMessage()),
          e);
    }
    forward = emitters.forward().calls();
    recompute = emitters.recompute().calls();
    backward = emitters.backward().calls();
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

  private static void run(Runnable[] calls) {
    for (Runnable call : calls) {
      call.run();
    }
  }
}
