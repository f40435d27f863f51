package io.blockwork.train;

import io.blockwork.data.Task;
import io.blockwork.io.SafeText;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * One number that says how good a validation is, to choose the best weights by: {@link #TOP1},
 * {@link #LOSS}, a {@link Metric}, or one of your own:
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

  /** A metric that the validation tells of; without it, taking the score fails. */
  public static Score of(Metric metric) {
    return new Score(
        metric.name(),
        metric.higherIsBetter(),
        evaluation ->
            evaluation
                .metrics()
                .value(metric.name())
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            SafeText.format(
                                "the best weights are to be kept by %s, which the validation does"
                                    + " not tell of: name it in trainer.metrics(...) too",
                                metric.name()))));
  }

  /** By what the best weights are kept, unless something else is asked for. */
  static Score usual(Task task) {
    return switch (task) {
      case SINGLE_LABEL -> TOP1;
      case MULTI_LABEL -> of(Metric.MEAN_AVERAGE_PRECISION);
      case REGRESSION -> LOSS;
    };
  }

  /** Whether the first is a better score than the second. */
  boolean isBetter(double score, double than) {
    return higherIsBetter ? score > than : score < than;
  }
}
