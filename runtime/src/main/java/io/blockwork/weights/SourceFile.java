package io.blockwork.weights;

import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * A weight file, open for reading at any position by any thread.
 *
 * <p>Values are read, not mapped: a mapping counts as resident memory beside the parameters it is
 * copied to, Java 17 cannot undo it, and a file that shrinks under it ends in an error that no
 * caller expects. Only views with strides are gathered from a mapping of their storage.
 *
 * <p>Java closes a channel when a thread that reads from it is interrupted, for all other readers
 * too. The file is then opened again, and the interrupt is left for the thread's own code to find.
 */
final class SourceFile implements AutoCloseable {
  /** Files of a folder that a message names. */
  private static final int LISTED = 5;

  private final Path path;
  private final BasicFileAttributes attributes;
  private volatile FileChannel channel;
  private volatile boolean closed;

  private SourceFile(Path path, FileChannel channel, BasicFileAttributes attributes) {
    this.path = path;
    this.channel = channel;
    this.attributes = attributes;
  }

  /** What is done with the open file; done again if an interrupt gets in its way. */
  private interface Access<T> {
    T with(FileChannel channel) throws IOException;
  }

  static SourceFile open(Path path) {
    // An interrupt that is pending would close the channel as soon as it is used.
    boolean interrupted = Thread.interrupted();
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw new WeightsException(
            SafeText.format(
                "%s: is a folder, not a weight file%s%s",
                path, FileProblem.place(path), weightsIn(path)));
      }
      return new SourceFile(path, FileChannel.open(path, StandardOpenOption.READ), attributes);
    } catch (IOException e) {
      throw new WeightsException(SafeText.of(path) + ": " + FileProblem.reading(path, e), e);
    } finally {
      restore(interrupted);
    }
  }

  /** The weight files of a folder that was named in the place of one. */
  private static String weightsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> name.matches(".*\\.(safetensors|npz|pth|pt|th)"))
              .sorted()
              .limit(LISTED)
              .toList();
      return names.isEmpty()
          ? ", and holds none"
          : SafeText.format("; it holds %s: open one of them", String.join(", ", names));
    }
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  long size() {
    return attributes.size();
  }

  /** A problem with this file; what the arguments bring from the file is made harmless. */
  WeightsException problem(String message, Object... arguments) {
    return new WeightsException(SafeText.of(path) + ": " + SafeText.format(message, arguments));
  }

  WeightsException problem(Throwable cause, String message, Object... arguments) {
    return new WeightsException(
        SafeText.of(path) + ": " + SafeText.format(message, arguments), cause);
  }

  /** Fills the rest of the target from the position on. */
  void read(long position, ByteBuffer target) {
    check(position, target.remaining());
    int start = target.position();
    try {
      access(
          open -> {
            target.position(start);
            while (target.hasRemaining()) {
              long at = position + target.position() - start;
              if (open.read(target, at) < 0) {
                throw problem("ended at byte %d while it was read; was it being written?", at);
              }
            }
            return target;
          });
    } catch (IOException e) {
      throw problem(e, "cannot be read at byte %d (%s)", position, FileProblem.reason(e));
    }
  }

  /** A few bytes, little-endian. The length is checked against the file before memory is taken. */
  ByteBuffer bytes(long position, int length) {
    check(position, length);
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    read(position, buffer);
    return buffer.flip();
  }

  /** A part of the file as memory, little-endian. */
  ByteBuffer map(long position, long length) {
    check(position, length);
    if (length > Integer.MAX_VALUE) {
      throw problem(
          "a view with strides over %d bytes cannot be read: at most 2 GiB can be mapped; save it"
              + " with contiguous()",
          length);
    }
    try {
      return access(open -> open.map(FileChannel.MapMode.READ_ONLY, position, length))
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw problem(
          e, "%d bytes at %d cannot be mapped (%s)", length, position, FileProblem.reason(e));
    }
  }

  private <T> T access(Access<T> access) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        FileChannel open = channel;
        try {
          if (closed) {
            throw problem("is closed: read its tensors before close() is called");
          }
          return access.with(open);
        } catch (ClosedChannelException e) {
          reopen(open);
        }
      }
    } finally {
      restore(interrupted);
    }
  }

  /** Opens the file again after the channel was closed by an interrupt, unless somebody has. */
  private synchronized void reopen(FileChannel broken) throws IOException {
    if (closed || channel != broken) {
      return;
    }
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    boolean same =
        now.size() == attributes.size()
            && now.lastModifiedTime().equals(attributes.lastModifiedTime())
            && String.valueOf(now.fileKey()).equals(String.valueOf(attributes.fileKey()));
    if (!same) {
      throw problem("was replaced or changed while it was open; open it again");
    }
    channel = FileChannel.open(path, StandardOpenOption.READ);
  }

  private void check(long position, long length) {
    if (position < 0 || length < 0 || length > size() - position) {
      throw problem(
          "is cut short or damaged: its header refers to %d bytes at %d, but the file has only %d"
              + " bytes",
          length, position, size());
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      throw problem(e, "cannot be closed (%s)", FileProblem.reason(e));
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
