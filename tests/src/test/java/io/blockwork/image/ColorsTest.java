package io.blockwork.image;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every colour model of the formats we claim is PIL's RGB, or is refused by name. */
final class ColorsTest {
  static Stream<String> read() {
    return names("read");
  }

  static Stream<String> refused() {
    return names("refused");
  }

  private static Stream<String> names(String section) {
    return References.section("colors.json", section).propertyStream().map(Map.Entry::getKey);
  }

  @ParameterizedTest
  @MethodSource("read")
  void decodesAsPilDoes(String name) {
    JsonNode expected = References.section("colors.json", "read").get(name);
    References.assertMatches(expected, References.image("colors/" + name), name);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void saysWhatItDoesNotRead(String name) {
    ImageException e = assertThrows(ImageException.class, () -> References.image("colors/" + name));
    assertThat(e).hasMessageThat().startsWith("colors/" + name + ": ");
    assertThat(e)
        .hasMessageThat()
        .contains(References.section("colors.json", "refused").get(name).textValue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CMYK-tiff_lzw.tif", "P.tif", "premultiplied.tif", "565.bmp", "small-frame.gif"})
  void damagedFilesGiveAnImageOrAClearError(String name) {
    byte[] whole = References.bytes("colors/" + name);
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
}
