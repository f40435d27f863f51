package io.blockwork.weights;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** A file's bytes from a position on, that knows where it is and how much may be read. */
final class PickleInput extends InputStream {
  private final SourceFile file;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 12).flip();
  private final long end;
  private long next;

  PickleInput(SourceFile file, long position, long end) {
    this.file = file;
    this.next = position;
    this.end = end;
  }

  /** Position in the file of the next byte. */
  long position() {
    return next - buffer.remaining();
  }

  /** Bytes left. */
  long left() {
    return end - position();
  }

  @Override
  public int read() {
    if (!buffer.hasRemaining()) {
      if (next >= end) {
        return -1;
      }
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - next));
      file.read(next, buffer);
      next += buffer.limit();
      buffer.flip();
    }
    return Byte.toUnsignedInt(buffer.get());
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int count = 0;
    while (count < length) {
      int value = read();
      if (value < 0) {
        return count == 0 ? -1 : count;
      }
      target[offset + count++] = (byte) value;
    }
    return count;
  }
}
