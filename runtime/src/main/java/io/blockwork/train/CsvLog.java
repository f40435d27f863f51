package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Writes a line for each epoch to a CSV file, with a header; the file is written anew, beside and
 * moved, before the first epoch and after each. What a killed process left beside it is deleted.
 *
 * <p>The file of an earlier run is kept: unless this run goes on from it, it is renamed, {@code
 * log.csv} to {@code log-1.csv} or the next number that is free.
 *
 * @param path of the file
 */
public record CsvLog(Path path) implements TrainingListener {
  /** Checks that nothing is missing. */
  public CsvLog {
    Objects.requireNonNull(path, "path");
  }

  @Override
  public void onStart(Start start) {
    AtomicFile.deleteLeftovers(path);
    AtomicFile.requireWritable(path);
    if (!isGoneOnFrom(start.history())) {
      EarlierFile.setAside(path);
    }
    write(start.history());
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    write(history);
  }

  /** Whether all epochs that the file tells of are among those before the start. */
  private boolean isGoneOnFrom(TrainingHistory history) {
    List<String> earlier = EarlierFile.lines(path);
    List<String> before = HistoryText.encode(history.epochs()).lines().toList();
    return earlier.size() <= before.size() && earlier.equals(before.subList(0, earlier.size()));
  }

  private void write(TrainingHistory history) {
    AtomicFile.write(path, HistoryText.encode(history.epochs()).getBytes(StandardCharsets.UTF_8));
  }
}
