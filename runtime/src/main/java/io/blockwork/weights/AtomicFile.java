package io.blockwork.weights;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes whole files: beside their place, forced to disk, then moved there. */
final class AtomicFile {
  private AtomicFile() {}

  /** What writes the content. */
  interface Body {
    void write(FileChannel channel) throws IOException;
  }

  static void write(Path target, Body body) {
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
      throw new WeightsException("%s: cannot be written (%s)".formatted(target, e), e);
    } finally {
      deleteIfThere(beside);
    }
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
