package io.blockwork.examples;

import static com.google.common.truth.Truth.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.examples.networks.EfficientNetB0;
import io.blockwork.examples.networks.GoogLeNet;
import io.blockwork.examples.networks.InceptionV3;
import io.blockwork.examples.networks.MobileNetV3Small;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.examples.predict.Predict;
import io.blockwork.image.Images;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PredictTest {
  @TempDir private Path folder = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private List<Prediction> expected = List.of();

  @BeforeEach
  void savesRandomWeightsAndAPicture() throws Exception {
    var picture = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 40 * 36; i++) {
      picture.setRGB(i % 40, i / 40, i * 2654435);
    }
    ImageIO.write(picture, "png", folder.resolve("picture.png").toFile());
    List<String> names = IntStream.range(0, 10).mapToObj(i -> "class " + i).toList();
    Files.write(folder.resolve("names.txt"), names);
    try (ResNet20 net = Networks.create(ResNet20.class, NetworkOptions.defaults().seed(5))) {
      Weights.save(net.parameters(), folder.resolve("weights.safetensors"));
      expected =
          net.classify(
              Images.read(folder.resolve("picture.png")), Preprocessing.imageNet(32, 32), names);
    }
  }

  private int run(String... arguments) {
    CommandLine command = Predict.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void givesTheNetworksAnswersAsJson() throws Exception {
    int code =
        run(
            "--network",
            "resnet20",
            "--weights",
            file("weights.safetensors"),
            "--classes",
            file("names.txt"),
            "--top",
            "3",
            "--json",
            file("picture.png"));

    assertThat(err.toString()).isEmpty();
    assertThat(code).isEqualTo(0);
    JsonNode answers = new ObjectMapper().readTree(out.toString());
    assertThat(answers.size()).isEqualTo(1);
    assertThat(answers.get(0).get("image").asText()).isEqualTo(file("picture.png"));
    JsonNode predictions = answers.get(0).get("predictions");
    assertThat(predictions.size()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertThat(predictions.get(i).get("name").asText()).isEqualTo(expected.get(i).name());
      assertThat(predictions.get(i).get("probability").asDouble())
          .isWithin(1e-6)
          .of(expected.get(i).probability());
    }
  }

  @Test
  void givesATableWithCifarsNamesByDefault() {
    int code =
        run(
            "--network",
            "ResNet-20",
            "--weights",
            file("weights.safetensors"),
            file("picture.png"));

    assertThat(code).isEqualTo(0);
    assertThat(out.toString().lines().toList()).hasSize(6);
    assertThat(out.toString())
        .containsMatch(
            "\\d+\\.\\d\\d %  +\\d  (airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck)");
  }

  /** Heads and bodies of four kinds; mean 0.5, 299 pixels and bicubic resizing among them. */
  @ParameterizedTest
  @ValueSource(strings = {"googlenet", "inception_v3", "mobilenet_v3_small", "efficientnet_b0"})
  void preparesPicturesAsThePublishedWeightsOfComposedNetworksWantThem(String name)
      throws Exception {
    Class<? extends ImageClassifier> type =
        switch (name) {
          case "googlenet" -> GoogLeNet.class;
          case "inception_v3" -> InceptionV3.class;
          case "mobilenet_v3_small" -> MobileNetV3Small.class;
          default -> EfficientNetB0.class;
        };
    List<Prediction> answers;
    try (ImageClassifier net = Networks.create(type, NetworkOptions.defaults().seed(5))) {
      Weights.save(net.parameters(), folder.resolve("composed.safetensors"));
      answers = net.classify(ImageIO.read(folder.resolve("picture.png").toFile()));
    }

    int code =
        run(
            "--network",
            name,
            "--weights",
            file("composed.safetensors"),
            "--json",
            file("picture.png"));

    assertThat(err.toString()).isEmpty();
    assertThat(code).isEqualTo(0);
    JsonNode predictions = new ObjectMapper().readTree(out.toString()).get(0).get("predictions");
    for (int i = 0; i < 5; i++) {
      assertThat(predictions.get(i).get("name").asText()).isEqualTo(answers.get(i).name());
      assertThat(predictions.get(i).get("probability").asDouble())
          .isWithin(1e-6)
          .of(answers.get(i).probability());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "googlenet",
        "inception_v3",
        "inception_resnet_v2",
        "vgg16_bn",
        "squeezenet1_1",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "efficientnet_b0",
        "regnet_y_400mf"
      })
  void knowsEveryComposedNetworkByTorchvisionsName(String name) {
    int code = run("--network", name, "--weights", file("none.pth"), file("picture.png"));

    assertThat(err.toString()).contains("none.pth");
    assertThat(code).isEqualTo(1);
  }

  @Test
  void showsWhereTheAnswerComesFrom() throws Exception {
    List<String> common =
        List.of("--network", "resnet20", "--weights", file("weights.safetensors"), "--mirror");
    List<String> arguments = new java.util.ArrayList<>(common);
    arguments.addAll(List.of("--explain", file("maps"), file("picture.png")));

    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(0);
    BufferedImage map = ImageIO.read(folder.resolve("maps/picture.png-gradcam.png").toFile());
    assertThat(map.getWidth()).isEqualTo(32);

    arguments.addAll(List.of("--layer", "layer7"));
    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(1);
    assertThat(err.toString()).contains("no layer is called layer7");
  }

  @Test
  void namesTheNetworksWhenThereIsNoneOfThatName() {
    int code =
        run("--network", "resnet51", "--weights", file("weights.safetensors"), file("picture.png"));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("there is no network resnet51; there are resnet18, resnet34");
  }

  @Test
  void saysWhichFileCannotBeRead() {
    int code = run("--network", "resnet20", "--weights", file("none.pth"), file("picture.png"));

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("none.pth");
    assertThat(out.toString()).isEmpty();
  }
}
