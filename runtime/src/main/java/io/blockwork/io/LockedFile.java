package io.blockwork.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that is locked, for other processes and for other threads of this one. The system ends the
 * lock with the process, however it dies; the file stays.
 *
 * <p>On POSIX systems a lock ends when its process closes <em>any</em> channel of the file. So a
 * file that this process has locked is not even opened a second time.
 */
public final class LockedFile implements AutoCloseable {
  /** What this process has locked. The system's locks belong to the process; so does this. */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private LockedFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks a file, which is made if it is missing.
   *
   * @param file in a folder that exists; a link is not followed
   * @return empty if another process or another thread has locked it
   * @throws IOException if it cannot be opened or the file system has no locks
   */
  public static Optional<LockedFile> tryLock(Path file) throws IOException {
    Path name = file.getFileName();
    Path real = file.toAbsolutePath().resolveSibling("").toRealPath().resolve(name);
    if (!LOCKED.add(real)) {
      return Optional.empty();
    }
    Optional<LockedFile> locked = Optional.empty();
    try {
      locked = open(real);
      return locked;
    } finally {
      if (locked.isEmpty()) {
        LOCKED.remove(real);
      }
    }
  }

  private static Optional<LockedFile> open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // By this process, through another class loader's Blockwork.
      locked = false;
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    return locked ? Optional.of(new LockedFile(file, channel)) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      LOCKED.remove(file);
    }
  }
}
