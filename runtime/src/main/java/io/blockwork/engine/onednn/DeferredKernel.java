package io.blockwork.engine.onednn;

import io.blockwork.engine.Kernel;
import io.blockwork.io.SafeText;
import java.util.function.Consumer;

/** A kernel whose calls are made after every layer is known. */
final class DeferredKernel implements Kernel {
  private final String path;
  private final Consumer<Emitter> recipe;
  private Runnable[] calls = {};

  DeferredKernel(String path, Consumer<Emitter> recipe) {
    this.path = path;
    this.recipe = recipe;
  }

  /** Makes the calls. */
  void compile(BoundPlan plan) {
    Emitter emitter = new Emitter(plan, path);
    try {
      recipe.accept(emitter);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: oneDNN cannot run this layer (%s); choose the engine nd4j for this network",
              path, e.getMessage()),
          e);
    }
    calls = emitter.calls();
  }

  @Override
  public void run() {
    for (Runnable call : calls) {
      call.run();
    }
  }
}
