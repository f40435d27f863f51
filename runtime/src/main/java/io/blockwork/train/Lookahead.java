package io.blockwork.train;

import io.blockwork.parameters.Parameters;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Lookahead (Zhang and others, 2019): after every few steps of any optimizer, slow weights go a
 * part of the way to where the steps have led, and the network goes on from there. As in the paper,
 * and unlike some ports, the slow weights begin where the network does.
 *
 * <pre>{@code
 * Lookahead lookahead = new Lookahead(net.parameters(), 5, 0.5);
 * ...
 * optimizer.step();
 * lookahead.afterStep(optimizer.steps());
 * }</pre>
 */
public final class Lookahead {
  private final Parameters parameters;
  private final int every;
  private final double share;
  private final INDArray slow;

  /**
   * @param parameters that an optimizer steps; their values are the first slow weights
   * @param every steps between two of the slow weights' steps, at least 1: 5 is usual
   * @param share the part of the way that the slow weights go, above 0 and at most 1: 0.5 is usual
   * @throws IllegalArgumentException if a number is out of range
   */
  public Lookahead(Parameters parameters, int every, double share) {
    if (every < 1 || !(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "lookahead: expected at least 1 step and a share above 0 and at most 1, got "
              + every
              + " and "
              + share);
    }
    this.parameters = parameters;
    this.every = every;
    this.share = share;
    // The slow weights outlive any workspace that the caller may have open.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      this.slow = parameters.flat();
    }
  }

  /**
   * To be called after each step.
   *
   * @param steps made so far, this one included
   */
  public void afterStep(long steps) {
    if (steps % every == 0) {
      look();
    }
  }

  /** Moves the slow weights now, and the fast ones to them. */
  void look() {
    parameters.write(
        memory -> {
          INDArray fast = memory.flat();
          slow.addi(fast.sub(slow).muli(share));
          fast.assign(slow);
        });
  }

  /** The slow weights, in the order of {@link Parameters#flat}: the array itself, not a copy. */
  INDArray slow() {
    return slow;
  }

  /** Goes on from slow weights that were saved. */
  void restore(INDArray saved) {
    slow.assign(saved);
  }
}
