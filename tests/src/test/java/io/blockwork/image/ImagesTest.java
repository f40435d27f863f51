package io.blockwork.image;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
  static Stream<String> formats() {
    return References.section("formats").propertyStream().map(java.util.Map.Entry::getKey);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void everyFormatDecodesAsPilDoes(String name) {
    JsonNode expected = References.section("formats").get(name);
    References.assertMatches(expected, References.image("formats/" + name), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"china.jpg", "flower.jpg"})
  void photographsDecodeAsPilDoesToTheLastBit(String name) {
    long expected = References.section("crop224").get(name).get("decodedCrc32").longValue();
    assertEquals(expected, References.crc32(References.image(name)));
  }

  @Test
  void filesStreamsAndBytesGiveTheSame(@TempDir Path folder) throws Exception {
    byte[] data = References.bytes("formats/exif6.jpg");
    Path file = folder.resolve("upright.jpg");
    Files.write(file, data);
    ByteImage image = Images.decode(data, "bytes");
    assertEquals(image, Images.read(file));
    assertEquals(image, Images.read(new ByteArrayInputStream(data), "stream"));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR
      })
  void bufferedImagesOfEveryColorTypeKeepTheirColors(int type) {
    BufferedImage image = new BufferedImage(5, 3, type);
    image.setRGB(4, 2, 0xff123456);
    ByteImage converted = Images.of(image);
    assertEquals("5 x 3 RGB", converted.toString());
    assertEquals(0x12, converted.sample(4, 2, 0));
    assertEquals(0x34, converted.sample(4, 2, 1));
    assertEquals(0x56, converted.sample(4, 2, 2));
    assertEquals(0, converted.sample(0, 0, 1));
  }

  @Test
  void greyBufferedImagesAreNotLightened() {
    // getRGB of a grey image takes its samples for linear light: 100 would become 168.
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(1, 0, 0, 100);
    assertEquals(100, Images.of(image).sample(1, 0, 2));
  }

  @Test
  void aPartOfABufferedImageIsConvertedAlone() {
    BufferedImage image = new BufferedImage(8, 6, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.RED);
    graphics.fillRect(3, 2, 1, 1);
    graphics.dispose();
    ByteImage part = Images.of(image.getSubimage(3, 2, 4, 3));
    assertEquals("4 x 3 RGB", part.toString());
    assertEquals(255, part.sample(0, 0, 0));
    assertEquals(0, part.sample(0, 0, 2));
    assertEquals(0, part.sample(1, 1, 0));
  }

  @Test
  void toBufferedImageAndBackIsTheSame() {
    for (int channels : new int[] {1, 3}) {
      ByteImage image = References.pattern(7, 5, channels);
      assertEquals(image.toRgb(), Images.of(image.toBufferedImage()));
    }
  }

  @Test
  void aCutOffJpegIsRefusedWithItsNameAndOffset() {
    byte[] data = References.bytes("flower.jpg");
    ImageException error =
        assertThrows(
            ImageException.class,
            () -> Images.decode(Arrays.copyOf(data, data.length / 2), "half.jpg"));
    assertThat(error).hasMessageThat().contains("half.jpg: damaged JPEG");
    assertThat(error.offset()).isGreaterThan((long) data.length / 4);
    assertThrows(ImageException.class, () -> Images.decode(Arrays.copyOf(data, 100), "100.jpg"));
  }

  @Test
  void aCutOffPngIsRefused() {
    byte[] data = References.bytes("formats/RGB.png");
    ImageException error =
        assertThrows(
            ImageException.class,
            () -> Images.decode(Arrays.copyOf(data, data.length / 2), "half.png"));
    assertThat(error).hasMessageThat().contains("half.png: cannot decode");
  }

  @Test
  void whatIsNoImageIsRefusedWithWhatWasExpected() {
    ImageException error =
        assertThrows(ImageException.class, () -> Images.decode(new byte[] {1, 2, 3}, "x"));
    assertThat(error).hasMessageThat().contains("not an image of a known format (3 bytes)");
    assertThrows(ImageException.class, () -> Images.decode(new byte[0], "empty"));
  }

  @Test
  void anAbsurdSizeIsRefusedBeforeMemoryIsTaken() {
    byte[] data = References.bytes("formats/sampling2.jpg").clone();
    for (int i = 0; i < data.length; i++) {
      if ((data[i] & 0xff) == 0xff && (data[i + 1] & 0xff) == 0xc0) {
        Arrays.fill(data, i + 5, i + 9, (byte) 0xff);
        break;
      }
    }
    ImageException error =
        assertThrows(ImageException.class, () -> Images.decode(data, "huge.jpg"));
    assertThat(error).hasMessageThat().contains("65535 x 65535 pixels");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sampling2.jpg", "progressive.jpg", "cmyk.jpg", "exif6.jpg", "RGBA.png"})
  void damagedFilesGiveAnImageOrAClearError(String name) {
    byte[] whole = References.bytes("formats/" + name);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 300; i++) {
      byte[] data = whole.clone();
      for (int k = 0; k <= i % 4; k++) {
        data[random.nextInt(data.length)] = (byte) random.nextInt(256);
      }
      if (i % 5 == 0) {
        data = Arrays.copyOf(data, random.nextInt(data.length));
      }
      try {
        assertThat(Images.decode(data, name).channels()).isEqualTo(3);
      } catch (ImageException e) {
        assertThat(e).hasMessageThat().startsWith(name + ": ");
      }
    }
  }

  @Test
  void softmaxIsSafeForLargeLogits() {
    assertArrayEquals(new double[] {0.5, 0.5, 0}, Classification.softmax(1000, 1000, -1000), 1e-12);
  }
}
