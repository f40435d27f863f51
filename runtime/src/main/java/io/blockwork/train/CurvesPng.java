package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Draws loss and accuracy over the epochs; the PNG is written anew, beside and moved, after each
 * epoch. What a killed process left beside it is deleted at the start; the picture of an earlier
 * run, from whose checkpoint this one does not go on, is renamed: {@code curves.png} to {@code
 * curves-1.png} or the next number that is free.
 *
 * @param path of the file
 */
public record CurvesPng(Path path) implements TrainingListener {
  /** Checks that nothing is missing. */
  public CurvesPng {
    Objects.requireNonNull(path, "path");
  }

  @Override
  public void onStart(Start start) {
    AtomicFile.deleteLeftovers(path);
    AtomicFile.requireWritable(path);
    if (start.history().epochs().isEmpty()) {
      EarlierFile.setAside(path);
    } else {
      draw(start.history());
    }
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    draw(history);
  }

  private void draw(TrainingHistory history) {
    AtomicFile.write(path, Charts.curves(history));
  }
}
