package io.blockwork.onnx.file;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that can be read from any place on, as often as one likes. */
public interface Bytes {
  /** How many there are. */
  long size();

  /** Reads from a place on; to be closed by the caller. */
  InputStream from(long offset) throws IOException;

  /** Those of an array, which stays as it is. */
  static Bytes of(byte[] array) {
    return new Bytes() {
      @Override
      public long size() {
        return array.length;
      }

      @Override
      public InputStream from(long offset) {
        int at = Math.toIntExact(offset);
        return new ByteArrayInputStream(array, at, array.length - at);
      }
    };
  }

  /**
   * Those of a file, as many as it has now.
   *
   * @throws IOException if it cannot be read
   */
  static Bytes of(Path path) throws IOException {
    long size = Files.size(path);
    return new Bytes() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public InputStream from(long offset) throws IOException {
        FileChannel channel = FileChannel.open(path);
        channel.position(offset);
        return Channels.newInputStream(channel);
      }
    };
  }
}
