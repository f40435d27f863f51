package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.image.AffineMap.Sampling;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Images;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds augmentations to the bytes that {@code augmentations.py} took from torchvision on PIL. */
final class AugmentationsTest {
  private static JsonNode torchvision;
  private static Map<String, ByteImage> images;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = resource("augmentations.json")) {
      torchvision = new ObjectMapper().readTree(in);
    }
    byte[] even = new byte[6 * 4 * 3];
    for (int i = 0; i < even.length; i += 3) {
      even[i] = 7;
      even[i + 1] = 7;
      even[i + 2] = (byte) 200;
    }
    images =
        Map.of(
            "photograph", photograph("china-224.png"),
            "tile", photograph("flower-224.png").crop(60, 60, 32, 32),
            "noise", made(37, 23, 3),
            "grey", made(20, 31, 1),
            "narrow", made(2, 5, 3),
            "even", new ByteImage(6, 4, 3, even));
  }

  private static InputStream resource(String name) {
    InputStream in = AugmentationsTest.class.getResourceAsStream("/images/" + name);
    assertThat(in).isNotNull();
    return in;
  }

  private static ByteImage photograph(String name) throws IOException {
    try (InputStream in = resource(name)) {
      return Images.read(in, name).toRgb();
    }
  }

  /** As the script makes them. */
  private static ByteImage made(int width, int height, int channels) {
    long state = width * 31L + height;
    byte[] samples = new byte[width * height * channels];
    for (int i = 0; i < samples.length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      samples[i] = (byte) (40 + (state >>> 57));
    }
    return new ByteImage(width, height, channels, samples);
  }

  private static ByteImage image(String name) {
    ByteImage image = images.get(name);
    if (image == null) {
      throw new AssertionError("no image " + name);
    }
    return image;
  }

  private static String digest(ByteImage image) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image.samples()));
  }

  @Test
  void operationsGiveTorchvisionsBytes() throws NoSuchAlgorithmException {
    List<String> wrong = new ArrayList<>();
    for (JsonNode c : torchvision.get("cases")) {
      ByteImage result =
          AugmentOperation.valueOf(c.get(1).asText())
              .apply(
                  image(c.get(0).asText()),
                  c.get(2).asDouble(),
                  Sampling.valueOf(c.get(3).asText()),
                  c.get(4).asInt());
      if (!digest(result).equals(c.get(5).asText())) {
        wrong.add(c.toString());
      }
    }
    assertThat(torchvision.get("cases").size()).isGreaterThan(1000);
    assertWithMessage("of %s cases", torchvision.get("cases").size()).that(wrong).isEmpty();
  }

  @Test
  void magnitudesAreTorchvisions() {
    ByteImage size = new ByteImage(300, 200, 1, new byte[300 * 200]);
    check("trivial", TrivialAugmentWide.MAGNITUDES, TrivialAugmentWide.OPERATIONS);
    check("rand", RandAugment.magnitudes(31, size), RandAugment.OPERATIONS);
    check("auto", RandAugment.magnitudes(10, size), List.of());
    check("mix", AugMix.magnitudes(size), new AugMix().operations());
  }

  private static void check(String name, Magnitudes magnitudes, List<AugmentOperation> operations) {
    JsonNode expected = torchvision.get("magnitudes").get(name);
    List<AugmentOperation> known = new ArrayList<>();
    expected
        .properties()
        .forEach(
            entry -> {
              AugmentOperation operation = AugmentOperation.valueOf(entry.getKey());
              known.add(operation);
              JsonNode values = entry.getValue().get("values");
              assertThat(operation.hasMagnitude()).isEqualTo(!values.isEmpty());
              assertThat(operation.isSigned())
                  .isEqualTo(entry.getValue().get("signed").asBoolean());
              for (int bin = 0; bin < values.size(); bin++) {
                // The last bit of torch's linspace depends on how wide the processor's vectors are.
                double wanted = values.get(bin).asDouble();
                double magnitude = magnitudes.of(operation, bin);
                assertThat(magnitude).isWithin(Math.max(1e-9, Math.ulp((float) wanted))).of(wanted);
                assertThat((int) magnitude).isEqualTo((int) wanted);
              }
            });
    if (!operations.isEmpty()) {
      assertThat(operations).containsExactlyElementsIn(known);
    }
  }

  @Test
  void policiesAreTorchvisions() {
    for (AutoAugment.Policy policy : AutoAugment.Policy.values()) {
      JsonNode expected = torchvision.get("policies").get(policy.name());
      assertThat(policy.pairs()).hasSize(25);
      for (int i = 0; i < 25; i++) {
        AutoAugment.Pair pair = policy.pairs().get(i);
        check(pair.first(), expected.get(i).get(0));
        check(pair.second(), expected.get(i).get(1));
      }
    }
  }

  private static void check(AutoAugment.Step step, JsonNode expected) {
    assertThat(step.operation().name()).isEqualTo(expected.get(0).asText());
    assertThat(step.probability()).isEqualTo(expected.get(1).asDouble());
    assertThat(step.bin()).isEqualTo(expected.get(2).asInt());
  }

  @Test
  void everyPolicyDrawsFromItsWholeSpace() {
    ByteImage tile = image("tile");
    List<ImageTransform> all =
        List.of(
            new TrivialAugmentWide(),
            new TrivialAugmentWide(Sampling.BILINEAR, 128),
            new RandAugment(),
            new AutoAugment(AutoAugment.Policy.CIFAR10),
            new AutoAugment(AutoAugment.Policy.SVHN),
            new AugMix());
    for (ImageTransform transform : all) {
      List<ByteImage> made = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        ByteImage result = transform.apply(tile, new CounterRandom(1, i));
        assertThat(result.width()).isEqualTo(32);
        assertThat(transform.apply(tile, new CounterRandom(1, i))).isEqualTo(result);
        made.add(result);
      }
      assertThat(made.stream().distinct().count()).isAtLeast(40L);
    }
  }

  /** TrivialAugment on its way from chance to parameters. */
  @Test
  void trivialAugmentRunsOneOperationOfItsSpace() {
    ByteImage tile = image("tile");
    List<ByteImage> possible = new ArrayList<>();
    for (AugmentOperation operation : TrivialAugmentWide.OPERATIONS) {
      for (int bin = 0; bin < 31; bin++) {
        double magnitude = TrivialAugmentWide.MAGNITUDES.of(operation, bin);
        possible.add(operation.apply(tile, magnitude, Sampling.NEAREST, 0));
        if (operation.isSigned()) {
          possible.add(operation.apply(tile, -magnitude, Sampling.NEAREST, 0));
        }
      }
    }
    for (int i = 0; i < 300; i++) {
      ByteImage result = new TrivialAugmentWide().apply(tile, new CounterRandom(9, i));
      assertThat(possible.contains(result)).isTrue();
    }
  }

  @Test
  void chainsAreMixedAsTorchvisionDoes() throws NoSuchAlgorithmException {
    for (JsonNode c : torchvision.get("mixes")) {
      List<List<AugMix.Step>> chains = new ArrayList<>();
      double[] shares = new double[c.get("shares").size()];
      for (int i = 0; i < shares.length; i++) {
        shares[i] = c.get("shares").get(i).asDouble();
        List<AugMix.Step> chain = new ArrayList<>();
        for (JsonNode step : c.get("chains").get(i)) {
          AugmentOperation operation = AugmentOperation.valueOf(step.get(0).asText());
          chain.add(new AugMix.Step(operation, step.get(1).asDouble()));
        }
        chains.add(chain);
      }
      String name = c.get("image").asText();
      double augmented = c.get("augmented").asDouble();
      ByteImage result = new AugMix().mixed(image(name), augmented, chains, shares);
      assertWithMessage(name).that(digest(result)).isEqualTo(c.get("digest").asText());
    }
    assertThat(torchvision.get("mixes")).hasSize(4);
  }

  @Test
  void argumentsOutOfRangeAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new TrivialAugmentWide(Sampling.NEAREST, 256));
    assertThrows(IllegalArgumentException.class, () -> new RandAugment(2, 31, Sampling.NEAREST, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new AugMix(0, 3, 3, 1, true, Sampling.BILINEAR, 0));
    assertThrows(IllegalArgumentException.class, () -> ToneAdjustment.posterize(image("tile"), 9));
  }
}
