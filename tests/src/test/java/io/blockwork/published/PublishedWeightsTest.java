package io.blockwork.published;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.DownloadOptions;
import io.blockwork.parameters.Parameters;
import io.blockwork.weights.LoadReport;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Published weights of a user's own network")
final class PublishedWeightsTest {
  @Model(input = @Input(height = 32, width = 32), weights = "TINY_BIRDS_V1")
  @TinyBirds
  interface Birds extends ImageClassifier {}

  @Model(input = @Input(height = 32, width = 32), weights = "TINY_BIRDS_V1")
  @TinyBirds(classes = 5)
  interface FiveBirds extends ImageClassifier {}

  @Model(input = @Input(height = 32, width = 32), weights = "TINY_BIRDS_V1")
  @TinyBirds(aux = false)
  interface PlainBirds extends ImageClassifier {}

  @Model(input = @Input(height = 32, width = 32), weights = "TINY_BIRDS_V1")
  @TinyBirds(transformInput = true)
  interface TransformedBirds extends ImageClassifier {}

  private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
  private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

  @TempDir private Path folder;

  private static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(PublishedWeightsTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path file() {
    return resource("/weights/published/tiny_birds.pth");
  }

  private static BufferedImage flower() throws IOException {
    return ImageIO.read(resource("/images/flower.jpg").toFile());
  }

  /** What the network says of the picture is what PyTorch says. */
  private static void assertPredictsAsTorch(ImageClassifier net) throws IOException {
    JsonNode expected =
        new ObjectMapper()
            .readTree(resource("/weights/published/tiny_birds.json").toFile())
            .get("probabilities");
    List<String> names = List.of("wren", "robin", "magpie");
    List<Prediction> predictions = net.classify(flower());
    assertThat(predictions).hasSize(3);
    for (Prediction prediction : predictions) {
      int index = names.indexOf(prediction.name());
      assertThat(prediction.probability()).isWithin(1e-5).of(expected.get(index).asDouble());
    }
  }

  @Test
  void preparePicturesAndNameClassesAsTheyWereTrained() throws IOException {
    try (var net = PublishedWeightsTest_BirdsNetwork.pretrained(file())) {
      assertPredictsAsTorch(net);
    }
  }

  @Test
  void expectImagesAsImageNetsWhereTheNetworkTransformsThem() throws IOException {
    try (var net = PublishedWeightsTest_TransformedBirdsNetwork.pretrained(file())) {
      Preprocessing pictures = net.preprocessing();
      assertThat(pictures.mean()).containsExactly(0.485, 0.456, 0.406).inOrder();
      assertThat(pictures.std()).containsExactly(0.229, 0.224, 0.225).inOrder();
      assertPredictsAsTorch(net);
    }
  }

  /**
   * An operation of its own: padding sees transformed zeros, which no folding into weights gives.
   */
  @Test
  void transformedImagesMeetUnchangedWeights() {
    try (var plain = PublishedWeightsTest_BirdsNetwork.pretrained(file());
        var transformed = PublishedWeightsTest_TransformedBirdsNetwork.pretrained(file())) {
      float[] imageNet = new float[3 * 32 * 32];
      float[] half = new float[imageNet.length];
      for (int i = 0; i < imageNet.length; i++) {
        double value = (i * 37 % 101) / 101.0;
        int channel = i / (32 * 32);
        imageNet[i] = (float) ((value - IMAGENET_MEAN[channel]) / IMAGENET_STD[channel]);
        half[i] = (float) ((value - 0.5) / 0.5);
      }
      float[] expected = plain.forward(half);
      float[] got = transformed.forward(imageNet);
      assertThat(got).usingTolerance(1e-5).containsExactly(expected).inOrder();
      for (String name : List.of("conv.weight", "conv2.bias", "classif.weight")) {
        assertThat(transformed.parameters().get(name)).isEqualTo(plain.parameters().get(name));
      }
    }
  }

  @Test
  void leaveHeadsForOtherClassesAsTheyAre() {
    try (var net = PublishedWeightsTest_FiveBirdsNetwork.create();
        Weights weights = Weights.open(file())) {
      assertThat(net.architecture().heads()).containsExactly("classif", "aux1.fc2");
      var before = net.parameters().get("classif.weight");
      WeightsException strict =
          assertThrows(WeightsException.class, () -> net.parameters().load(weights));
      assertThat(strict).hasMessageThat().contains("4 of another shape or type");
      LoadReport report = net.parameters().load(weights.replacingHeads());
      assertThat(report.ignored())
          .containsExactly("classif.weight", "classif.bias", "aux1.fc2.weight", "aux1.fc2.bias");
      assertThat(report.misfits()).isEmpty();
      assertThat(net.parameters().get("classif.weight")).isEqualTo(before);
      assertThat(net.parameters().get("conv2.weight").ravel())
          .isEqualTo(weights.get("conv2.weight").ravel());
    }
  }

  @Test
  void areReplacedByPretrainedToo() {
    try (var net = PublishedWeightsTest_FiveBirdsNetwork.pretrained(file());
        Weights weights = Weights.open(file())) {
      assertThat(net.classes()).isEqualTo(5);
      assertThat(net.parameters().get("conv.weight").ravel())
          .isEqualTo(weights.get("conv.weight").ravel());
      IllegalStateException error =
          assertThrows(IllegalStateException.class, () -> net.classify(flower()));
      assertThat(error).hasMessageThat().contains("5 classes");
    }
  }

  @Test
  void ofAuxiliaryOutputsThatAreLeftOutAreReported() throws IOException {
    try (var net = PublishedWeightsTest_PlainBirdsNetwork.create();
        Weights weights = Weights.open(file())) {
      LoadReport report = net.parameters().load(weights);
      assertThat(report.leftOut()).containsExactly("aux1.fc2.weight", "aux1.fc2.bias");
      assertThat(report.unexpected()).isEmpty();
      assertThat(report.complete()).isTrue();
      assertThat(report.toString())
          .contains("2 of auxiliary outputs that the network leaves out: aux1.fc2.weight");
      assertPredictsAsTorch(net);
    }
  }

  @Test
  void elsewhereAreStillUnexpected() throws IOException {
    Path more = folder.resolve("more.safetensors");
    try (var full = PublishedWeightsTest_BirdsNetwork.create()) {
      Weights.save(full.parameters(), more);
    }
    try (var net = PublishedWeightsTest_PlainBirdsNetwork.create();
        Weights weights = Weights.open(more)) {
      Parameters parameters = net.parameters();
      WeightsException error =
          assertThrows(
              WeightsException.class,
              () ->
                  parameters.load(
                      weights.renaming(name -> name.replace("aux1.fc2.bias", "aux10.bias"))));
      assertThat(error).hasMessageThat().contains("1 not in the network");
    }
  }

  @Test
  void areFetchedOnceFromWhereTheMirrorHasThem() throws Exception {
    byte[] content = Files.readAllBytes(file());
    List<String> asked = new ArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
    server.start();
    try {
      String mirror = "http://127.0.0.1:" + server.getAddress().getPort() + "/mirror/";
      withProperty(
          DownloadOptions.MIRROR_PROPERTY,
          mirror,
          () ->
              withProperty(
                  "user.home",
                  folder.toString(),
                  () -> {
                    PublishedWeightsTest_BirdsNetwork.pretrained().close();
                    PublishedWeightsTest_BirdsNetwork.pretrained().close();
                    return "";
                  }));
      assertThat(asked).containsExactly("/mirror/tiny_birds.pth");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void comeFromTheirOwnAddressWithoutAMirror() {
    try (var net = PublishedWeightsTest_BirdsNetwork.create()) {
      PretrainedWeights weights = net.published().orElseThrow();
      assertThat(weights.source()).isEqualTo(URI.create("https://example.org/birds/"));
      assertThat(weights.fileName()).isEqualTo("tiny_birds.pth");
      // 3 * 8 * 9 + 2 * 8 + (8 * 3 + 3) + (8 * 12 * 9 + 12) + (12 * 3 + 3)
      assertThat(weights.file().orElseThrow().parameters()).isEqualTo(1174);
    }
  }

  private static <T> T withProperty(String name, String value, Supplier<T> action) {
    String before = System.getProperty(name);
    System.setProperty(name, value);
    try {
      return action.get();
    } finally {
      if (before == null) {
        System.clearProperty(name);
      } else {
        System.setProperty(name, before);
      }
    }
  }
}
