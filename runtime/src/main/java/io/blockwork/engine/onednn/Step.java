package io.blockwork.engine.onednn;

/** Something that a bound layer executes. */
@FunctionalInterface
interface Step {
  void run();
}
