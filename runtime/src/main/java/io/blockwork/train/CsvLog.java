package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes a line for each epoch to a CSV file, with a header; the file is written anew, beside and
 * moved, before the first epoch and after each. What a killed process left beside it is deleted.
 *
 * @param path of the file
 */
public record CsvLog(Path path) implements TrainingListener {
  @Override
  public void onStart(Start start) {
    AtomicFile.deleteLeftovers(path);
    write(start.history());
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    write(history);
  }

  private void write(TrainingHistory history) {
    AtomicFile.write(path, HistoryText.encode(history.epochs()).getBytes(StandardCharsets.UTF_8));
  }
}
