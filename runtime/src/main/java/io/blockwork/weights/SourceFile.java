package io.blockwork.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A weight file, open for reading at any position by any thread.
 *
 * <p>Values are read, not mapped: a mapping counts as resident memory beside the parameters it is
 * copied to, Java 17 cannot undo it, and a file that shrinks under it ends in an error that no
 * caller expects. Only views with strides are gathered from a mapping of their storage.
 */
final class SourceFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  private SourceFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  static SourceFile open(Path path) {
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new SourceFile(path, channel, channel.size());
    } catch (NoSuchFileException e) {
      String place = path.isAbsolute() ? "" : " (looked for " + path.toAbsolutePath() + ")";
      throw new WeightsException("%s: does not exist%s".formatted(path, place), e);
    } catch (IOException e) {
      throw new WeightsException("%s: cannot be opened for reading (%s)".formatted(path, e), e);
    }
  }

  long size() {
    return size;
  }

  /** A problem with this file. */
  WeightsException problem(String message, Object... arguments) {
    return new WeightsException(path + ": " + message.formatted(arguments));
  }

  WeightsException problem(Throwable cause, String message, Object... arguments) {
    return new WeightsException(path + ": " + message.formatted(arguments), cause);
  }

  /** Fills the rest of the target from the position on. */
  void read(long position, ByteBuffer target) {
    check(position, target.remaining());
    long at = position;
    try {
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw problem("ended at byte %d while it was read; was it being written?", at);
        }
        at += count;
      }
    } catch (IOException e) {
      throw problem(e, "cannot be read at byte %d (%s)", at, e);
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
      throw problem("a view with strides over %d bytes is more than can be mapped at once", length);
    }
    try {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, position, length)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw problem(e, "%d bytes at %d cannot be mapped (%s)", length, position, e);
    }
  }

  private void check(long position, long length) {
    if (position < 0 || length < 0 || length > size - position) {
      throw problem(
          "%d bytes at %d are wanted, but the file has only %d: it is cut short or damaged",
          length, position, size);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw problem(e, "cannot be closed (%s)", e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
