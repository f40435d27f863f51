package io.blockwork.train;

import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.LockedFile;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps other training runs out of a folder of checkpoints, in this process and in others. The
 * system ends the lock with the process, however it dies; the file stays.
 */
final class RunLock implements CheckpointStore.Lock {
  private static final String NAME = "training.lock";

  private final LockedFile lock;

  private RunLock(LockedFile lock) {
    this.lock = lock;
  }

  /**
   * Locks a folder, which is made if it is missing.
   *
   * @throws FileException if another training run is using it, or it cannot be written to
   */
  static RunLock of(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      Files.createDirectories(folder.toAbsolutePath());
      return LockedFile.tryLock(file)
          .map(RunLock::new)
          .orElseThrow(
              () ->
                  new FileException(
                      SafeText.format(
                          "%s: another training run is using this folder%n  fix: wait for it to"
                              + " end, or choose another folder",
                          folder)));
    } catch (IOException e) {
      throw new FileException(
          SafeText.format(
              "%s: checkpoints cannot be written into this folder: %s %s",
              folder, NAME, FileProblem.writing(file, e)),
          e);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      // The lock has ended with the file's channel, and nothing was written to the file.
    }
  }
}
