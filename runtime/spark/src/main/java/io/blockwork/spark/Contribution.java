package io.blockwork.spark;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a worker brings back from a round.
 *
 * @param worker its number
 * @param images that it has trained on; 0 if its epoch was over
 * @param values its mean gradient, or what its steps took off the weights; compressed
 * @param updater what its updater remembers; compressed, empty if it is not wanted
 * @param statistics running statistics and counters, exact
 * @param loss mean loss of its batches
 * @param meter the sums of its batches
 * @param busyNanos time for its steps alone, without what they begin and end with
 * @param failure what is wrong with the data or the numbers, and would be anywhere
 */
record Contribution(
    int worker,
    long images,
    byte[] values,
    byte[] updater,
    byte[] statistics,
    double loss,
    String meter,
    long busyNanos,
    @Nullable RuntimeException failure)
    implements Serializable {
  /** A worker that cannot go on. */
  static Contribution failed(int worker, RuntimeException failure) {
    byte[] none = new byte[0];
    return new Contribution(worker, 0, none, none, none, 0, "", 0, failure);
  }
}
