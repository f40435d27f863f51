package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory of a zip archive (PKWARE's APPNOTE, 4.3), checked throughout.
 *
 * <p>{@code java.util.zip} does not say where an entry's bytes lie, which is what streaming tensors
 * straight from the file needs; and it takes an archive's word for more than is wise here. Entries
 * that overlap, repeat a name, leave the file, or claim more than their bytes can unpack to are
 * refused.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_BYTES = 22;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int MAX_COMMENT = 65_535;
  private static final long UNSIGNED_INT = 0xFFFF_FFFFL;

  /** A directory of more is not one of weights: a million entries would not need it. */
  private static final long MAX_DIRECTORY = 1L << 24;

  /** Deflate cannot do better than this (zlib's technical notes). */
  private static final long MAX_DEFLATE = 1032;

  /** What all weights of an archive may unpack to, in multiples of the file. */
  private static final long MAX_EXPANSION = 100;

  private final SourceFile file;
  private final Budget budget;
  private final Map<String, ZipRegion> entries = new LinkedHashMap<>();

  private record Extent(String name, long from, long to) {}

  private record Directory(long position, long bytes, long count) {}

  private ZipDirectory(SourceFile file) {
    this.file = file;
    this.budget = new Budget(file);
  }

  /** Reads the directory. */
  static Map<String, ZipRegion> read(SourceFile file) {
    ZipDirectory zip = new ZipDirectory(file);
    zip.readEntries(zip.locate());
    return zip.entries;
  }

  private Directory locate() {
    int tail = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
    long tailStart = file.size() - tail;
    ByteBuffer buffer = file.bytes(tailStart, tail);
    for (int at = tail - END_BYTES; at >= 0; at--) {
      int comment = tail - END_BYTES - at;
      if (buffer.getInt(at) == END && Short.toUnsignedInt(buffer.getShort(at + 20)) == comment) {
        return directory(buffer, at, tailStart + at);
      }
    }
    throw file.problem("is cut short: the directory at the end of the zip archive is missing");
  }

  private Directory directory(ByteBuffer buffer, int at, long position) {
    long count = Short.toUnsignedLong(buffer.getShort(at + 10));
    long bytes = Integer.toUnsignedLong(buffer.getInt(at + 12));
    long start = Integer.toUnsignedLong(buffer.getInt(at + 16));
    long end = position;
    if (position >= 20) {
      ByteBuffer locator = file.bytes(position - 20, 20);
      if (locator.getInt(0) == LOCATOR_64) {
        end = locator.getLong(8);
        ByteBuffer wide = file.bytes(end, 56);
        if (wide.getInt(0) != END_64) {
          throw file.problem("is damaged: the zip64 directory is not where its locator says");
        }
        count = wide.getLong(32);
        bytes = wide.getLong(40);
        start = wide.getLong(48);
      }
    }
    if (start < 0 || bytes < 0 || start > end || bytes > end - start) {
      throw file.problem(
          "is damaged: its zip directory claims %d bytes at %d, beyond its end at %d",
          bytes, start, end);
    }
    if (bytes > MAX_DIRECTORY) {
      throw file.problem(
          "has a zip directory of %d bytes; at most %d are read, many times what weights need",
          bytes, MAX_DIRECTORY);
    }
    if (count < 0 || count > bytes / ENTRY_BYTES) {
      throw file.problem(
          "is damaged: its zip directory of %d bytes claims %d entries", bytes, count);
    }
    return new Directory(start, bytes, count);
  }

  private void readEntries(Directory directory) {
    ByteBuffer buffer = file.bytes(directory.position(), (int) directory.bytes());
    List<Extent> extents = new ArrayList<>();
    for (long i = 0; i < directory.count(); i++) {
      if (buffer.remaining() < ENTRY_BYTES || buffer.getInt(buffer.position()) != ENTRY) {
        throw file.problem("is damaged: entry %d of its zip directory cannot be read", i);
      }
      extents.add(readEntry(buffer, directory.position()));
    }
    // Each length is below 1032 times its part of the file: the sum cannot overflow.
    long total = entries.values().stream().mapToLong(Region::length).sum();
    if (total > MAX_EXPANSION * file.size()) {
      throw file.problem(
          "is a zip bomb: its %d bytes would unpack to %d; save with numpy.savez, which does not compress",
          file.size(), total);
    }
    extents.sort(Comparator.comparingLong(Extent::from));
    for (int i = 1; i < extents.size(); i++) {
      if (extents.get(i).from() < extents.get(i - 1).to()) {
        throw file.problem(
            "is damaged: the zip entries %s and %s overlap",
            extents.get(i - 1).name(), extents.get(i).name());
      }
    }
  }

  private Extent readEntry(ByteBuffer buffer, long directoryStart) {
    int at = buffer.position();
    int flags = buffer.getShort(at + 8);
    int method = Short.toUnsignedInt(buffer.getShort(at + 10));
    long crc = Integer.toUnsignedLong(buffer.getInt(at + 16));
    long packed = Integer.toUnsignedLong(buffer.getInt(at + 20));
    long length = Integer.toUnsignedLong(buffer.getInt(at + 24));
    int nameBytes = Short.toUnsignedInt(buffer.getShort(at + 28));
    int extraBytes = Short.toUnsignedInt(buffer.getShort(at + 30));
    int commentBytes = Short.toUnsignedInt(buffer.getShort(at + 32));
    long local = Integer.toUnsignedLong(buffer.getInt(at + 42));
    int end = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
    if (end > buffer.limit()) {
      throw file.problem("is damaged: an entry of its zip directory reaches beyond the end");
    }
    byte[] nameText = new byte[nameBytes];
    buffer.get(at + ENTRY_BYTES, nameText);
    String name = new String(nameText, StandardCharsets.UTF_8);
    if (packed == UNSIGNED_INT || length == UNSIGNED_INT || local == UNSIGNED_INT) {
      ByteBuffer wide = wideFields(buffer, at + ENTRY_BYTES + nameBytes, extraBytes, name);
      length = length == UNSIGNED_INT ? next(wide, name) : length;
      packed = packed == UNSIGNED_INT ? next(wide, name) : packed;
      local = local == UNSIGNED_INT ? next(wide, name) : local;
    }
    buffer.position(end);
    if ((flags & 1) != 0) {
      throw file.problem("has the encrypted zip entry %s", name);
    }
    long start = dataStart(name, local, nameBytes, directoryStart);
    if (packed < 0 || length < 0 || packed > directoryStart - start) {
      throw file.problem(
          "is damaged: the zip entry %s claims %d bytes at %d, beyond the end of the entries at %d",
          name, packed, start, directoryStart);
    }
    budget.tensor(name);
    ZipRegion region = region(name, method, start, packed, length, crc);
    if (entries.putIfAbsent(name, region) != null) {
      throw file.problem("has two zip entries called %s", name);
    }
    return new Extent(name, local, start + packed);
  }

  private ZipRegion region(
      String name, int method, long start, long packed, long length, long crc) {
    if (method == 0 && packed == length) {
      return ZipRegion.stored(file, name, start, length, crc);
    }
    if (method == 8 && length / MAX_DEFLATE <= packed) {
      return ZipRegion.deflated(file, name, start, packed, length, crc);
    }
    throw file.problem(
        "is damaged: the zip entry %s (method %d) cannot hold %d bytes in %d",
        name, method, length, packed);
  }

  private long dataStart(String name, long local, int nameBytes, long directoryStart) {
    if (local < 0 || local > directoryStart - LOCAL_BYTES) {
      throw file.problem(
          "is damaged: the zip entry %s claims to start at %d, beyond the end of the entries",
          name, local);
    }
    ByteBuffer header = file.bytes(local, LOCAL_BYTES);
    if (header.getInt(0) != LOCAL || Short.toUnsignedInt(header.getShort(26)) != nameBytes) {
      throw file.problem(
          "is damaged: the zip entry %s does not start where the directory says", name);
    }
    long start = local + LOCAL_BYTES + nameBytes + Short.toUnsignedInt(header.getShort(28));
    if (start > directoryStart) {
      throw file.problem(
          "is damaged: the header of the zip entry %s reaches beyond the end of the entries", name);
    }
    return start;
  }

  /** The zip64 part of an entry's extra field. */
  private ByteBuffer wideFields(ByteBuffer buffer, int from, int bytes, String name) {
    int at = from;
    while (at + 4 <= from + bytes) {
      int id = Short.toUnsignedInt(buffer.getShort(at));
      int size = Short.toUnsignedInt(buffer.getShort(at + 2));
      if (size > from + bytes - at - 4) {
        break;
      }
      if (id == 1) {
        return buffer.slice(at + 4, size).order(buffer.order());
      }
      at += 4 + size;
    }
    throw file.problem("is damaged: the zip entry %s lacks its zip64 sizes", name);
  }

  private long next(ByteBuffer wide, String name) {
    if (wide.remaining() < Long.BYTES) {
      throw file.problem("is damaged: the zip entry %s lacks its zip64 sizes", name);
    }
    return wide.getLong();
  }
}
