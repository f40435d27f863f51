package io.blockwork.train;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Checkpoints in a folder of this machine. */
record CheckpointFolder(Path folder) implements CheckpointStore {
  private static final String SEVERAL = "best-step-";
  private static final String ENDING = ".safetensors";

  @Override
  public RunLock lock() {
    return RunLock.of(folder);
  }

  @Override
  public void clear() {
    delete(LAST);
    delete(BEST);
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, SEVERAL + "*" + ENDING)) {
      files.forEach(CheckpointFolder::delete);
    } catch (IOException e) {
      throw new FileException(SafeText.of(folder) + ": " + FileProblem.listing(folder, e), e);
    }
  }

  @Override
  public void write(String name, SafetensorsWriter file) {
    file.write(folder.resolve(name));
  }

  @Override
  public void delete(String name) {
    delete(folder.resolve(name));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: this old checkpoint %s", file, FileProblem.deleting(file, e)), e);
    }
  }

  @Override
  public <T> Optional<T> read(Function<Weights, T> reader) {
    Path last = folder.resolve(LAST);
    AtomicFile.deleteLeftovers(folder, CheckpointFolder::isCheckpoint);
    if (!Files.exists(last)) {
      return Optional.empty();
    }
    try (Weights weights = Weights.open(last)) {
      return Optional.of(reader.apply(weights));
    }
  }

  private static boolean isCheckpoint(String name) {
    return name.equals(LAST)
        || name.equals(BEST)
        || (name.startsWith(SEVERAL) && name.endsWith(ENDING));
  }

  @Override
  public String describe(String name) {
    return folder.resolve(name).toString();
  }
}
