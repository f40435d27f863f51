package io.blockwork.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.image.Interpolation;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.PretrainedWeights.Pictures;
import io.blockwork.published.PretrainedWeights.RemoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** torchvision's facts are in {@code weights/published/facts.tsv}, written by published.py. */
@DisplayName("The published weights of composed networks are torchvision's")
final class ComposedFactsTest {
  /** What the weights of these expect by themselves: torchvision transforms it from ImageNet's. */
  private static final List<String> TRANSFORMED =
      List.of("GOOGLENET_IMAGENET1K_V1", "INCEPTION_V3_IMAGENET1K_V1");

  private static final List<Class<? extends ImageClassifier>> NETWORKS =
      List.of(
          ComposedNetworks.GoogLeNet96.class,
          ComposedNetworks.InceptionV3At299.class,
          ComposedNetworks.InceptionV3WithoutAux.class,
          ComposedNetworks.Vgg.class,
          ComposedNetworks.Squeeze.class,
          ComposedNetworks.MobileV2.class,
          ComposedNetworks.MobileV3.class,
          ComposedNetworks.Efficient.class,
          ComposedNetworks.RegNet.class);

  static Stream<Class<? extends ImageClassifier>> networks() {
    return NETWORKS.stream();
  }

  private static Map<String, String[]> facts() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ComposedFactsTest.class.getResourceAsStream("/weights/published/facts.tsv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t", -1))
          .collect(Collectors.toMap(fields -> fields[0], fields -> fields));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void asItsMetadataHasThem(Class<? extends ImageClassifier> type) throws IOException {
    try (ImageClassifier net = Networks.create(type)) {
      PretrainedWeights weights = net.published().orElseThrow();
      String[] expected = Objects.requireNonNull(facts().get(weights.name()), weights.name());
      RemoteFile file = weights.file().orElseThrow();
      Pictures pictures = weights.pictures();
      assertEquals(expected[1], file.url().toString());
      assertEquals(
          expected[1].replaceFirst(".*-", "").replace(".pth", ""), file.sha256(), expected[1]);
      assertEquals(expected[2], String.valueOf(pictures.resize()));
      assertEquals(expected[3], String.valueOf(pictures.crop()));
      boolean transformed = TRANSFORMED.contains(weights.name());
      assertEquals(transformed ? "0.5,0.5,0.5" : expected[4], joined(pictures.mean()));
      assertEquals(transformed ? "0.5,0.5,0.5" : expected[5], joined(pictures.std()));
      assertEquals(
          expected[6].equals("bicubic"), pictures.interpolation() == Interpolation.BICUBIC);
      assertEquals(expected[7], String.valueOf(file.parameters()));
    }
  }

  @Test
  void timmsHaveNoAddress() {
    try (ImageClassifier net = Networks.create(ComposedNetworks.InceptionResNet.class)) {
      PretrainedWeights weights = net.published().orElseThrow();
      assertEquals(true, weights.file().isEmpty());
      assertEquals(
          new Pictures(
              333, 299, Interpolation.BICUBIC, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5)),
          weights.pictures());
    }
  }

  private static String joined(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
