package io.blockwork.train;

import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Keeps other training runs out of a folder of checkpoints, in this process and in others. The
 * system ends the lock with the process, however it dies; the file stays.
 */
final class RunLock implements AutoCloseable {
  private static final String NAME = "training.lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
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
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (tryLock(channel).isEmpty()) {
          throw new FileException(
              SafeText.format(
                  "%s: another training run is using this folder%n  fix: wait for it to end, or"
                      + " choose"
                      + " another folder",
                  folder));
        }
        return new RunLock(channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new FileException(
          SafeText.format("%s: checkpoints cannot be written into this folder (%s)", folder, e), e);
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      // Held by this process.
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock has ended with the channel, and nothing was written to the file.
    }
  }
}
