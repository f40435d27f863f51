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
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Known data sets out of a cache that holds small archives in their place. */
final class KnownImagesTest {
  private static final int RECORD = 3 * 32 * 32;

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

  private void archive(String name, String file, byte[] content) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    entry(tar, "folder/readme.html", new byte[700]);
    entry(tar, "folder/" + file, content);
    tar.write(new byte[1024]);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(cache.resolve(name)))) {
      out.write(tar.toByteArray());
    }
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
  void takesTheFilesOutOfTheArchiveOnce() throws IOException {
    byte[] records = new byte[2 * (1 + RECORD)];
    records[1 + RECORD] = 7;
    archive("cifar-10-binary.tar.gz", "test_batch.bin", records);
    ImageDataset test = KnownImages.CIFAR10.test(options);
    assertThat(test.size()).isEqualTo(2);
    assertThat(test.label(1)).isEqualTo(7);
    Files.delete(cache.resolve("cifar-10-binary.tar.gz"));
    assertThat(KnownImages.CIFAR10.test(options).classNames()).contains("frog");
  }

  @Test
  void namesAnArchiveThatLacksTheFile() throws IOException {
    archive("cifar-10-binary.tar.gz", "other.bin", new byte[10]);
    DataException e = assertThrows(DataException.class, () -> KnownImages.CIFAR10.test(options));
    assertThat(e).hasMessageThat().contains("holds no file called test_batch.bin");
  }

  @Test
  void saysHowToGetAFileThatCannotBeFetched() {
    FileException e = assertThrows(FileException.class, () -> KnownImages.MNIST.train(options));
    assertThat(e).hasMessageThat().contains("train-images-idx3-ubyte.gz");
    assertThat(e).hasMessageThat().contains("-Dblockwork.data.mirror=URL");
  }
}
