package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.Attribution;
import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.PlainTar;
import io.blockwork.engine.Engines;
import io.blockwork.image.ByteImage;
import io.blockwork.image.HeatMap;
import io.blockwork.image.Images;
import io.blockwork.image.Preprocessing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Grad-CAM and saliency of the published CIFAR ResNet-20 against what {@code gradcam.py} had
 * PyTorch compute, on 50 photographs. As for {@link PublishedCifarTest}, weights and photographs
 * are looked for in {@code ../shared/data}, or where {@code -Dblockwork.data=DIR} says.
 */
final class GradCamTest {
  private static final double TOLERANCE = 1e-4;

  private final Path data = Path.of(System.getProperty("blockwork.data", "../../shared/data"));

  @Test
  void mapsArePyTorchs() throws IOException {
    assumeTrue(Files.isRegularFile(data.resolve("resnet20-12fca82f.th")), "no published weights");
    JsonNode torch;
    try (InputStream in = GradCamTest.class.getResourceAsStream("/training/gradcam.json")) {
      torch = new ObjectMapper().readTree(in);
    }
    Map<String, ByteImage> all = pictures();
    ByteImage[] pictures = new ByteImage[50];
    int[] classes = new int[50];
    for (int i = 0; i < 50; i++) {
      pictures[i] = all.get(torch.get("images").get(i).asText());
      classes[i] = torch.get("answers").get(i).asInt();
    }
    NetworkOptions options =
        NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(Engines.named("nd4j"));
    try (ImageClassifier net = Networks.create(WeightedNetworks.CifarResNet20.class, options);
        Weights weights = Weights.open(data.resolve("resnet20-12fca82f.th"))) {
      net.parameters().load(weights);
      INDArray images = Preprocessing.normalizeOnly().apply(pictures).castTo(DataType.DOUBLE);
      INDArray before = net.parameters().flat();
      long version = net.parameters().version();
      assertThat(Attribution.lastMap(net)).isEqualTo("layer3");
      check(torch.get("layer3"), Attribution.gradCam(net, images, "layer3", classes), 8);
      INDArray five = images.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 5)).dup('c');
      int[] first = Arrays.copyOf(classes, 5);
      check(torch.get("layer2"), Attribution.gradCam(net, five, "layer2", first), 16);
      INDArray three = images.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 3)).dup('c');
      check(torch.get("saliency"), Attribution.saliency(net, three, Arrays.copyOf(classes, 3)), 32);
      assertThat(net.parameters().flat()).isEqualTo(before);
      assertThat(net.parameters().version()).isEqualTo(version);
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Attribution.gradCam(net, five, "layer33", first));
      assertThat(e).hasMessageThat().contains("no layer is called layer33");
      assertThrows(
          IllegalArgumentException.class, () -> Attribution.gradCam(net, five, "layer3", 10));
    }
  }

  private static void check(JsonNode expected, List<float[][]> maps, int side) {
    assertThat(maps).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      for (int at = 0; at < side * side; at++) {
        assertThat(maps.get(i)[at / side][at % side])
            .isWithin((float) TOLERANCE)
            .of((float) expected.get(i).get(at).asDouble());
      }
    }
  }

  private Map<String, ByteImage> pictures() throws IOException {
    Map<String, ByteImage> images = new HashMap<>();
    PlainTar.forEach(
        data.resolve("cifar10-jpg.tar"),
        (name, content) -> {
          if (name.matches("test/.*/000[0-4]\\.jpg")) {
            images.put(name, Images.decode(content, name));
          }
        });
    return images;
  }

  @Test
  void heatIsRedWhereTheMapIsLargest() {
    ByteImage black = new ByteImage(2, 1, 3, new byte[6]);
    ByteImage heat = HeatMap.over(black, new float[][] {{-3, 5}});
    assertThat(heat.sample(0, 0, 0)).isEqualTo(0);
    assertThat(heat.sample(0, 0, 2)).isEqualTo(64);
    assertThat(heat.sample(1, 0, 0)).isEqualTo(64);
    assertThat(heat.sample(1, 0, 2)).isEqualTo(0);
    assertThat(HeatMap.over(black, new float[][] {{1, 1}}).width()).isEqualTo(2);
    assertThrows(
        IllegalArgumentException.class, () -> HeatMap.over(black, new float[][] {{1}, {1, 2}}));
  }
}
