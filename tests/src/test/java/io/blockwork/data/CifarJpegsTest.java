package io.blockwork.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.image.Images;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** The real CIFAR-10 sample, where it is at hand. */
class CifarJpegsTest {
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
    AtomicInteger images = new AtomicInteger();
    PlainTar.forEach(
        tar,
        (name, data) -> {
          if (name.startsWith("test/") && name.endsWith(".jpg")) {
            crc.update(Images.decode(data, name).samples());
            images.incrementAndGet();
          }
        });
    assertEquals(2000, images.get());
    assertEquals(PIL_CRC, crc.getValue());
  }
}
