package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a learning-rate range test found (Smith, 2015): the loss while the rate grew from step to
 * step.
 *
 * @param points one for each step
 * @see Trainer#findLearningRate
 */
public record LearningRates(List<Point> points) {
  /** Steps at the beginning whose smoothed loss says little. */
  private static final int SKIP_FIRST = 10;

  /**
   * One step.
   *
   * @param rate its learning rate
   * @param loss the smoothed loss
   */
  public record Point(double rate, double loss) {}

  /** Copies the list. */
  public LearningRates {
    Objects.requireNonNull(points, "points");
    points = List.copyOf(points);
  }

  /**
   * A rate to train with: where the loss fell fastest, which is about a tenth of the largest rate
   * that works. The first ten steps and the last one are left out, as in Lightning's finder; empty
   * if the loss fell nowhere.
   */
  public OptionalDouble suggestion() {
    double steepest = 0;
    OptionalDouble best = OptionalDouble.empty();
    int last = points.size() - 2;
    for (int i = SKIP_FIRST; i <= last; i++) {
      double slope = slope(i, last);
      if (slope < steepest) {
        steepest = slope;
        best = OptionalDouble.of(points.get(i).rate());
      }
    }
    return best;
  }

  /** Central differences, and one-sided ones at both ends, as NumPy's gradient. */
  private double slope(int i, int last) {
    int before = Math.max(SKIP_FIRST, i - 1);
    int after = Math.min(last, i + 1);
    return before == after
        ? 0
        : (points.get(after).loss() - points.get(before).loss()) / (after - before);
  }

  /**
   * Draws the loss over the rate, with the suggestion.
   *
   * @throws io.blockwork.io.FileException if the file cannot be written
   * @throws IllegalStateException if this Java cannot draw
   */
  public void writePng(Path path) {
    Objects.requireNonNull(path, "path");
    AtomicFile.write(path, Charts.learningRates(this));
  }
}
