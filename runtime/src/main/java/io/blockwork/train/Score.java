package io.blockwork.train;

import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * One number that says how good a validation is, to choose the best weights by: {@link #TOP1},
 * {@link #LOSS}, or one of your own:
 *
 * <pre>{@code
 * new Score("recall of cats", true, evaluation -> evaluation.confusion().recall(3))
 * }</pre>
 *
 * @param name for people, and to tell the scores of checkpoints apart
 * @param higherIsBetter whether more is better
 * @param of takes the number from a validation; NaN is never the best
 */
public record Score(String name, boolean higherIsBetter, ToDoubleFunction<Evaluation> of) {
  /** Checks that nothing is missing. */
  public Score {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
  }

  /** Top-1 accuracy. */
  public static final Score TOP1 = new Score("top-1", true, e -> e.metrics().top1());

  /** Cross entropy. */
  public static final Score LOSS = new Score("loss", false, e -> e.metrics().loss());

  /** Whether the first is a better score than the second. */
  boolean isBetter(double score, double than) {
    return higherIsBetter ? score > than : score < than;
  }
}
