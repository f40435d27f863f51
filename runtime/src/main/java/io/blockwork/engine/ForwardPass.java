package io.blockwork.engine;

/** A bound inference pass; generated as {@code XForward}. */
public interface ForwardPass {
  /** Where the engine puts the images. */
  Tensor input();

  /** Where the pass leaves its result. */
  Tensor output();

  /** Runs every layer in order. */
  void run();
}
