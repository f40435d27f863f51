package io.blockwork.train;

import io.blockwork.data.Task;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * A number that says how good a network's outputs for all images of a validation are: one of those
 * here, or one of your own. It stands in the history, in logs and pictures, and the best weights,
 * early stopping and plateaus can go by it.
 *
 * <pre>{@code
 * Metric worst = new Metric("largest error", false, outputs -> ...);
 * Trainer.of(net).metrics(worst).keepBest(3, Score.of(worst)).fit(train, validation);
 * }</pre>
 *
 * @param name for people and files: no commas, quotes or control characters
 * @param higherIsBetter whether more is better
 * @param of takes the number from the outputs; NaN if it has none
 */
public record Metric(String name, boolean higherIsBetter, ToDoubleFunction<Outputs> of) {
  /**
   * The mean over the classes of the average precision, the area under the curve of precision over
   * recall as scikit-learn's {@code average_precision_score} takes it: the sum over the thresholds
   * of {@code (recall - recall before) * precision}. Classes that no image has are left out.
   */
  public static final Metric MEAN_AVERAGE_PRECISION =
      new Metric("mAP", true, MultiLabelFigures::meanAveragePrecision);

  /**
   * The mean over the classes of F1, the harmonic mean of precision and recall, where a class is
   * said to be there if its output is above 0 (a probability above 0.5): scikit-learn's {@code
   * f1_score(average="macro")}, which is 0 for a class that is neither there nor said to be.
   */
  public static final Metric MACRO_F1 = new Metric("macro F1", true, MultiLabelFigures::macroF1);

  /** F1 of all classes together: scikit-learn's {@code f1_score(average="micro")}. */
  public static final Metric MICRO_F1 = new Metric("micro F1", true, MultiLabelFigures::microF1);

  /** The mean over all numbers of the absolute difference. */
  public static final Metric MEAN_ABSOLUTE_ERROR =
      new Metric("MAE", false, RegressionFigures::meanAbsoluteError);

  /** The square root of the mean over all numbers of the squared difference. */
  public static final Metric ROOT_MEAN_SQUARED_ERROR =
      new Metric("RMSE", false, RegressionFigures::rootMeanSquaredError);

  /**
   * The mean over the numbers of the coefficient of determination, as scikit-learn's {@code
   * r2_score}: one less the squared errors over the squared deviations of the targets. Of a target
   * that is always the same it is 1 without errors, else 0; of fewer than two images NaN.
   */
  public static final Metric R2 = new Metric("R2", true, RegressionFigures::r2);

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is empty or holds commas, quotes or control characters
   */
  public Metric {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(of, "of");
    if (name.isBlank() || name.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ' || c == 127)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "name of a metric: expected no comma, quote or control character, got %s", name));
    }
  }

  /** What a validation tells of without being asked, beside loss and accuracies. */
  static List<Metric> usual(Task task) {
    return switch (task) {
      case SINGLE_LABEL -> List.of();
      case MULTI_LABEL -> List.of(MEAN_AVERAGE_PRECISION, MACRO_F1, MICRO_F1);
      case REGRESSION -> List.of(MEAN_ABSOLUTE_ERROR, ROOT_MEAN_SQUARED_ERROR, R2);
    };
  }
}
