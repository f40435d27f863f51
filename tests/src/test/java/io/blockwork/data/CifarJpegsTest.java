package io.blockwork.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Images;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** The real CIFAR-10 sample, where it is at hand. */
class CifarJpegsTest {
  private static final int TAR_BLOCK = 512;

  /** CRC-32 of the samples of all test images in order, decoded by PIL 9.4.0. */
  private static final long PIL_CRC = 4152867650L;

  private static Path tar() {
    String folder = System.getProperty("blockwork.data", "");
    Path data = folder.isEmpty() ? Path.of("..", "..", "shared", "data") : Path.of(folder);
    return data.resolve("cifar10-jpg.tar");
  }

  @Test
  void twoThousandSubsampledJpegsDecodeAsLibjpegTurboDecodesThem() throws Exception {
    Path tar = tar();
    assumeTrue(
        Files.exists(tar), () -> tar + " is not there; name its folder by -Dblockwork.data=DIR");
    CRC32 crc = new CRC32();
    int images = 0;
    try (InputStream in = Files.newInputStream(tar)) {
      byte[] header = in.readNBytes(TAR_BLOCK);
      while (header.length == TAR_BLOCK && header[0] != 0) {
        String name = new String(header, 0, 100, StandardCharsets.US_ASCII).split("\0", 2)[0];
        int size =
            Integer.parseInt(new String(header, 124, 11, StandardCharsets.US_ASCII).strip(), 8);
        byte[] data = in.readNBytes(size);
        in.skipNBytes((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
        if (name.startsWith("test/") && name.endsWith(".jpg")) {
          ByteImage image = Images.decode(data, name);
          crc.update(image.samples());
          images++;
        }
        header = in.readNBytes(TAR_BLOCK);
      }
    }
    assertEquals(2000, images);
    assertEquals(PIL_CRC, crc.getValue());
  }
}
