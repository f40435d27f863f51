package io.blockwork.engine.onednn;

/** A step that a profile shows. */
interface Measured extends Step {
  /** Forgets the times measured so far. */
  void reset();

  /** What it takes. */
  KernelProfile profile();
}
