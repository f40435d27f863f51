package io.blockwork.loss;

import java.nio.FloatBuffer;

/**
 * What softmax cross entropy compares the logits {@code z} of some images with, for engines that
 * compute the loss themselves: it is {@code sum(t[i][c] * (logSumExp(z[i]) - z[i][c])) / divisor}
 * over images i and classes c. Label smoothing and the classes' weights are in t.
 */
public interface SoftTargets {
  /** What the sum is divided by: the number of images, or the weights of their classes. */
  double divisor();

  /**
   * Writes {@code t}.
   *
   * @param to {@code [N, classes]}, row by row, from its position on
   */
  void write(FloatBuffer to);
}
