package io.blockwork.examples;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.examples.training.Examples;
import io.blockwork.train.TrainedClasses;
import io.blockwork.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of the command line, on a few made pictures of ten classes. */
final class RecipeTest {
  @TempDir Path folder;

  private void paint(String part, int perClass) throws IOException {
    for (int label = 0; label < 10; label++) {
      Path place = Files.createDirectories(folder.resolve(part).resolve("class" + label));
      for (int i = 0; i < perClass; i++) {
        BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < 32 * 32; at++) {
          picture.setRGB(at % 32, at / 32, 0x123456 * (label + 1) + at * (i + 3));
        }
        ImageIO.write(picture, "png", place.resolve(i + ".png").toFile());
      }
    }
  }

  @Test
  void everyRecipeTrainsAndKeepsWhatItHasLearnt() throws IOException {
    paint("train", 2);
    paint("test", 1);
    for (String recipe : List.of("PLAIN", "V2", "FAST")) {
      Path out = folder.resolve(recipe);
      int code =
          Examples.commandLine()
              .execute(
                  "cifar10",
                  "--recipe",
                  recipe,
                  "--data",
                  folder.toString(),
                  "--out",
                  out.toString(),
                  "--precision",
                  "FLOAT",
                  "--epochs",
                  "3",
                  "--batch",
                  "10");
      assertThat(code).isEqualTo(0);
      assertThat(Files.readAllLines(out.resolve("log.csv"))).hasSize(4);
      try (Weights best = Weights.open(out.resolve("best.safetensors"))) {
        assertThat(TrainedClasses.of(best).orElseThrow()).hasSize(10);
      }
    }
  }

  @Test
  void aRecipeWithANetworkOfItsOwnRefusesAnother() {
    for (String recipe : List.of("V2", "FAST")) {
      assertThat(errorsOf("--recipe", recipe, "--network", "RESNET20"))
          .contains("--recipe " + recipe + " trains a network of its own: leave out --network");
    }
  }

  @Test
  void thePrecisionIsSaidByName() {
    assertThat(errorsOf("--precision", "HALF")).contains("[FLOAT, BFLOAT16]");
  }

  private static String errorsOf(String... options) {
    StringWriter errors = new StringWriter();
    int code =
        Examples.commandLine()
            .setErr(new PrintWriter(errors))
            .execute(
                Stream.concat(Stream.of("cifar10"), Stream.of(options)).toArray(String[]::new));
    assertThat(code).isEqualTo(2);
    return errors.toString();
  }
}
