package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.data.ImageDataset;
import io.blockwork.data.Labelled;
import io.blockwork.image.ByteImage;
import io.blockwork.train.TinyNetworks.Residual;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people look at to see how good a classifier is. */
final class SeeingTest {
  @TempDir Path folder;

  private static Predictions.Row row(int index, int label, double... shares) {
    List<Double> list = java.util.Arrays.stream(shares).boxed().toList();
    return new Predictions.Row(index, "image " + index, label, list);
  }

  private static Predictions some() {
    return new Predictions(
        List.of("cat", "<dog>", "a,\"b\""),
        List.of(
            row(0, 0, 0.7, 0.2, 0.1),
            row(1, 1, 0.9, 0.05, 0.05),
            row(2, 1, 0.8, 0.1, 0.1),
            row(3, 2, 0.1, 0.3, 0.6),
            row(4, Labelled.UNLABELLED, 0.1, 0.8, 0.1),
            row(5, 2, 0.95, 0.05, 0)));
  }

  /** By hand: confidences 0.7 and 0.6 are right, 0.9, 0.8 and 0.95 are wrong. */
  @Test
  void confidenceIsComparedWithAccuracy() {
    Calibration two = Calibration.of(some(), 2);
    assertThat(two.bins().get(0).images()).isEqualTo(0);
    assertThat(two.expectedError()).isWithin(1e-12).of((0.7 + 0.9 + 0.8 + 0.6 + 0.95) / 5 - 0.4);
    Calibration ten = Calibration.of(some(), 10);
    assertThat(ten.bins().get(6).images()).isEqualTo(1);
    assertThat(ten.bins().get(5).images()).isEqualTo(1);
    assertThat(ten.largestError()).isWithin(1e-12).of(0.95);
    assertThat(ten.expectedError()).isWithin(1e-12).of((0.3 + 0.9 + 0.8 + 0.4 + 0.95) / 5);
    assertThat(ten.toString()).isEqualTo("calibration error 67.00 %, at most 95.00 %");
    assertThrows(IllegalArgumentException.class, () -> Calibration.of(some(), 0));
    assertThat(Calibration.of(new Predictions(List.of(), List.of()), 3).expectedError())
        .isEqualTo(0);
  }

  @Test
  void theReliabilityDiagramCanBeDrawn() throws IOException {
    for (Predictions each : List.of(some(), new Predictions(List.of(), List.of()))) {
      Path file = folder.resolve("reliability.png");
      each.calibration().writePng(file);
      assertThat(ImageIO.read(file.toFile()).getWidth()).isGreaterThan(300);
    }
  }

  @Test
  void predictionsAreATableThatSpreadsheetsRead() throws IOException {
    some().writeCsv(folder.resolve("p.csv"));
    List<String> lines = Files.readAllLines(folder.resolve("p.csv"));
    assertThat(lines.get(0)).isEqualTo("source,label,answer,confidence,cat,<dog>,\"a,\"\"b\"\"\"");
    assertThat(lines.get(2)).isEqualTo("image 1,<dog>,cat,0.9,0.9,0.05,0.05");
    assertThat(lines.get(5)).isEqualTo("image 4,,<dog>,0.8,0.1,0.8,0.1");
    assertThat(lines).hasSize(7);
  }

  @Test
  void thePageShowsTheSurestMistakesFirstAndNamesAreEscaped() throws IOException {
    ImageDataset pictures =
        new ImageDataset() {
          @Override
          public ByteImage image(int index) {
            return new ByteImage(4, 2, 3, new byte[24]);
          }

          @Override
          public int size() {
            return 6;
          }

          @Override
          public int label(int index) {
            return 0;
          }

          @Override
          public List<String> classNames() {
            return List.of();
          }
        };
    assertThat(some().mistakes().stream().map(Predictions.Row::index))
        .containsExactly(5, 1, 2)
        .inOrder();
    Path file = folder.resolve("mistakes.html");
    MistakesPage.write(file, some(), pictures, 2);
    String page = Files.readString(file);
    assertThat(page).contains("3 mistakes in 6 images");
    assertThat(page).contains("<h3>&lt;dog&gt; taken for cat: 2</h3>");
    assertThat(page).doesNotContain("<dog>");
    assertThat(page.split("<img", -1)).hasLength(1 + 2 + 3);
    assertThat(page.indexOf("image 5")).isLessThan(page.indexOf("image 1"));
    ImageDataset few = pictures.subset(0, 1);
    assertThrows(IllegalArgumentException.class, () -> MistakesPage.write(file, some(), few, 2));
  }

  @Test
  void predictionsAreThoseOfEvaluation() {
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options());
        DataLoader data = DataLoader.of(TinyNetworks.bands(30)).batchSize(8).build()) {
      Predictions predictions = Predictions.of(net, data);
      Evaluation evaluation = Evaluation.of(net, data);
      assertThat(predictions.rows()).hasSize(30);
      assertThat(predictions.rows().stream().filter(Predictions.Row::isRight).count() / 30.0)
          .isEqualTo(evaluation.metrics().top1());
      double loss =
          predictions.rows().stream()
              .mapToDouble(row -> -Math.log(row.probabilities().get(row.label())))
              .average()
              .orElseThrow();
      assertThat(loss).isWithin(1e-6).of(evaluation.metrics().loss());
    }
  }

  /** scikit-learn's precision_recall_fscore_support of the same counts. */
  @Test
  void eachClassHasPrecisionRecallAndF1() {
    ConfusionMatrix matrix = new ConfusionMatrix(List.of("cat", "dog", "newt"));
    int[][] counts = {{8, 2, 0}, {1, 4, 0}, {0, 1, 0}};
    for (int actual = 0; actual < 3; actual++) {
      for (int predicted = 0; predicted < 3; predicted++) {
        for (int i = 0; i < counts[actual][predicted]; i++) {
          matrix.add(actual, predicted);
        }
      }
    }
    assertThat(matrix.f1(0)).isWithin(1e-9).of(0.8421052632);
    assertThat(matrix.f1(1)).isWithin(1e-9).of(0.6666666667);
    assertThat(matrix.f1(2)).isEqualTo(0);
    assertThat(matrix.meanF1()).isWithin(1e-9).of(0.5029239766);
    assertThat(matrix.classReport()).contains("cat        88.9 %   80.0 %   84.2 %       10");
    assertThat(matrix.classReport()).contains("newt            -    0.0 %    0.0 %        1");
  }
}
