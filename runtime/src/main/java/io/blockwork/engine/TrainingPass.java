package io.blockwork.engine;

/** A bound training pass; generated as {@code XBackward}. */
public interface TrainingPass {
  /** Where the engine puts the images. */
  Tensor input();

  /** Where {@link #forward} leaves its result. */
  Tensor output();

  /** Where the engine puts the gradient of the output before {@link #backward}. */
  Tensor outputGradient();

  /** Where {@link #backward} leaves the gradient of the input, when the binder was asked for it. */
  Tensor inputGradient();

  /** Runs every layer in training mode and keeps what the gradient needs. */
  void forward();

  /** Runs every layer backwards. */
  void backward();
}
