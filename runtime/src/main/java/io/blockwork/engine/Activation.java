package io.blockwork.engine;

/** The function that a linear layer applies to its output. */
public enum Activation {
  /** The identity. */
  NONE,
  /** {@code max(0, x)}. */
  RELU,
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID
}
