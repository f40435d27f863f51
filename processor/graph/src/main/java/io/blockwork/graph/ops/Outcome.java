package io.blockwork.graph.ops;

/**
 * How the numbers that an operation results in follow from those that it reads, in inference and
 * before the activation that ends it.
 */
public enum Outcome {
  /** Each is one that it reads. */
  CHOSEN,
  /** Each is one that it reads, or zero. */
  CHOSEN_OR_ZERO,
  /** Each lies between those that it reads, or between those and zero. */
  AVERAGED,
  /** None is negative, and those of all channels at a place sum up to one. */
  SHARES,
  /** Any numbers may come of it. */
  COMPUTED;

  /** Whether no number is a new one, apart from zero. */
  public boolean moves() {
    return this == CHOSEN || this == CHOSEN_OR_ZERO;
  }
}
