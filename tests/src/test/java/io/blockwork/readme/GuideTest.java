package io.blockwork.readme;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.Networks;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.python.Python;
import io.blockwork.readme.UserProject.Outcome;
import io.blockwork.weights.Weights;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A user's project with the files of every page, in which each of their programs runs. */
@DisplayName("The user's guide")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GuideTest {
  private static final Path GUIDE = Path.of("..", "examples", "guide");

  private UserProject project;
  private Path photos;

  @BeforeAll
  void buildTheProject() throws Exception {
    assumeTrue(UserProject.canBeBuilt(), "the jars are not built: run mvn verify");
    project = UserProject.create("guide");
    project.write("pom.xml", Objects.requireNonNull(Readme.open().files().get("pom.xml")));
    for (Readme page : Readme.pages(GUIDE)) {
      for (Map.Entry<String, String> file : page.files().entrySet()) {
        project.write(file.getKey(), file.getValue());
      }
    }
    photos = Files.createDirectories(project.folder().resolve("photos"));
    List<Color> colors = List.of(Color.ORANGE, Color.BLUE, Color.GREEN);
    for (int c = 0; c < colors.size(); c++) {
      Path folder = Files.createDirectories(photos.resolve(List.of("cat", "dog", "frog").get(c)));
      for (int i = 0; i < 8; i++) {
        draw(colors.get(c), i, folder.resolve(i + ".png"));
      }
    }
    Outcome build = project.maven("package");
    assertWithMessage(build.output()).that(build.exitCode()).isEqualTo(0);
  }

  private static void draw(Color color, int place, Path file) throws IOException {
    BufferedImage image = new BufferedImage(96, 80, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setColor(color);
    pen.fillOval(4 * place, 2 * place, 60, 60);
    pen.dispose();
    ImageIO.write(image, "png", file.toFile());
  }

  private String run(String program, Object... arguments) throws Exception {
    Outcome outcome = project.java("com.example." + program, arguments);
    assertWithMessage(outcome.output()).that(outcome.exitCode()).isEqualTo(0);
    return outcome.output();
  }

  /** Runs the command that a page shows for a program, with arguments of ours. */
  private String runAsShown(String program, String arguments) throws Exception {
    List<String> shown = new ArrayList<>();
    for (Readme page : Readme.pages(GUIDE)) {
      page.commands().stream()
          .filter(command -> command.contains("=com.example." + program + " "))
          .forEach(shown::add);
    }
    assertThat(shown).hasSize(1);
    Matcher command =
        Pattern.compile("mvn -q (compile exec:java) (\\S+) -Dexec.args=\"[^\"]+\"")
            .matcher(shown.get(0));
    assertThat(command.matches()).isTrue();
    List<String> words = new ArrayList<>(List.of(command.group(1).split(" ", -1)));
    words.addAll(List.of(command.group(2), "-Dexec.args=" + arguments));
    Outcome outcome = project.maven(words.toArray(String[]::new));
    assertWithMessage(outcome.output()).that(outcome.exitCode()).isEqualTo(0);
    return outcome.output();
  }

  /** Each command of the guide is run by a test of its program. */
  @Test
  void showsNoCommandThatNoTestRuns() throws Exception {
    for (Readme page : Readme.pages(GUIDE)) {
      for (String command : page.commands()) {
        assertThat(command).matches(".*=com.example.photos.(Train|Classify) .*");
      }
    }
  }

  @Test
  @Order(1)
  void trainsOnAFolderOfPhotos() throws Exception {
    runAsShown("photos.Train", "photos run 2");
    assertThat(Files.exists(project.folder().resolve("run/curves.png"))).isTrue();
  }

  @Test
  @Order(2)
  void namesWhatIsInAPhoto() throws Exception {
    assertThat(runAsShown("photos.Classify", "run photos/dog/3.png")).contains("dog (1)");
  }

  @Test
  @Order(3)
  void savesAndLoads() throws Exception {
    assertThat(run("saving.Move", project.folder().resolve("animals.safetensors")))
        .contains(" tensors");
  }

  @Test
  @Order(4)
  void findsAPictureItselfFirst() throws Exception {
    assertThat(run("search.Search", photos)).containsMatch("1\\.000 .*0\\.png");
  }

  @Test
  @Order(5)
  void takesSettings() throws Exception {
    assertThat(run("settings.Settings")).contains("3 scores");
  }

  @Test
  @Order(6)
  void serves() throws Exception {
    assertThat(run("serve.Ask", photos.resolve("cat/0.png"))).containsMatch("200 (cat|dog|frog) ");
    assertThat(run("serve.Ask", project.folder().resolve("pom.xml"))).contains("400 the request: ");
  }

  @Test
  @Order(7)
  void tunesATrainedBody() throws Exception {
    Path body = project.folder().resolve("body.safetensors");
    try (ResNet18 net = Networks.create(ResNet18.class)) {
      Weights.save(net.parameters(), body);
    }
    Path tuned = project.folder().resolve("tuned.safetensors");
    assertThat(run("finetune.FineTune", body, photos, tuned)).contains("120 tensors loaded");
    assertThat(Files.exists(tuned)).isTrue();
  }

  @Test
  @Order(8)
  void quantises() throws Exception {
    Path file = project.folder().resolve("int8.safetensors");
    String output = run("quantize.Quantize", photos, file);
    assertThat(output).contains("int8      top-1");
    assertThat(output).contains("3 scores, in integers");
    assertThat(Files.size(file)).isLessThan(1_000_000L);
  }

  @Test
  @Order(9)
  void computesAgainWhatItDoesNotKeep() throws Exception {
    Matcher lines =
        Pattern.compile("Keeping: loss ([\\d.]+), (\\d+) MB\\RAgain: loss ([\\d.]+), (\\d+) MB")
            .matcher(run("ideas.Thrift"));
    assertThat(lines.find()).isTrue();
    assertThat(lines.group(3)).isEqualTo(lines.group(1));
    assertThat(Integer.parseInt(lines.group(4))).isLessThan(Integer.parseInt(lines.group(2)));
  }

  @Test
  @Order(10)
  void learnsWithShortcutsWhatItDoesNotWithout() throws Exception {
    Matcher lines =
        Pattern.compile("plain ([\\d.]+)\\Rresidual ([\\d.]+)").matcher(run("ideas.Depth"));
    assertThat(lines.find()).isTrue();
    assertThat(Double.parseDouble(lines.group(2)))
        .isLessThan(0.5 * Double.parseDouble(lines.group(1)));
  }

  @Test
  @Order(12)
  void trainsOnImagesThatGrow() throws Exception {
    String output = run("sizes.Grow", photos);
    assertThat(output).contains("own size [3, 64, 64]");
    assertThat(output).contains("small 3 scores");
  }

  @Test
  void showsWhatIsGenerated() throws Exception {
    Path generated = project.folder().resolve("target/generated-sources/annotations");
    List<Map.Entry<String, String>> parts = new ArrayList<>();
    for (Readme page : Readme.pages(GUIDE)) {
      parts.addAll(page.generated());
    }
    assertThat(parts).isNotEmpty();
    for (Map.Entry<String, String> part : parts) {
      assertThat(Files.readString(generated.resolve(part.getKey()))).contains(part.getValue());
    }
  }

  /** Whatever stands there in Java is a file of the project, and so was compiled. */
  @Test
  void showsNoOtherJavaThanThat() throws Exception {
    for (Readme page : Readme.pages(GUIDE)) {
      assertThat(page.blocks("java")).containsExactlyElementsIn(page.files().values());
    }
  }

  @Test
  @Order(11)
  void printsWhatItsPagesShow() throws Exception {
    for (Readme page : Readme.pages(GUIDE)) {
      for (Map.Entry<String, String> output : page.outputs().entrySet()) {
        assertThat(run(output.getKey().substring("com.example.".length())))
            .contains(output.getValue());
      }
    }
  }

  @Test
  @Order(30)
  void learnsTagsFromATable() throws Exception {
    Path table = photos.resolve("tags.csv");
    Files.writeString(
        table, "image,tags\ncat/0.png,cat\ncat/1.png,cat\ndog/0.png,dog frog\nfrog/1.png,frog\n");
    Path answers = project.folder().resolve("answers.csv");
    assertThat(run("targets.Tags", table, answers)).contains("mAP");
    assertThat(Files.readAllLines(answers)).hasSize(5);
  }

  @Test
  @Order(31)
  void torchTakesTheWeights() throws Exception {
    Optional<Python> python = Python.with("torchvision", "safetensors");
    assumeTrue(
        python.isPresent(),
        "no python3 with torchvision and safetensors: what the guide shows in Python was not run");
    float[] kernel;
    try (ResNet18 net = Networks.create(ResNet18.class)) {
      Weights.save(net.parameters(), project.folder().resolve("model.safetensors"));
      kernel = net.parameters().get("layer4.1.conv2.weight").ravel().toFloatVector();
    }
    for (Readme page : Readme.pages(GUIDE)) {
      for (String snippet : page.blocks("python")) {
        project.write(
            "snippet.py",
            "import torchvision\nmodel = torchvision.models.resnet18()\n"
                + snippet
                + "for value in model.layer4[1].conv2.weight[0, 0].flatten(): print(float(value))\n");
        List<String> values = python.get().runIn(project.folder(), "snippet.py").lines().toList();
        assertThat(values).hasSize(9);
        for (int i = 0; i < 9; i++) {
          assertThat(Float.parseFloat(values.get(i))).isEqualTo(kernel[i]);
        }
      }
    }
  }
}
