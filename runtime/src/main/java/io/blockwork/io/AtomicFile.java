package io.blockwork.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Writes whole files: beside their place, forced to disk, then moved there. Whatever stood there
 * before survives until the new file is complete, and a crash leaves one or the other.
 */
public final class AtomicFile {
  private static final int UUID_LENGTH = 36;

  private AtomicFile() {}

  /** What writes the content. */
  @FunctionalInterface
  public interface Body {
    /** Writes everything to a new, empty file; called again if an interrupt breaks it off. */
    void write(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file; folders that are missing are made. An interrupt of the thread does not break the
   * writing off, and is still to be seen afterwards.
   *
   * @param target where the file shall be; one that is there is replaced
   * @param body writes the content
   * @throws FileException if it cannot be written; what was at the target is still there
   */
  public static void write(Path target, Body body) {
    Path place = target.toAbsolutePath();
    try {
      Files.createDirectories(place.resolveSibling(""));
      Uninterrupted.call(() -> writeOnce(place, body));
    } catch (IOException e) {
      throw new FileException(SafeText.of(target) + ": " + FileProblem.writing(target, e), e);
    }
  }

  private static Path writeOnce(Path place, Body body) throws IOException {
    Path beside = beside(place);
    try (FileChannel channel =
        FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      lock(channel);
      body.write(channel);
      channel.force(true);
      // Moved while it is open and locked: nobody takes it for a leftover in between.
      move(beside, place);
      return place;
    } finally {
      deleteIfThere(beside);
    }
  }

  private static Path beside(Path place) {
    return place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID());
  }

  /** Shows that somebody is writing; not every file system has locks. */
  private static void lock(FileChannel channel) throws IOException {
    try {
      channel.tryLock();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      // Then deleteLeftovers cannot tell, as it says.
    }
  }

  /**
   * Finds out whether a file could be written, by writing an empty one beside it.
   *
   * @throws FileException if it could not; folders that were missing may have been made
   */
  public static void requireWritable(Path target) {
    Path place = target.toAbsolutePath();
    Path beside = beside(place);
    try {
      Files.createDirectories(place.resolveSibling(""));
      Files.createFile(beside);
    } catch (IOException e) {
      throw new FileException(SafeText.of(target) + ": " + FileProblem.writing(target, e), e);
    } finally {
      deleteIfThere(beside);
    }
  }

  /**
   * Writes a file that is in memory.
   *
   * @throws FileException if it cannot be written; what was at the target is still there
   */
  public static void write(Path target, byte[] content) {
    write(
        target,
        channel -> {
          ByteBuffer bytes = ByteBuffer.wrap(content);
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  /**
   * Deletes what processes that were killed while they wrote the target have left beside it. What
   * somebody is still writing stays, where the file system has locks.
   *
   * @throws FileException if the folder cannot be read or a file cannot be deleted
   */
  public static void deleteLeftovers(Path target) {
    Path place = target.toAbsolutePath();
    String name = String.valueOf(place.getFileName());
    deleteLeftovers(place.resolveSibling(""), name::equals);
  }

  /**
   * Deletes what killed processes have left in a folder, like {@link #deleteLeftovers(Path)}.
   *
   * @param written which names the files that they were writing would have had
   * @throws FileException if the folder cannot be read or a file cannot be deleted
   */
  public static void deleteLeftovers(Path folder, Predicate<String> written) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(
            folder, file -> isLeftover(String.valueOf(file.getFileName()), written))) {
      for (Path leftover : leftovers) {
        if (!isBeingWritten(leftover)) {
          Files.deleteIfExists(leftover);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new FileException(
          SafeText.format("%s: cannot be cleaned (%s)", folder, FileProblem.reason(e)), e);
    }
  }

  private static boolean isBeingWritten(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException e) {
      // By this process.
      return true;
    } catch (NoSuchFileException e) {
      // Finished, and moved into its place.
      return false;
    }
  }

  private static boolean isLeftover(String name, Predicate<String> written) {
    int end = name.length() - UUID_LENGTH - 1;
    return end > 1
        && name.charAt(0) == '.'
        && name.charAt(end) == '.'
        && written.test(name.substring(1, end));
  }

  /** Moves a finished file into place, over what may be there. */
  static void move(Path beside, Path place) throws IOException {
    try {
      Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, place, StandardCopyOption.REPLACE_EXISTING);
    }
    forceFolder(place.toAbsolutePath().resolveSibling(""));
  }

  /** The move itself is durable once the folder is; Windows cannot open folders and need not. */
  private static void forceFolder(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void deleteIfThere(Path beside) {
    try {
      Files.deleteIfExists(beside);
    } catch (IOException e) {
      // Left behind beside the place: harmless, and the first error is the one to report.
    }
  }
}
