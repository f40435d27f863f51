package io.blockwork.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

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
    /** Writes everything to a new, empty file. */
    void write(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file; folders that are missing are made.
   *
   * @param target where the file shall be; one that is there is replaced
   * @param body writes the content
   * @throws FileException if it cannot be written; what was at the target is still there
   */
  public static void write(Path target, Body body) {
    Path place = target.toAbsolutePath();
    Path folder = place.resolveSibling("");
    Path beside = place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        body.write(channel);
        channel.force(true);
      }
      move(beside, place);
    } catch (IOException e) {
      throw new FileException("%s: cannot be written (%s)".formatted(target, e), e);
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
   * Deletes what processes that were killed while they wrote the target have left beside it. Nobody
   * may be writing it at the same time.
   *
   * @throws FileException if the folder cannot be read or a file cannot be deleted
   */
  public static void deleteLeftovers(Path target) {
    Path place = target.toAbsolutePath();
    Path folder = place.resolveSibling("");
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(
            folder, file -> isLeftover(String.valueOf(file.getFileName()), place))) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new FileException("%s: cannot be cleaned (%s)".formatted(folder, e), e);
    }
  }

  private static boolean isLeftover(String name, Path place) {
    String prefix = "." + place.getFileName() + ".";
    return name.startsWith(prefix) && name.length() == prefix.length() + UUID_LENGTH;
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
