package io.blockwork.engine;

/** One bound operation of an inference pass: it reads and writes the tensors it was bound to. */
@FunctionalInterface
public interface Kernel {
  /** Computes the operation. */
  void run();
}
