package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.loss.BinaryCrossEntropy;
import io.blockwork.loss.Loss;
import io.blockwork.memory.ShapeMismatchException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Holds losses to figures that {@code losses.py} took from PyTorch, torchvision and timm. */
final class LossesTest {
  private static final double TOLERANCE = 1e-10;

  private static JsonNode torch;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = LossesTest.class.getResourceAsStream("/training/losses.json")) {
      torch = new ObjectMapper().readTree(in);
    }
  }

  private static INDArray classes() {
    return Nd4j.createFromArray(1, 0, 4, 2);
  }

  private static INDArray recorded(String name) {
    INDArray values = Nd4j.create(DataType.DOUBLE, 4, 5);
    for (int i = 0; i < 20; i++) {
      values.putScalar(i, torch.get(name).get(i).asDouble());
    }
    return values;
  }

  private static double[] weights() {
    return new double[] {1, 2, 0.5, 3, 0.25};
  }

  private static INDArray logits(DataType type) {
    INDArray logits = Nd4j.create(type, 4, 5);
    for (int i = 0; i < 20; i++) {
      logits.putScalar(i, 3 * Math.sin(0.3 + 0.7 * i));
    }
    return logits;
  }

  private static void check(String name, Loss loss) {
    JsonNode expected = torch.get("cases").get(name);
    INDArray gradient = Nd4j.create(DataType.DOUBLE, 4, 5);
    assertThat(loss.evaluate(logits(DataType.DOUBLE), gradient))
        .isWithin(TOLERANCE)
        .of(expected.get("loss").asDouble());
    INDArray single = Nd4j.create(DataType.FLOAT, 4, 5);
    loss.evaluate(logits(DataType.FLOAT), single);
    for (int i = 0; i < 20; i++) {
      double wanted = expected.get("gradient").get(i).asDouble();
      assertThat(gradient.getDouble(i)).isWithin(TOLERANCE).of(wanted);
      assertThat(single.getDouble(i)).isWithin(1e-6).of(wanted);
    }
  }

  @Test
  void everyClassCanBeTakenByItself() {
    check("bce", BinaryCrossEntropy.of(recorded("several")));
    check("bceSmoothed", BinaryCrossEntropy.of(classes()).smoothed(0.1));
    check("bceMixed", BinaryCrossEntropy.of(recorded("soft")));
    check("bceThreshold", BinaryCrossEntropy.of(classes()).smoothed(0.1).thresholded(0.2));
    check("bceMixedThreshold", BinaryCrossEntropy.of(recorded("soft")).thresholded(0.2));
    check("bceSummed", BinaryCrossEntropy.of(classes()).smoothed(0.1).summedOverClasses());
  }

  @Test
  void whatIsKnownWellWeighsLittle() {
    check("focal", Loss.focal(classes(), 2));
    check("focalSoft", Loss.focal(recorded("soft"), 0.5));
    check("focalPlain", Loss.focal(classes(), 0));
    check("sigmoidFocal", Loss.sigmoidFocal(recorded("several"), 0.25, 2));
    check("sigmoidFocalSoft", Loss.sigmoidFocal(recorded("soft"), -1, 1.5));
  }

  @Test
  void aTeacherSpeaksBesideTheLabels() {
    Loss hard = Loss.softmaxCrossEntropy(classes(), 0.1);
    check("distilled", Loss.distillation(recorded("teacher"), 4, 0.7, hard));
  }

  @Test
  void numbersAreMissedByMoreOrLess() {
    check("squared", Loss.meanSquaredError(recorded("numbers")));
    check("absolute", Loss.meanAbsoluteError(recorded("numbers")));
    check("huber", Loss.huber(recorded("numbers"), 1));
    check("huberWide", Loss.huber(recorded("numbers"), 2.5));
    assertThrows(IllegalArgumentException.class, () -> Loss.huber(recorded("numbers"), 0));
    assertThrows(ShapeMismatchException.class, () -> Loss.meanAbsoluteError(classes()).check(4, 5));
  }

  @Test
  void classesCanWeighMoreOrLess() {
    check("weighted", Loss.softmaxCrossEntropy(classes(), 0, weights()));
    check("weightedSmoothed", Loss.softmaxCrossEntropy(classes(), 0.2, weights()));
    check("weightedSoft", Loss.softmaxCrossEntropy(recorded("soft"), 0.1, weights()));
  }

  /** Outputs far from zero, where a plain formula overflows. */
  @Test
  void certaintyGivesNoNaN() {
    INDArray sure = Nd4j.createFromArray(new double[][] {{1000, -1000, 0}, {-1000, 1000, 0}});
    INDArray labels = Nd4j.createFromArray(0, 0);
    INDArray several = Nd4j.createFromArray(new double[][] {{1, 0, 0}, {1, 0, 1}});
    for (Loss loss :
        List.of(
            Loss.focal(labels, 0.5),
            Loss.focal(labels, 2),
            Loss.sigmoidFocal(several, 0.25, 0.5),
            BinaryCrossEntropy.of(several),
            Loss.distillation(sure.neg(), 1, 0.5, Loss.softmaxCrossEntropy(labels)))) {
      INDArray gradient = Nd4j.create(DataType.DOUBLE, 2, 3);
      assertThat(loss.evaluate(sure, gradient)).isFinite();
      assertThat(gradient.sumNumber().doubleValue()).isFinite();
    }
  }

  @Test
  void targetsThatDoNotFitAreRefusedBeforeTheStep() {
    Loss several = BinaryCrossEntropy.of(recorded("several"));
    assertThrows(ShapeMismatchException.class, () -> several.check(4, 6));
    assertThrows(IllegalArgumentException.class, () -> several.check(3, 5));
    assertThrows(IllegalArgumentException.class, () -> Loss.focal(classes(), 2).check(4, 3));
    assertThrows(
        IllegalArgumentException.class,
        () -> BinaryCrossEntropy.of(Nd4j.createFromArray(new double[][] {{0.5, 1.5}})));
    Loss weighted = Loss.softmaxCrossEntropy(classes(), 0, 1, 2);
    assertThrows(ShapeMismatchException.class, () -> weighted.check(4, 5));
    Loss taught = Loss.distillation(recorded("teacher"), 2, 0.5, Loss.softmaxCrossEntropy(1, 0, 4));
    assertThrows(IllegalArgumentException.class, () -> taught.check(4, 5));
    Loss other =
        Loss.distillation(recorded("teacher"), 2, 0.5, Loss.softmaxCrossEntropy(1, 0, 4, 2));
    assertThrows(ShapeMismatchException.class, () -> other.check(4, 6));
    assertThrows(IllegalArgumentException.class, () -> Loss.focal(classes(), -1));
  }
}
