package io.blockwork.image;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class ResamplingTest {
  @Test
  void resizingIsPilsToTheLastBit() {
    for (JsonNode expected : References.section("resizes")) {
      JsonNode size = expected.get("size");
      ByteImage image =
          References.pattern(
              size.get(0).intValue(), size.get(1).intValue(), size.get(2).intValue());
      ByteImage resized =
          image.resize(
              size.get(3).intValue(),
              size.get(4).intValue(),
              Interpolation.valueOf(expected.get("mode").textValue()));
      References.assertMatches(expected, resized, size + " " + expected.get("mode"));
    }
  }

  @Test
  void shorterSidesResizeAsTorchvisionDoes() {
    for (JsonNode expected : References.section("shorterSides")) {
      JsonNode size = expected.get("size");
      ByteImage image = References.pattern(size.get(0).intValue(), size.get(1).intValue(), 3);
      References.assertMatches(
          expected,
          image.resizeShorterSide(size.get(2).intValue(), Interpolation.BILINEAR),
          size.toString());
    }
  }

  @Test
  void centerCropsRoundAndPadAsTorchvisionDoes() {
    for (JsonNode expected : References.section("centerCrops")) {
      JsonNode size = expected.get("size");
      ByteImage image = References.pattern(size.get(0).intValue(), size.get(1).intValue(), 3);
      int side = size.get(2).intValue();
      References.assertMatches(expected, image.centerCrop(side, side), size.toString());
    }
  }

  @Test
  void sizesMustBePositive() {
    ByteImage image = References.pattern(4, 4, 1);
    assertThrows(IllegalArgumentException.class, () -> image.resize(0, 4, Interpolation.BILINEAR));
  }
}
