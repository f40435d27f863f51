package io.blockwork.image;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files that would take much memory or time. */
final class ImageLimitsTest {
  private static final byte[] PROGRESSIVE = References.bytes("formats/progressive.jpg");

  /** The progressive file with its last scan again and again, and with a size of its own choice. */
  private static byte[] manyScans(int scans, int side) {
    int last = PROGRESSIVE.length - 2;
    while (PROGRESSIVE[last] != (byte) 0xff || PROGRESSIVE[last + 1] != (byte) 0xda) {
      last--;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(PROGRESSIVE, 0, last);
    for (int i = 0; i < scans; i++) {
      out.write(PROGRESSIVE, last, PROGRESSIVE.length - 2 - last);
    }
    out.write(0xff);
    out.write(0xd9);
    byte[] data = out.toByteArray();
    int frame = 0;
    while (data[frame] != (byte) 0xff || data[frame + 1] != (byte) 0xc2) {
      frame++;
    }
    data[frame + 5] = data[frame + 7] = (byte) (side >> 8);
    data[frame + 6] = data[frame + 8] = (byte) side;
    return data;
  }

  @Test
  void aProgressiveJpegOfThousandsOfScansIsRefused() {
    byte[] data = manyScans(5000, 4000);
    assertThat(data.length).isLessThan(1 << 20);
    ImageLimitException e =
        assertThrows(
            ImageLimitException.class,
            () -> Images.decode(data, "x.jpg", new ImageLimits(178_956_970, 1L << 32)));
    assertThat(e).hasMessageThat().contains("x.jpg: 5009 scans of 4000 x 4000 pixels");
  }

  @Test
  void theScansOfOrdinaryFilesPass() {
    ByteImage image = References.image("formats/progressive.jpg");
    int pixels = image.width() * image.height();
    assertThat(Images.decode(PROGRESSIVE, "x", new ImageLimits(pixels, 1 << 20))).isEqualTo(image);
  }

  @Test
  void memoryIsReckonedBeforeItIsTaken() {
    byte[] data = manyScans(1, 13_000);
    ImageLimitException e =
        assertThrows(
            ImageLimitException.class,
            () -> Images.decode(data, "x.jpg", new ImageLimits(178_956_970, 1 << 30)));
    assertThat(e)
        .hasMessageThat()
        .contains(
            "x.jpg: decoding 13000 x 13000 pixels takes about 1934 MB, but only 1024 MB are allowed");
    assertThat(e).hasMessageThat().contains("-Xmx");
    assertThrows(
        ImageLimitException.class,
        () ->
            Images.decode(References.bytes("formats/RGB.png"), "x", new ImageLimits(100, 1 << 20)));
  }

  @Test
  void theDefaultsFollowFromTheMemoryThatJavaMayHave() {
    assertThat(ImageLimits.defaults().bytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 2);
    assertThrows(IllegalArgumentException.class, () -> new ImageLimits(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ImageLimits(1, 0));
  }

  @Test
  void aFileLargerThanTheMemoryIsNotRead(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("x\u001b.png"), new byte[2000]);
    ImageLimitException e =
        assertThrows(
            ImageLimitException.class, () -> Images.read(file, new ImageLimits(1000, 1000)));
    assertThat(e).hasMessageThat().contains("x\\u001b.png: the file has 2000 bytes, but");
  }

  @Test
  void markersInsideMetadataAreNoScans() {
    byte[] jpeg = References.bytes("formats/sampling2.jpg");
    byte[] comment = new byte[4 + 400];
    comment[0] = (byte) 0xff;
    comment[1] = (byte) 0xfe;
    comment[2] = 1;
    comment[3] = (byte) 0x92;
    for (int i = 4; i < comment.length; i += 2) {
      comment[i] = (byte) 0xff;
      comment[i + 1] = (byte) 0xda;
    }
    byte[] data = Arrays.copyOf(jpeg, jpeg.length + comment.length);
    System.arraycopy(jpeg, 2, data, 2 + comment.length, jpeg.length - 2);
    System.arraycopy(comment, 0, data, 2, comment.length);
    assertThat(JpegHeader.scans(data)).isEqualTo(1);
    assertThat(JpegHeader.scans(PROGRESSIVE)).isEqualTo(10);
  }
}
