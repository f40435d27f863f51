package io.blockwork.engine.onednn;

import java.util.Optional;

/**
 * A tensor between two layers of a quantised pass.
 *
 * @param tensor where it is
 * @param bytes whether it is stored as bytes; otherwise in single precision
 * @param grid of its bytes, or of those that its floats are to be turned into; empty if its range
 *     is not known
 */
record ByteValue(PlanTensor tensor, boolean bytes, Optional<ByteGrid> grid) {
  /** The grid, which has to be known. */
  ByteGrid knownGrid() {
    return grid.orElseThrow(() -> new IllegalStateException(tensor + " has no known range"));
  }
}
