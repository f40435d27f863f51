package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/** Holds steps and schedules to figures that {@code optimizers.py} took from PyTorch and timm. */
final class TorchOptimizersTest {
  private static final double TOLERANCE = 1e-10;
  private static final double FLOAT_TOLERANCE = 1e-6;

  private static JsonNode torch;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in =
        TorchOptimizersTest.class.getResourceAsStream("/training/optimizers.json")) {
      torch = new ObjectMapper().readTree(in);
    }
  }

  @Test
  void nesterovsMomentumLooksAhead() {
    check("nesterov", Momentum.nesterov(0.1, 0.9), o -> o.weightDecay(1e-2));
  }

  @Test
  void groupsHaveTheirOwnRatesAndDecays() {
    ParameterGroup bias = ParameterGroup.named("fc.bias").rate(0.5);
    check(
        "groups",
        new Momentum(0.1, 0.9),
        o -> o.weightDecay(1e-2).groups(bias, ParameterGroup.normsAndBiases().weightDecay(3e-2)));
    check(
        "groups",
        new Momentum(0.1, 0.9),
        o ->
            o.groups(
                ParameterGroup.named("fc").weightDecay(1e-2),
                ParameterGroup.ofKinds(Kind.LINEAR_BIAS).rate(0.5).weightDecay(3e-2)));
    check(
        "adamwGroups",
        new Adam(0.01),
        o ->
            o.decoupledWeightDecay(0.1)
                .groups(ParameterGroup.named("fc.bias").rate(3).decoupledWeightDecay(0.2)));
  }

  @Test
  void aGroupThatNamesNothingIsRefused() {
    Optimizer optimizer = Optimizer.of(start(DataType.DOUBLE), new Momentum(0.1, 0.9));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> optimizer.groups(ParameterGroup.named("fx").rate(2)));
    assertThat(e).hasMessageThat().contains("nothing is below fx");
  }

  @Test
  void larsScalesGradientsByTheParametersNorm() {
    check("lars", new Lars(2, 0.9, 0.02), o -> o.weightDecay(1e-2));
    check("larsExempt", new Lars(2, 0.9), o -> o.weightDecay(1e-2).decayNormsAndBiases(false));
    check(
        "larsExempt",
        new Lars(2, 0.9),
        o -> o.weightDecay(1e-2).groups(ParameterGroup.named("fc.bias").weightDecay(0)));
  }

  @Test
  void lambScalesStepsToTheParametersNorm() {
    check("lamb", new Lamb(0.05), o -> o.decoupledWeightDecay(0.1));
    check(
        "lambExempt", new Lamb(0.05), o -> o.decoupledWeightDecay(0.1).decayNormsAndBiases(false));
  }

  @Test
  void slowWeightsFollowTheFastOnes() {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      GivenGradients net = start(type);
      Lookahead lookahead = new Lookahead(net.parameters(), 2, 0.4);
      check(
          "lookahead",
          net,
          Optimizer.of(net, new Momentum(0.1, 0.9)),
          optimizer -> lookahead.afterStep(optimizer.steps()));
    }
  }

  @Test
  void theWorstPointNearbyGivesTheGradients() {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      GivenGradients net = start(type);
      net.onTrain(
          () -> {
            INDArray weights = net.parameters().flat();
            net.gradients().flat().assign(weights.mul(weights).muli(weights));
          });
      SharpnessAware sam = new SharpnessAware(net, 0.5);
      Optimizer optimizer = Optimizer.of(net, new Momentum(0.1, 0.9));
      INDArray none = Nd4j.create(type, 1, 1);
      for (JsonNode expected : torch.get("optimizers").get("sharpnessAware")) {
        INDArray before = net.parameters().flat();
        sam.train(none, Losses.of(Loss.softmaxCrossEntropy(0)));
        assertThat(net.parameters().flat()).isEqualTo(before);
        optimizer.step();
        checkValues(expected, net.parameters().flat(), type);
      }
    }
  }

  private static GivenGradients start(DataType type) {
    GivenGradients net = new GivenGradients(type);
    net.parameters().set("fc.weight", fill(0.1, 12).reshape(3, 4));
    net.parameters().set("fc.bias", fill(0.5, 3));
    return net;
  }

  /** In FLOAT, steps of momentum and Adam are fused; in DOUBLE, they go through ND4J. */
  private static void check(String name, IUpdater updater, UnaryOperator<Optimizer> settings) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      GivenGradients net = start(type);
      check(name, net, settings.apply(Optimizer.of(net, updater.clone())), optimizer -> {});
    }
  }

  private interface AfterStep {
    void run(Optimizer optimizer);
  }

  private static void check(
      String name, GivenGradients net, Optimizer optimizer, AfterStep afterStep) {
    int step = 0;
    for (JsonNode expected : torch.get("optimizers").get(name)) {
      net.gradients().get("fc.weight").assign(fill(1.0 + step, 12).muli(0.01).reshape(3, 4));
      net.gradients().get("fc.bias").assign(fill(2.0 + step, 3).muli(0.01));
      optimizer.step();
      afterStep.run(optimizer);
      checkValues(expected, net.parameters().flat(), net.parameters().dataType());
      step++;
    }
    assertThat(step).isEqualTo(6);
  }

  private static void checkValues(JsonNode expected, INDArray actual, DataType type) {
    assertThat(actual.length()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.getDouble(i))
          .isWithin(type == DataType.DOUBLE ? TOLERANCE : FLOAT_TOLERANCE)
          .of(expected.get(i).asDouble());
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
  void cosinesBeginAnew() {
    checkRates("warmRestarts", Schedule.warmRestarts(3, 2, 0.1));
    checkRates("equalRestarts", Schedule.warmRestarts(5, 1, 0));
  }

  private static void checkRates(String name, Schedule schedule) {
    JsonNode expected = torch.get("schedules").get(name);
    for (int epoch = 0; epoch < expected.size(); epoch++) {
      double rate = 0.1 * schedule.factor(new Schedule.Progress(epoch * 7L + 3, 7, 16));
      assertThat(rate).isWithin(TOLERANCE).of(expected.get(epoch).asDouble());
    }
  }

  @Test
  void theRateFallsOnAPlateau() {
    checkPlateau("loss", Schedule.onPlateau(0.5, 1), false);
    checkPlateau("cooling", new Plateau(0.1, 0, EarlyStopping.Measure.LOSS, 0.05, 2, 0.005), false);
    checkPlateau("top1", new Plateau(0.2, 2, EarlyStopping.Measure.TOP1), true);
  }

  private static void checkPlateau(String name, Schedule schedule, boolean inverse) {
    assertThat(schedule.needsValidation()).isTrue();
    JsonNode values = torch.get("plateaus").get("values");
    List<EpochResult> epochs = new ArrayList<>();
    JsonNode expected = torch.get("plateaus").get(name);
    for (int epoch = 0; epoch < expected.size(); epoch++) {
      TrainingHistory history = new TrainingHistory(epochs, false);
      double factor = schedule.factor(new Schedule.Progress(epoch, 1, 30, history));
      assertThat(factor).isWithin(TOLERANCE).of(expected.get(epoch).asDouble());
      if (epoch < values.size()) {
        double value = values.get(epoch).asDouble();
        epochs.add(result(2 * epoch, new Metrics(value, inverse ? 1 / value : 0, 0, 1)));
        epochs.add(result(2 * epoch + 1, Optional.empty()));
      }
    }
  }

  private static EpochResult result(int epoch, Metrics validation) {
    return result(epoch, Optional.of(validation));
  }

  private static EpochResult result(int epoch, Optional<Metrics> validation) {
    Metrics training = new Metrics(1, 0, 0, 1);
    return new EpochResult(epoch, epoch, 1, training, validation, Duration.ZERO, Duration.ZERO);
  }
}
