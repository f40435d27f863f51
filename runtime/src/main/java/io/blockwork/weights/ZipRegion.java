package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The content of a zip entry, stored or deflated. */
final class ZipRegion implements Region {
  private static final int CHUNK = 1 << 15;

  private final SourceFile file;
  private final String name;
  private final long position;
  private final long packed;
  private final long length;
  private final long crc;
  private final boolean deflated;
  private volatile boolean verified;

  private ZipRegion(
      SourceFile file,
      String name,
      long position,
      long packed,
      long length,
      long crc,
      boolean deflated) {
    this.file = file;
    this.name = name;
    this.position = position;
    this.packed = packed;
    this.length = length;
    this.crc = crc;
    this.deflated = deflated;
  }

  static ZipRegion stored(SourceFile file, String name, long position, long length, long crc) {
    return new ZipRegion(file, name, position, length, length, crc, false);
  }

  static ZipRegion deflated(
      SourceFile file, String name, long position, long packed, long length, long crc) {
    return new ZipRegion(file, name, position, packed, length, crc, true);
  }

  /** Whether its bytes lie in the file as they are. */
  boolean stored() {
    return !deflated;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void verify(ByteBuffer scratch) {
    if (verified) {
      return;
    }
    CRC32 sum = new CRC32();
    try (ByteSource source = open(0)) {
      for (long at = 0; at < length; at += scratch.limit()) {
        scratch.clear().limit((int) Math.min(scratch.capacity(), length - at));
        source.read(scratch);
        sum.update(scratch.flip());
      }
    }
    if (sum.getValue() != crc) {
      throw file.problem(
          "is damaged: the content of the zip entry %s has the CRC %08x instead of %08x",
          name, sum.getValue(), crc);
    }
    verified = true;
  }

  /** The bytes as a pickle, verified. */
  PickleInput pickle() {
    if (deflated) {
      throw file.problem("has the compressed zip entry %s, which torch.save never writes", name);
    }
    verify(Region.scratch(length));
    return new PickleInput(file, position, position + length);
  }

  @Override
  public ByteSource open(long offset) {
    if (!deflated) {
      return new PlainRegion(file, position, length).open(offset);
    }
    Inflating source = new Inflating();
    source.skip(offset);
    return source;
  }

  @Override
  public ByteBuffer content() {
    if (!deflated) {
      return file.map(position, length);
    }
    if (length > Integer.MAX_VALUE) {
      throw file.problem(
          "has the compressed array %s in Fortran order, whose %d bytes are too many to reorder",
          name, length);
    }
    ByteBuffer content = allocate();
    try (ByteSource source = open(0)) {
      source.read(content);
    }
    return content.flip();
  }

  /** Room for all of the content, of which a small file can claim more than there is. */
  private ByteBuffer allocate() {
    try {
      return ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    } catch (OutOfMemoryError e) {
      throw file.problem(
          e,
          "needs %d bytes of heap memory to reorder the compressed array %s: give Java more (-Xmx), or"
              + " save it in C order, or without compression",
          length,
          name);
    }
  }

  private final class Inflating implements ByteSource {
    private final Inflater inflater = new Inflater(true);
    private final ByteBuffer input = ByteBuffer.allocate((int) Math.min(CHUNK, packed)).flip();
    private long consumed;

    @Override
    public void read(ByteBuffer target) {
      try {
        while (target.hasRemaining()) {
          if (inflater.inflate(target) == 0 && target.hasRemaining()) {
            refill();
          }
        }
      } catch (DataFormatException e) {
        throw file.problem(e, "is damaged: the zip entry %s cannot be unpacked (%s)", name, e);
      }
    }

    private void refill() {
      if (inflater.finished() || inflater.needsDictionary() || consumed == packed) {
        throw file.problem(
            "is damaged: the zip entry %s unpacks to less than its %d bytes", name, length);
      }
      input.clear().limit((int) Math.min(input.capacity(), packed - consumed));
      file.read(position + consumed, input);
      consumed += input.limit();
      inflater.setInput(input.flip());
    }

    void skip(long bytes) {
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, bytes));
      for (long left = bytes; left > 0; left -= chunk.limit()) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), left));
        read(chunk);
      }
    }

    @Override
    public void close() {
      inflater.end();
    }
  }
}
