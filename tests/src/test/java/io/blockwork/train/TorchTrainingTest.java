package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.loss.Loss;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/** Holds the parts of training to figures that {@code training.py} took from PyTorch. */
final class TorchTrainingTest {
  private static final double TOLERANCE = 1e-10;
  private static final double FLOAT_TOLERANCE = 1e-6;

  private static JsonNode torch;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = TorchTrainingTest.class.getResourceAsStream("/training/torch.json")) {
      torch = new ObjectMapper().readTree(in);
    }
  }

  @Test
  void schedulesGiveTorchsRates() {
    Map.of(
            "step", Schedule.step(3, 0.5),
            "multiStep", Schedule.multiStep(0.1, 4, 9),
            "cosine", Schedule.cosine(),
            "cosineTo", Schedule.cosine(0.1),
            "oneCycle", Schedule.oneCycle(),
            "warmCosine", Schedule.cosine().warmUp(3, 0.01),
            "warmStep", Schedule.step(4, 0.1).warmUp(2, 0.1))
        .forEach(TorchTrainingTest::checkRates);
  }

  private static void checkRates(String name, Schedule schedule) {
    JsonNode expected = torch.get("schedules").get(name);
    int epochs = 12;
    int stepsPerEpoch = 5;
    boolean perStep = expected.size() == epochs * stepsPerEpoch;
    for (int i = 0; i < epochs * stepsPerEpoch; i++) {
      double rate = 0.1 * schedule.factor(new Schedule.Progress(i, stepsPerEpoch, epochs));
      double wanted = expected.get(perStep ? i : i / stepsPerEpoch).asDouble();
      assertThat(rate).isWithin(TOLERANCE).of(wanted);
    }
  }

  @Test
  void aScheduleCanCountStepsInsteadOfEpochs() {
    Schedule perStep = Schedule.cosine().perStep();
    JsonNode expected = torch.get("schedules").get("cosine");
    for (int i = 0; i < 12; i++) {
      double rate = 0.1 * perStep.factor(new Schedule.Progress(i, 4, 3));
      assertThat(rate).isWithin(TOLERANCE).of(expected.get(i).asDouble());
    }
  }

  @Test
  void sgdDecaysAsTorchDoes() {
    check("sgd", new Momentum(0.1, 0.9), o -> o.weightDecay(1e-2));
  }

  @Test
  void biasesCanBeExemptFromDecay() {
    check("sgdExempt", new Momentum(0.1, 0.9), o -> o.weightDecay(1e-2).decayNormsAndBiases(false));
  }

  @Test
  void adamStepsAsTorchDoes() {
    check("adam", new Adam(0.01), o -> o.weightDecay(1e-2));
  }

  @Test
  void decoupledDecayMakesAdamW() {
    check("adamw", new Adam(0.01), o -> o.decoupledWeightDecay(0.1));
    check(
        "adamwExempt", new Adam(0.01), o -> o.decoupledWeightDecay(0.1).decayNormsAndBiases(false));
  }

  @Test
  void gradientsAreClippedAsTorchDoes() {
    check("clipped", new Momentum(0.1, 0.9), o -> o.clipNorm(0.02));
  }

  @Test
  void accumulatedGradientsAreTheWeightedMean() {
    accumulates(DataType.DOUBLE, TOLERANCE);
    accumulates(DataType.FLOAT, FLOAT_TOLERANCE);
  }

  private static void accumulates(DataType type, double tolerance) {
    GivenGradients once = start(type);
    GivenGradients twice = start(type);
    Optimizer of1 = Optimizer.of(once, new Momentum(0.1, 0.9));
    Optimizer of2 = Optimizer.of(twice, new Momentum(0.1, 0.9));
    INDArray a = fill(1.0, 15);
    INDArray b = fill(2.0, 15);
    once.gradients().flat().assign(a.mul(0.75).add(b.mul(0.25)));
    of1.step();
    twice.gradients().flat().assign(a);
    of2.accumulate(96);
    twice.gradients().flat().assign(b);
    of2.accumulate(32);
    of2.step();
    assertThat(twice.parameters().flat().equalsWithEps(once.parameters().flat(), tolerance))
        .isTrue();
  }

  private interface Settings {
    void on(Optimizer optimizer);
  }

  private static GivenGradients start(DataType type) {
    GivenGradients net = new GivenGradients(type);
    net.parameters().set("fc.weight", fill(0.1, 12).reshape(3, 4));
    net.parameters().set("fc.bias", fill(0.5, 3));
    return net;
  }

  /** In FLOAT, the step is fused; in DOUBLE, it goes through ND4J's operations. */
  private static void check(String name, IUpdater updater, Settings settings) {
    check(name, updater, settings, DataType.DOUBLE, TOLERANCE);
    check(name, updater, settings, DataType.FLOAT, FLOAT_TOLERANCE);
  }

  private static void check(
      String name, IUpdater updater, Settings settings, DataType type, double tolerance) {
    GivenGradients net = start(type);
    Optimizer optimizer = Optimizer.of(net, updater);
    settings.on(optimizer);
    WeightAverage average = new WeightAverage(net.parameters(), 0.9);
    int step = 0;
    for (JsonNode expected : torch.get("optimizers").get(name)) {
      net.gradients().get("fc.weight").assign(fill(1.0 + step, 12).muli(0.01).reshape(3, 4));
      net.gradients().get("fc.bias").assign(fill(2.0 + step, 3).muli(0.01));
      optimizer.step();
      average.update();
      checkValues(expected.get("parameters"), net.parameters().flat(), tolerance);
      average.swap();
      checkValues(expected.get("average"), net.parameters().flat(), tolerance);
      average.swap();
      step++;
    }
  }

  private static void checkValues(JsonNode expected, INDArray actual, double tolerance) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.getDouble(i)).isWithin(tolerance).of(expected.get(i).asDouble());
    }
  }

  private static INDArray fill(double phase, int length) {
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = Math.sin(phase + 0.7 * i);
    }
    return Nd4j.createFromArray(values);
  }

  @Test
  void smoothedLabelsGiveTorchsLossAndGradient() {
    checkLoss("classes", Loss.softmaxCrossEntropy(Nd4j.createFromArray(1, 0, 4, 2), 0.1));
    INDArray soft = Nd4j.create(DataType.DOUBLE, 4, 5);
    JsonNode probabilities = torch.get("probabilities");
    for (int i = 0; i < soft.length(); i++) {
      soft.putScalar(i, probabilities.get(i).asDouble());
    }
    checkLoss("probabilities", Loss.softmaxCrossEntropy(soft, 0.2));
  }

  private static void checkLoss(String name, Loss loss) {
    INDArray logits = fill(0.3, 20).muli(3).reshape(4, 5);
    INDArray gradient = Nd4j.create(DataType.DOUBLE, 4, 5);
    JsonNode expected = torch.get("losses").get(name);
    assertThat(loss.evaluate(logits, gradient))
        .isWithin(TOLERANCE)
        .of(expected.get("loss").asDouble());
    checkValues(expected.get("gradient"), gradient, TOLERANCE);
  }
}
