package io.blockwork.engine;

import java.util.List;

/** A bound inference pass; generated as {@code XForward}, and for each {@code Output} method. */
public interface ForwardPass {
  /** Where the engine puts the images. */
  Tensor input();

  /** Where the pass leaves its result, or the first of its results. */
  Tensor output();

  /**
   * Where the pass leaves all its results. They are whole until the next run, but share memory with
   * each other where one is a part of another.
   */
  default List<Tensor> outputs() {
    return List.of(output());
  }

  /** Runs every layer in order. */
  void run();
}
