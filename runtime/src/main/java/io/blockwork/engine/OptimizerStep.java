package io.blockwork.engine;

import java.util.List;
import java.util.Objects;

/**
 * What an optimizer wants of one step, beside its {@link UpdateRule}.
 *
 * @param rate learning rate, before any segment's factor
 * @param iteration steps before this one
 * @param largestNorm Euclidean norm of all gradients above which they are scaled down to it, as
 *     torch's {@code clip_grad_norm_} does; infinity: never
 * @param segments all learnable parameters, in order
 */
public record OptimizerStep(
    double rate, int iteration, double largestNorm, List<Segment> segments) {
  /** What torch's {@code clip_grad_norm_} adds to the norm. */
  public static final double CLIP_EPSILON = 1e-6;

  /** Copies the list. */
  public OptimizerStep {
    Objects.requireNonNull(segments, "segments");
    segments = List.copyOf(segments);
  }

  /**
   * Neighbouring values in the flat array of parameters that are treated alike. Their gradient is
   * {@code g + weightDecay * p}, and before the rule sees it, {@code decoupledWeightDecay * rate *
   * p} is taken off each {@code p}.
   *
   * @param from first value
   * @param to after the last value
   * @param frozen whether they, and the rule's state of them, stay as they are
   * @param rate factor of the learning rate
   * @param weightDecay factor of the parameter in the gradient
   * @param decoupledWeightDecay the part of a parameter, times the learning rate, that a step takes
   *     off
   */
  public record Segment(
      long from,
      long to,
      boolean frozen,
      double rate,
      double weightDecay,
      double decoupledWeightDecay) {}
}
