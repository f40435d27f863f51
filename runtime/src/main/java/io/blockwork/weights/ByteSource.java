package io.blockwork.weights;

import java.nio.ByteBuffer;

/** Bytes in order, read once. */
interface ByteSource extends AutoCloseable {
  /** Fills the rest of the target. */
  void read(ByteBuffer target);

  @Override
  default void close() {}
}
