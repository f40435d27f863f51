package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.io.DownloadOptions;
import io.blockwork.io.FileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Known data sets and their cache, with small archives in their place. */
final class KnownImagesTest {
  @TempDir Path cache;
  private DownloadOptions options;

  @BeforeEach
  void nowhere() {
    // Nobody listens there: only what is in the cache can be had.
    options =
        DownloadOptions.defaults()
            .cache(cache)
            .attempts(1)
            .source(URI.create("http://localhost:1/"));
  }

  private PublishedFile archive(String name, String file, byte[] content)
      throws IOException, NoSuchAlgorithmException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    entry(tar, "folder/readme.html", new byte[700]);
    entry(tar, "folder/" + file, content);
    tar.write(new byte[1024]);
    Path path = cache.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(tar.toByteArray());
    }
    return published(path);
  }

  private static PublishedFile published(Path path) throws IOException, NoSuchAlgorithmException {
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path));
    return new PublishedFile(
        path.getFileName().toString(), HexFormat.of().formatHex(sha), Files.size(path));
  }

  private static void entry(ByteArrayOutputStream tar, String name, byte[] content) {
    byte[] header = new byte[512];
    byte[] path = name.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(path, 0, header, 0, path.length);
    byte[] size = "%011o".formatted(content.length).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, header, 124, size.length);
    tar.writeBytes(header);
    tar.writeBytes(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
  }

  @Test
  void takesAFileOutOfItsArchiveOnceOrWhenItIsOfAnotherSize() throws Exception {
    PublishedFile archive = archive("set.tar.gz", "test.bin", new byte[] {1, 2, 3});
    Path place = KnownImages.unpacked(archive, "test.bin", size -> size == 3, options);
    assertThat(Files.readAllBytes(place)).isEqualTo(new byte[] {1, 2, 3});
    Files.write(place, new byte[] {3, 2, 1});
    KnownImages.unpacked(archive, "test.bin", size -> size == 3, options);
    assertThat(Files.readAllBytes(place)).isEqualTo(new byte[] {3, 2, 1});
    Files.write(place, new byte[2]);
    KnownImages.unpacked(archive, "test.bin", size -> size == 3, options);
    assertThat(Files.readAllBytes(place)).isEqualTo(new byte[] {1, 2, 3});
  }

  @Test
  void namesAnArchiveThatLacksTheFile() throws Exception {
    PublishedFile archive = archive("set.tar.gz", "other.bin", new byte[10]);
    DataException e =
        assertThrows(
            DataException.class,
            () -> KnownImages.unpacked(archive, "test.bin", size -> true, options));
    assertThat(e).hasMessageThat().contains("holds no file called test.bin");
  }

  @Test
  void namesAnArchiveThatIsCutOff() throws Exception {
    byte[] content = new byte[100_000];
    new java.util.SplittableRandom(1).nextBytes(content);
    archive("set.tar.gz", "test.bin", content);
    Path path = cache.resolve("set.tar.gz");
    Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 50_000));
    PublishedFile cut = published(path);
    DataException e =
        assertThrows(
            DataException.class,
            () -> KnownImages.unpacked(cut, "other.bin", size -> true, options));
    assertThat(e).hasMessageThat().contains("is cut off or damaged");
  }

  @Test
  void anotherFileOfTheSameNameIsNotTakenForThePublishedOne() throws Exception {
    Path file = Files.write(cache.resolve("x.gz"), new byte[] {1, 2, 3});
    PublishedFile published = published(file);
    assertThat(published.fetch(options)).isEqualTo(file);
    for (byte[] other : new byte[][] {{1, 2, 4}, {1, 2}}) {
      Files.write(file, other);
      assertThrows(FileException.class, () -> published.fetch(options));
      assertThat(Files.exists(file)).isFalse();
    }
  }

  @Test
  void setsWithFilesOfTheSameNamesDoNotShareAFolder() {
    FileException digits =
        assertThrows(FileException.class, () -> KnownImages.MNIST.train(options));
    assertThat(digits).hasMessageThat().contains("train-images-idx3-ubyte.gz");
    assertThat(digits).hasMessageThat().contains("-Dblockwork.data.mirror=URL");
    assertThrows(FileException.class, () -> KnownImages.FASHION_MNIST.train(options));
    assertThat(Files.isDirectory(cache.resolve("mnist"))).isTrue();
    assertThat(Files.isDirectory(cache.resolve("fashion-mnist"))).isTrue();
  }
}
