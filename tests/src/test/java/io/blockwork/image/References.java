package io.blockwork.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;

/** What PIL and torchvision make of the images in {@code resources/images}. */
public final class References {
  private References() {}

  /** A section of {@code references.json}. */
  public static JsonNode section(String name) {
    return section("references.json", name);
  }

  /** A section of a file of {@code resources/images}. */
  public static JsonNode section(String file, String name) {
    try {
      return new ObjectMapper().readTree(bytes(file)).required(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of {@code resources/images}. */
  public static byte[] bytes(String name) {
    try (InputStream in = References.class.getResourceAsStream("/images/" + name)) {
      return java.util.Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An image of {@code resources/images}. */
  public static ByteImage image(String name) {
    return Images.decode(bytes(name), name);
  }

  /** The noise that {@code make_references.py} makes. */
  public static ByteImage pattern(int width, int height, int channels) {
    byte[] samples = new byte[width * height * channels];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) ((i * 2654435761L & 0xffffffffL) >> 15);
    }
    return new ByteImage(width, height, channels, samples);
  }

  /** Fails unless the image is PIL's, to the last bit. */
  public static void assertMatches(JsonNode expected, ByteImage image, String what) {
    assertEquals(expected.get("width").intValue(), image.width(), what + ": width");
    assertEquals(expected.get("height").intValue(), image.height(), what + ": height");
    for (int i = 0; i < Math.min(expected.get("first").size(), image.samples().length); i++) {
      assertEquals(
          expected.get("first").get(i).intValue(),
          image.samples()[i] & 0xff,
          what + ": sample " + i);
    }
    assertEquals(expected.get("crc32").longValue(), crc32(image), what + ": CRC-32");
  }

  /** CRC-32 of the samples. */
  public static long crc32(ByteImage image) {
    CRC32 crc = new CRC32();
    crc.update(image.samples());
    return crc.getValue();
  }
}
