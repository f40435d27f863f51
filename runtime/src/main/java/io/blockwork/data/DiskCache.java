package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.AtomicFile;
import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decoded images in a folder, a file each, which several processes may use at once: files come into
 * being whole, and what is counted against the bound stands in {@code cache.lock}, which is locked
 * while a file is added. Who does not get the lock leaves an image out, and adds it another time.
 */
final class DiskCache {
  private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);

  private static final String ENDING = ".pixels";
  private static final int MAGIC = 0x42575031;
  private static final int HEADER = 4 * Integer.BYTES;
  private static final int CHECK = Integer.BYTES;

  private final Path folder;
  private final long maxBytes;
  private volatile boolean writes = true;

  /**
   * A cache in a folder, which is made if it is missing. If it holds more than the bound, the
   * oldest files are deleted.
   *
   * @throws UncheckedIOException if nothing can be written there
   */
  DiskCache(Path folder, long maxBytes) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    try {
      Files.createDirectories(folder);
      locked(counted -> shrink());
    } catch (IOException e) {
      throw new UncheckedIOException(
          SafeText.format("%s: no cache can be kept there (%s)", PathNames.shown(folder), e), e);
    }
  }

  /** What changes the number of bytes that are counted. */
  private interface Change {
    long apply(long counted) throws IOException;
  }

  /** Does it while nobody else does; not at all if somebody does. */
  private synchronized void locked(Change change) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("cache.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        boolean known = channel.read(number, 0) == Long.BYTES;
        long counted = change.apply(known ? number.getLong(0) : 0);
        channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, counted), 0);
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("{}: another data set of this process is writing", folder);
    }
  }

  /** A file, as it was found. */
  private record Entry(Path path, long bytes, FileTime written) {}

  /** Deletes the oldest files beyond the bound; returns the bytes of the others. */
  private long shrink() throws IOException {
    AtomicFile.deleteLeftovers(folder, name -> name.endsWith(ENDING));
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path path : files.filter(p -> p.toString().endsWith(ENDING)).toList()) {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        entries.add(new Entry(path, attributes.size(), attributes.lastModifiedTime()));
      }
    }
    entries.sort(Comparator.comparing(Entry::written));
    long bytes = entries.stream().mapToLong(Entry::bytes).sum();
    for (Entry entry : entries) {
      if (bytes <= maxBytes) {
        break;
      }
      Files.deleteIfExists(entry.path());
      bytes -= entry.bytes();
    }
    return bytes;
  }

  /**
   * The file for an image: another one as soon as the image's file changes.
   *
   * @return empty if the image's file cannot be looked at
   */
  Optional<Path> place(ImageOrigin origin) {
    try {
      var attributes = Files.readAttributes(origin.file(), BasicFileAttributes.class);
      String key =
          String.join(
              "\0",
              origin.file().toAbsolutePath().toUri().toString(),
              Long.toString(origin.offset()),
              Long.toString(attributes.size()),
              attributes.lastModifiedTime().toInstant().toString());
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return Optional.of(folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + ENDING));
    } catch (IOException e) {
      // Whoever reads the image says what is wrong.
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What a file holds; empty if there is none, or it is damaged. */
  static Optional<ByteImage> read(Path place) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(place);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | OutOfMemoryError e) {
      LOG.debug("{}: cannot be read", place, e);
      return Optional.empty();
    }
    if (bytes.length < HEADER + CHECK) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    CRC32 check = new CRC32();
    check.update(bytes, 0, bytes.length - CHECK);
    boolean sound =
        buffer.getInt() == MAGIC && (int) check.getValue() == buffer.getInt(bytes.length - CHECK);
    if (!sound) {
      return Optional.empty();
    }
    int width = buffer.getInt();
    int height = buffer.getInt();
    int channels = buffer.getInt();
    byte[] samples = new byte[bytes.length - HEADER - CHECK];
    buffer.get(samples);
    try {
      return Optional.of(new ByteImage(width, height, channels, samples));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Keeps an image, if there is room; a disk that is full ends the keeping, not the reading. */
  void write(Path place, ByteImage image) {
    byte[] samples = image.samples();
    long length = (long) samples.length + HEADER + CHECK;
    if (!writes || length > maxBytes || length > Integer.MAX_VALUE - 8) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    bytes.putInt(MAGIC).putInt(image.width()).putInt(image.height()).putInt(image.channels());
    bytes.put(samples);
    CRC32 check = new CRC32();
    check.update(bytes.array(), 0, bytes.position());
    bytes.putInt((int) check.getValue());
    try {
      locked(
          counted -> {
            // A damaged file is replaced.
            long before = Files.exists(place) ? Files.size(place) : 0;
            long after = counted - before + length;
            if (after > maxBytes) {
              return counted;
            }
            AtomicFile.write(place, bytes.array());
            return after;
          });
    } catch (IOException | FileException e) {
      writes = false;
      LOG.warn("{}: no more decoded images are kept ({})", SafeText.of(folder), SafeText.of(e));
    }
  }
}
