package io.blockwork.engine;

import java.util.List;

/** A bound training pass; generated as {@code XBackward}. */
public interface TrainingPass {
  /** Where the engine puts the images. */
  Tensor input();

  /** Where {@link #backward} leaves the gradient of the input, when the binder was asked for it. */
  Tensor inputGradient();

  /**
   * The results: the main one first, then the auxiliary ones, which inference does not compute, in
   * the order of {@code Architecture.auxiliary}.
   */
  default List<TrainingOutput> outputs() {
    return List.of(new TrainingOutput("", output(), outputGradient()));
  }

  /** Where {@link #forward} leaves its result, of a pass that has only one. */
  default Tensor output() {
    return outputs().get(0).value();
  }

  /** Where the engine puts the gradient of the output, of a pass that has only one. */
  default Tensor outputGradient() {
    return outputs().get(0).gradient();
  }

  /** Runs every layer in training mode and keeps what the gradient needs. */
  void forward();

  /** Runs every layer backwards. */
  void backward();
}
