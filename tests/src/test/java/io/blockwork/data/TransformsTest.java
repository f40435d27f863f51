package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Interpolation;
import io.blockwork.image.References;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TransformsTest {
  private static RandomGenerator random(long key) {
    return new CounterRandom(11, key);
  }

  private static FloatImage floats(int channels, int height, int width) {
    float[] values = new float[channels * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    return new FloatImage(new ImageShape(channels, height, width), values);
  }

  @Test
  void colorsChangeAsTorchvisionChangesThemToTheLastBit() {
    ByteImage photo = References.image("china.jpg").crop(100, 100, 128, 96);
    for (JsonNode expected : References.section("colors")) {
      ByteImage image =
          switch (expected.get("source").textValue()) {
            case "china" -> photo;
            case "pattern1" -> References.pattern(37, 29, 1);
            default -> References.pattern(37, 29, 3);
          };
      double factor = expected.get("factor").doubleValue();
      ByteImage changed =
          switch (expected.get("kind").textValue()) {
            case "brightness" -> ColorAdjustment.brightness(image, factor);
            case "contrast" -> ColorAdjustment.contrast(image, factor);
            case "saturation" -> ColorAdjustment.saturation(image, factor);
            default -> ColorAdjustment.hue(image, factor);
          };
      References.assertMatches(
          expected,
          changed,
          "%s %s %s".formatted(expected.get("kind"), factor, expected.get("source")));
    }
  }

  @Test
  void hueGoesThroughPilsHsvForEveryColor() {
    int levels = 86;
    byte[] samples = new byte[levels * levels * levels * 3];
    for (int i = 0, o = 0; o < samples.length; i++) {
      samples[o++] = (byte) (i / (levels * levels) * 3);
      samples[o++] = (byte) (i / levels % levels * 3);
      samples[o++] = (byte) (i % levels * 3);
    }
    ByteImage colors = new ByteImage(levels * levels, levels, 3, samples);
    References.assertMatches(
        References.section("hueOfAllColors"), ColorAdjustment.hue(colors, 0), "hue");
  }

  @Test
  void resizedAndPaddedCropsAreTorchvisions() {
    for (JsonNode expected : References.section("resizedCrops")) {
      JsonNode r = expected.get("region");
      int side = r.get(4).intValue();
      ByteImage result =
          References.pattern(60, 50, 3)
              .crop(
                  r.get(1).intValue(),
                  r.get(0).intValue(),
                  r.get(3).intValue(),
                  r.get(2).intValue())
              .resize(side, side, Interpolation.BILINEAR);
      References.assertMatches(expected, result, r.toString());
    }
    for (JsonNode expected : References.section("paddedCrops")) {
      JsonNode at = expected.get("at");
      ByteImage result =
          References.pattern(32, 32, 3)
              .crop(at.get(0).intValue() - 4, at.get(1).intValue() - 4, 32, 32, 9);
      References.assertMatches(expected, result, at.toString());
    }
  }

  @Test
  void randomCropsReachEveryPlaceAndNoOther() {
    ByteImage image = References.pattern(8, 8, 1);
    Set<ByteImage> seen = new HashSet<>();
    Set<ByteImage> possible = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      seen.add(new RandomCrop(8, 1).apply(image, random(i)));
    }
    for (int left = -1; left <= 1; left++) {
      for (int top = -1; top <= 1; top++) {
        possible.add(image.crop(left, top, 8, 8));
      }
    }
    assertEquals(possible, seen);
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> new RandomCrop(11, 1).apply(image, random(0))))
        .hasMessageThat()
        .contains("an image side of 8 with padding 1 is shorter than the crop of 11");
  }

  @Test
  void floatsAreCroppedAndFlippedLikeImages() {
    ByteImage image = References.pattern(9, 7, 3);
    Pipeline onImages = Pipeline.of(new RandomCrop(6, 2, 0), new RandomHorizontalFlip(0.5));
    for (int i = 0; i < 50; i++) {
      RandomGenerator random = random(i);
      FloatImage scaled = Pipeline.of().apply(image, random);
      FloatImage result =
          new RandomHorizontalFlip(0.5).apply(new RandomCrop(6, 2).apply(scaled, random), random);
      assertArrayEquals(onImages.apply(image, random(i)).values(), result.values());
    }
  }

  @Test
  void resizedCropsKeepTheirBoundsAndFallBackToTheMiddle() {
    RandomResizedCrop crop = new RandomResizedCrop(16);
    for (int i = 0; i < 2000; i++) {
      RandomResizedCrop.Region region = crop.choose(60, 40, random(i));
      double share = region.width() * region.height() / 2400.0;
      double ratio = (double) region.width() / region.height();
      assertThat(share).isAtLeast(0.07);
      assertThat(ratio).isAtLeast(0.68);
      assertThat(ratio).isAtMost(1.45);
      assertThat(region.left() + region.width()).isAtMost(60);
      assertThat(region.top() + region.height()).isAtMost(40);
    }
    assertEquals(new RandomResizedCrop.Region(50, 0, 400, 300), crop.fallback(500, 300));
    assertEquals(new RandomResizedCrop.Region(0, 16, 100, 133), crop.fallback(100, 165));
    assertEquals(new RandomResizedCrop.Region(0, 0, 50, 50), crop.fallback(50, 50));
    assertEquals("16 x 16 RGB", crop.apply(References.pattern(60, 40, 3), random(1)).toString());
  }

  @Test
  void erasingWritesOneRectangleInAllChannels() {
    int erased = 0;
    for (int i = 0; i < 300; i++) {
      FloatImage image = new RandomErasing(0.5).apply(floats(2, 20, 30), random(i));
      int[] zeros = new int[2];
      for (int k = 0; k < image.values().length; k++) {
        zeros[k / 600] += image.values()[k] == 0 ? 1 : 0;
      }
      assertEquals(zeros[0], zeros[1]);
      if (zeros[0] > 0) {
        erased++;
        assertThat(zeros[0] / 600.0).isAtLeast(0.01);
        assertThat(zeros[0] / 600.0).isAtMost(0.36);
      }
    }
    assertThat(erased).isGreaterThan(110);
    assertThat(erased).isLessThan(190);
    RandomErasing noise = new RandomErasing(1, 0.2, 0.3, 1, 1, OptionalDouble.empty());
    FloatImage image = noise.apply(floats(1, 40, 40), random(5));
    double[] changed =
        java.util.stream.IntStream.range(0, 1600)
            .filter(i -> image.values()[i] != i + 1)
            .mapToDouble(i -> image.values()[i])
            .toArray();
    assertThat(Arrays.stream(changed).average().orElseThrow()).isWithin(0.3).of(0);
    assertThat(Arrays.stream(changed).map(x -> x * x).average().orElseThrow()).isWithin(0.4).of(1);
  }

  @Test
  void jitterOfZeroChangesNothingAndFactorsStayInBounds() {
    ByteImage image = References.pattern(8, 8, 3);
    assertSame(image, new ColorJitter(0, 0, 0, 0).apply(image, random(0)));
    ByteImage white = new ByteImage(1, 1, 1, new byte[] {100});
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      seen.add(new ColorJitter(0.2, 0, 0, 0).apply(white, random(i)).sample(0, 0, 0));
    }
    assertThat(seen.stream().mapToInt(Integer::intValue).min().orElseThrow()).isEqualTo(80);
    assertThat(seen.stream().mapToInt(Integer::intValue).max().orElseThrow()).isEqualTo(119);
    assertThrows(IllegalArgumentException.class, () -> new ColorJitter(0, 0, 0, 0.6));
  }

  @Test
  void normalizeGivesTheSameNumbersFusedAndAlone() {
    ByteImage image = References.pattern(5, 4, 3);
    FloatImage fused = Pipeline.of(Normalize.imageNet()).apply(image, random(0));
    FloatImage alone = Normalize.imageNet().apply(Pipeline.of().apply(image, random(0)), random(0));
    assertArrayEquals(alone.values(), fused.values());
    assertThrows(
        IllegalArgumentException.class,
        () -> Normalize.imageNet().apply(floats(1, 2, 2), random(0)));
  }

  @Test
  void stepsOnImagesCannotFollowStepsOnFloats() {
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> Pipeline.of(Normalize.imageNet(), new CenterCrop(4))))
        .hasMessageThat()
        .contains("CenterCrop[size=4] works on 8-bit images and must come before Normalize(");
  }

  private static MutableBatch batch() {
    byte[] pattern = References.pattern(6, 5, 3).samples();
    float[] values = new float[4 * 90];
    for (int i = 0; i < 4; i++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < 30; p++) {
          values[i * 90 + c * 30 + p] = (float) ((pattern[p * 3 + c] & 0xff) + i & 0xff) / 7;
        }
      }
    }
    float[] labels = {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    return new MutableBatch(
        java.nio.FloatBuffer.wrap(values), new ImageShape(3, 5, 6), 4, 3, labels);
  }

  private static void assertBatch(JsonNode expected, MutableBatch batch) {
    for (int i = 0; i < expected.get("images").size(); i++) {
      double wanted = expected.get("images").get(i).doubleValue();
      double tolerance = 1e-6 * Math.max(1, Math.abs(wanted));
      assertEquals(wanted, batch.images().get(i), tolerance, "value " + i);
    }
    for (int i = 0; i < expected.get("labels").size(); i++) {
      assertEquals(
          expected.get("labels").get(i).doubleValue(),
          batch.probabilities()[i],
          1e-6,
          "label " + i);
    }
  }

  @Test
  void mixupAndCutmixGiveTorchsNumbers() {
    for (JsonNode expected : References.section("mixup")) {
      MutableBatch batch = batch();
      Mixup.mix(batch, expected.get("lambda").doubleValue());
      assertBatch(expected, batch);
    }
    for (JsonNode expected : References.section("cutmix")) {
      MutableBatch batch = batch();
      JsonNode center = expected.get("center");
      CutMix.mix(
          batch,
          expected.get("lambda").doubleValue(),
          center.get(0).intValue(),
          center.get(1).intValue());
      assertBatch(expected, batch);
    }
  }

  @Test
  void sharesAreBetaDistributed() {
    for (double alpha : new double[] {0.2, 1, 3}) {
      RandomGenerator random = random(3);
      double sum = 0;
      double squares = 0;
      int n = 40_000;
      for (int i = 0; i < n; i++) {
        double x = Beta.sample(alpha, random);
        sum += x;
        squares += (x - 0.5) * (x - 0.5);
      }
      assertEquals(0.5, sum / n, 0.01);
      assertEquals(1 / (4 * (2 * alpha + 1)), squares / n, 0.005, "variance for " + alpha);
    }
  }

  @Test
  void counterRandomIsAFunctionOfItsKey() {
    Set<Long> first = new HashSet<>();
    for (long a : List.of(0L, 1L, 2L)) {
      for (long b : List.of(0L, 1L, 2L)) {
        first.add(new CounterRandom(a, b).nextLong());
        first.add(new CounterRandom(a, b, 0).nextLong());
      }
    }
    assertThat(first).hasSize(18);
    assertEquals(new CounterRandom(1, 2, 3).nextLong(), new CounterRandom(1, 2, 3).nextLong());
    RandomGenerator random = new CounterRandom(5);
    double sum = 0;
    for (int i = 0; i < 100_000; i++) {
      sum += random.nextDouble();
    }
    assertEquals(0.5, sum / 100_000, 0.005);
  }
}
