package io.blockwork.examples;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.examples.training.Examples;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("The example gradient-flow")
class GradientFlowExampleTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void trainsPlainAndResidualNetworksAndDrawsThemIntoOnePicture() throws IOException {
    for (String part : List.of("train", "test")) {
      for (int label = 0; label < 10; label++) {
        Path images =
            Files.createDirectories(folder.resolve("data").resolve(part).resolve("c" + label));
        ImageIO.write(noise(label), "png", images.resolve("0.png").toFile());
      }
    }
    StringWriter text = new StringWriter();
    CommandLine command = Examples.commandLine();
    command.setOut(new PrintWriter(text));
    command.setErr(new PrintWriter(text));
    Path out = folder.resolve("out");
    int exit =
        command.execute(
            "gradient-flow",
            "--data=" + folder.resolve("data"),
            "--out=" + out,
            "--steps=2",
            "--batch=5");
    assertWithMessage(text.toString()).that(exit).isEqualTo(0);
    assertThat(text.toString().lines().count()).isEqualTo(5);
    BufferedImage picture = ImageIO.read(out.resolve("gradient-flow.png").toFile());
    assertThat(picture.getWidth()).isGreaterThan(2 * picture.getHeight());
    for (String depth : List.of("20", "56")) {
      List<String> plain = Files.readAllLines(out.resolve("plain-" + depth + ".csv"));
      List<String> residual = Files.readAllLines(out.resolve("resnet-" + depth + ".csv"));
      // A header, then two steps of all layers with weights.
      assertThat(plain).hasSize(1 + 2 * Integer.parseInt(depth));
      assertThat(layers(plain)).isEqualTo(layers(residual));
      assertThat(Files.size(out.resolve("plain-" + depth + ".png"))).isGreaterThan(1000L);
    }
  }

  private static List<String> layers(List<String> csv) {
    return csv.stream().map(line -> line.substring(0, line.lastIndexOf(','))).toList();
  }

  private static BufferedImage noise(int seed) {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, random.nextInt(1 << 24));
    }
    return image;
  }
}
