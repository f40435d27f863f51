package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Draws loss and accuracy over the epochs; the PNG is written anew, beside and moved, after each
 * epoch.
 *
 * @param path of the file
 */
public record CurvesPng(Path path) implements TrainingListener {
  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    AtomicFile.write(path, Charts.curves(history));
  }
}
