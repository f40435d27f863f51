package io.blockwork.weights;

import java.nio.ByteBuffer;

/** Bytes that lie in the file as they are. */
final class PlainRegion implements Region {
  private final SourceFile file;
  private final long position;
  private final long length;

  PlainRegion(SourceFile file, long position, long length) {
    if (position < 0 || length < 0 || length > file.size() - position) {
      throw file.problem(
          "is cut short or damaged: its header refers to %d bytes at %d, but the file has only %d bytes",
          length, position, file.size());
    }
    this.file = file;
    this.position = position;
    this.length = length;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void verify(ByteBuffer scratch) {
    // Nothing in these formats says what the content should be.
  }

  @Override
  public ByteSource open(long offset) {
    return new ByteSource() {
      private long next = position + offset;

      @Override
      public void read(ByteBuffer target) {
        int count = target.remaining();
        if (count > position + length - next) {
          throw file.problem("%d bytes at %d lie beyond the end of their storage", count, next);
        }
        file.read(next, target);
        next += count;
      }
    };
  }

  @Override
  public ByteBuffer content() {
    return file.map(position, length);
  }
}
