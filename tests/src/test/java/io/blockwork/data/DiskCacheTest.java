package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.image.ByteImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decoded images that outlive the process. */
final class DiskCacheTest {
  private static final long PLENTY = 1 << 20;

  /** A picture of 4 x 2, with what is written beside its pixels. */
  private static final int ENTRY = 4 * 2 * 3 + 20;

  @TempDir Path folder;
  private final AtomicInteger decoded = new AtomicInteger();
  private Path cache;

  @BeforeEach
  void paint() throws IOException {
    cache = folder.resolve("cache");
    for (int i = 0; i < 3; i++) {
      draw(folder.resolve(i + ".png"), 0x102030 * (i + 1));
    }
  }

  private static void draw(Path file, int color) throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(1, 1, color);
    ImageIO.write(image, "png", file.toFile());
  }

  /** Counts what is decoded. */
  private ImageDataset pictures() {
    ImageFiles files =
        ImageFiles.of(Stream.of("0.png", "1.png", "2.png").map(folder::resolve).toList());
    return new ImageDataset() {
      @Override
      public ByteImage image(int index) {
        decoded.incrementAndGet();
        return files.image(index);
      }

      @Override
      public Optional<ImageOrigin> origin(int index) {
        return files.origin(index);
      }

      @Override
      public int size() {
        return files.size();
      }

      @Override
      public int label(int index) {
        return UNLABELLED;
      }

      @Override
      public List<String> classNames() {
        return List.of();
      }
    };
  }

  private int readAll(ImageDataset images) {
    int before = decoded.get();
    for (int i = 0; i < images.size(); i++) {
      assertThat(images.image(i).samples())
          .isEqualTo(ImageFiles.of(List.of(folder.resolve(i + ".png"))).image(0).samples());
    }
    return decoded.get() - before;
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(p -> p.toString().endsWith(".pixels")).sorted().toList();
    }
  }

  @Test
  void imagesAreDecodedOnceAndNotAgainByTheNextProcess() throws IOException {
    ImageDataset images = pictures().cachedIn(cache, PLENTY);
    assertThat(readAll(images)).isEqualTo(3);
    assertThat(readAll(images)).isEqualTo(0);
    assertThat(readAll(pictures().subset(0, 1, 2).cachedIn(cache, PLENTY))).isEqualTo(0);
    assertThat(entries()).hasSize(3);
  }

  @Test
  void aFileThatHasChangedIsDecodedAnew() throws IOException {
    ImageDataset images = pictures().cachedIn(cache, PLENTY);
    assertThat(readAll(images)).isEqualTo(3);
    Path file = folder.resolve("1.png");
    FileTime time = Files.getLastModifiedTime(file);
    draw(file, 0xff00ff);
    Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 5000));
    assertThat(readAll(images)).isEqualTo(1);
    assertThat(readAll(images)).isEqualTo(0);
  }

  @Test
  void damagedFilesAreIgnoredAndReplaced() throws IOException {
    ImageDataset images = pictures().cachedIn(cache, PLENTY);
    assertThat(readAll(images)).isEqualTo(3);
    byte[] bytes = Files.readAllBytes(entries().get(0));
    bytes[25] ^= 1;
    Files.write(entries().get(0), bytes);
    Files.write(entries().get(1), new byte[] {1, 2, 3});
    Files.write(entries().get(2), Arrays.copyOf(bytes, bytes.length - 1));
    assertThat(readAll(images)).isEqualTo(3);
    assertThat(readAll(images)).isEqualTo(0);
  }

  @Test
  void theFolderStaysWithinItsBound() throws IOException {
    ImageDataset images = pictures().cachedIn(cache, 2 * ENTRY + 1);
    assertThat(readAll(images)).isEqualTo(3);
    assertThat(entries()).hasSize(2);
    assertThat(readAll(images)).isEqualTo(1);
    assertThat(readAll(pictures().cachedIn(cache, PLENTY))).isEqualTo(1);
    assertThat(entries()).hasSize(3);
    FileTime old = FileTime.fromMillis(1_000_000);
    Path oldest = entries().get(1);
    Files.setLastModifiedTime(oldest, old);
    pictures().cachedIn(cache, 2 * ENTRY);
    assertThat(entries()).hasSize(2);
    assertThat(entries()).doesNotContain(oldest);
  }

  @Test
  void whoDoesNotGetTheLockReadsAndLeavesTheFolderAlone() throws IOException {
    ImageDataset images = pictures().cachedIn(cache, PLENTY);
    images.image(0);
    try (FileChannel channel =
            FileChannel.open(cache.resolve("cache.lock"), StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThat(readAll(images)).isEqualTo(2);
      assertThat(readAll(pictures().cachedIn(cache, PLENTY))).isEqualTo(2);
    }
    assertThat(entries()).hasSize(1);
    assertThat(readAll(images)).isEqualTo(2);
    assertThat(readAll(images)).isEqualTo(0);
  }

  @Test
  void aFolderThatCannotBeIsRefusedAtOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThrows(UncheckedIOException.class, () -> pictures().cachedIn(file, PLENTY));
  }

  @Test
  void loadingTellsItsProcessorTime() {
    Duration each = Duration.ofMillis(20);
    TensorTransform slow =
        (image, random) -> {
          long end = ThreadTime.nanos() + each.toNanos();
          while (ThreadTime.nanos() < end) {
            Thread.onSpinWait();
          }
          return image;
        };
    Dataset data = pictures().with(Pipeline.of(slow));
    for (int workers : new int[] {0, 2}) {
      try (DataLoader loader = DataLoader.of(data).batchSize(1).workers(workers).build()) {
        Epoch epoch = loader.epoch(1);
        epoch.forEachRemaining(batch -> {});
        assertThat(epoch.loading()).isAtLeast(each.multipliedBy(3));
      }
    }
  }
}
