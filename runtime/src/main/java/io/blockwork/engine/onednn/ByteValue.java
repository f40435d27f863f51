package io.blockwork.engine.onednn;

import java.util.Optional;

/**
 * A tensor between two layers of a quantised pass.
 *
 * @param tensor where it is
 * @param bytes whether it is stored as bytes; otherwise in single precision
 * @param grid of its bytes, or of those that its floats are to be turned into; empty if its range
 *     is not known
 * @param parts how the bytes of the buffer lie that it belongs to
 */
record ByteValue(PlanTensor tensor, boolean bytes, Optional<ByteGrid> grid, ByteParts parts) {
  /** A value in a buffer whose channels of a place lie side by side. */
  ByteValue(PlanTensor tensor, boolean bytes, Optional<ByteGrid> grid) {
    this(tensor, bytes, grid, ByteParts.NONE);
  }

  /** Whether it is bytes with nothing between. */
  boolean isDense() {
    return bytes && (tensor.isWhole() ? parts.bounds().isEmpty() : parts.isPart(tensor));
  }

  /** The grid, which has to be known. */
  ByteGrid knownGrid() {
    return grid.orElseThrow(() -> new IllegalStateException(tensor + " has no known range"));
  }
}
