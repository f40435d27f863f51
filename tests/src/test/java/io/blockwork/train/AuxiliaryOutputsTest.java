package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.AuxiliaryOutput;
import io.blockwork.NetworkOptions;
import io.blockwork.TrainingResult;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.Layout;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.AuxiliaryLoss;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Holds training with several outputs to figures that {@code auxiliary.py} took from PyTorch. */
@DisplayName("Auxiliary outputs")
final class AuxiliaryOutputsTest {
  private static final double SMOOTHING = 0.1;
  private static final int[] LABELS = {0, 2, 1, 0};

  private static JsonNode torch;

  @TempDir Path folder;

  private record Setup(Engine engine, DataType type, double tolerance) {
    NetworkOptions options() {
      return NetworkOptions.defaults().engine(engine).dataType(type);
    }

    @Override
    public String toString() {
      return engine + ", " + type;
    }
  }

  static Stream<Setup> setups() {
    List<Setup> setups = new ArrayList<>();
    setups.add(new Setup(new Nd4jEngine(), DataType.DOUBLE, 1e-10));
    setups.add(new Setup(new Nd4jEngine(), DataType.FLOAT, 2e-5));
    if (OneDnnEngine.isAvailable()) {
      for (Layout layout : Layout.values()) {
        setups.add(new Setup(new OneDnnEngine().layout(layout), DataType.FLOAT, 2e-5));
      }
      EngineOptions half = EngineOptions.defaults().precision(Precision.BFLOAT16).emulated(true);
      setups.add(new Setup(new OneDnnEngine(half), DataType.FLOAT, 2e-2));
    }
    return setups.stream();
  }

  @BeforeAll
  static void read() throws IOException {
    String name = "/training/auxiliary.json";
    try (InputStream in = AuxiliaryOutputsTest.class.getResourceAsStream(name)) {
      torch = new ObjectMapper().readTree(in);
    }
  }

  private static INDArray fill(DataType type, double phase, long... shape) {
    INDArray values = Nd4j.create(type, shape);
    for (long i = 0; i < values.length(); i++) {
      values.putScalar(i, Math.sin(phase + 0.7 * i));
    }
    return values;
  }

  private static INDArray images(DataType type) {
    return fill(type, 3, 4, 1, 8, 8);
  }

  private static TwoHeads network(Setup setup) {
    TwoHeads net = TwoHeads.create(setup.options());
    int phase = 0;
    for (String name : net.gradients().names()) {
      long[] shape = net.parameters().info(name).dimensions();
      net.parameters().set(name, fill(setup.type(), phase, shape).muli(0.5));
      phase++;
    }
    return net;
  }

  private static Loss smoothed() {
    return Loss.softmaxCrossEntropy(Nd4j.createFromArray(LABELS), SMOOTHING);
  }

  private static void check(JsonNode expected, INDArray actual, double tolerance) {
    INDArray flat = actual.dup('c').ravel();
    double largest = 1;
    for (JsonNode value : expected) {
      largest = Math.max(largest, Math.abs(value.asDouble()));
    }
    assertThat(flat.length()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(flat.getDouble(i)).isWithin(tolerance * largest).of(expected.get(i).asDouble());
    }
  }

  private static void check(JsonNode expected, TwoHeads net, TrainingResult result, Setup setup) {
    double tolerance = setup.tolerance();
    assertThat(result.loss()).isWithin(tolerance).of(expected.get("loss").asDouble());
    check(expected.get("output"), result.output(), tolerance);
    check(expected.get("auxiliaryOutput"), result.auxiliaryOutputs().get(0), tolerance);
    check(expected.get("inputGradient"), result.inputGradient().orElseThrow(), tolerance);
    expected
        .get("gradients")
        .properties()
        .forEach(each -> check(each.getValue(), net.gradients().get(each.getKey()), tolerance));
  }

  @ParameterizedTest
  @MethodSource("setups")
  void addTheirWeightedLossToWhatIsMinimised(Setup setup) {
    try (TwoHeads net = network(setup)) {
      // Twice: a second pass finds nothing of the first one's gradients.
      for (int pass = 0; pass < 2; pass++) {
        TrainingResult result = net.trainWithInputGradient(images(setup.type()), smoothed());
        JsonNode expected = torch.get("smoothed");
        check(expected, net, result, setup);
        double loss = expected.get("auxiliary").asDouble();
        AuxiliaryLoss auxiliary = result.auxiliary().get(0);
        assertThat(auxiliary.output()).isEqualTo("aux1");
        assertThat(auxiliary.weight()).isEqualTo(0.3);
        assertThat(auxiliary.loss()).isWithin(setup.tolerance()).of(loss);
        assertThat(result.total()).isEqualTo(result.loss() + 0.3 * auxiliary.loss());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("setups")
  void takeMixedLabelsAndWeightsOfOnesOwn(Setup setup) {
    INDArray targets = Nd4j.create(DataType.DOUBLE, 4, 3);
    for (int i = 0; i < 12; i++) {
      targets.putScalar(i, torch.get("targets").get(i).asDouble());
    }
    Loss loss = Loss.softmaxCrossEntropy(targets);
    try (TwoHeads net = network(setup)) {
      TrainingResult result =
          net.trainWithInputGradient(images(setup.type()), Losses.of(loss).plus(0.4, "aux1", loss));
      check(torch.get("probabilities"), net, result, setup);
    }
  }

  @ParameterizedTest
  @MethodSource("setups")
  void haveNoSayWithoutALoss(Setup setup) {
    try (TwoHeads net = network(setup)) {
      // What the pass before has left must not come back.
      net.train(images(setup.type()), smoothed());
      TrainingResult result =
          net.trainWithInputGradient(images(setup.type()), Losses.of(smoothed()));
      check(torch.get("mainOnly"), net, result, setup);
      assertThat(result.auxiliary()).isEmpty();
      assertThat(net.gradients().get("aux1.fc.weight").norm1Number().doubleValue()).isEqualTo(0);
    }
  }

  private static Setup nd4j() {
    return new Setup(new Nd4jEngine(), DataType.DOUBLE, 1e-10);
  }

  private static DataLoader oneBatch() {
    INDArray images = images(DataType.DOUBLE).castTo(DataType.FLOAT);
    return DataLoader.of(ArrayDataset.of(images, List.of("a", "b", "c"), LABELS))
        .batchSize(4)
        .build();
  }

  @Test
  void aTrainerStepsByTheGradientOfTheSumAndReportsItsPartsApart() {
    try (TwoHeads net = network(nd4j())) {
      INDArray before = net.parameters().get("conv1.weight");
      TrainingHistory history =
          Trainer.of(net)
              .epochs(1)
              .updater(new Momentum(0.1, 0))
              .labelSmoothing(SMOOTHING)
              .progress(false)
              .fit(oneBatch());
      INDArray step = before.sub(net.parameters().get("conv1.weight")).divi(0.1);
      JsonNode expected = torch.get("smoothed");
      // The loader's images are floats.
      check(expected.get("gradients").get("conv1.weight"), step, 1e-6);
      Metrics training = history.last().orElseThrow().training();
      assertThat(training.loss()).isWithin(1e-6).of(expected.get("loss").asDouble());
      AuxiliaryLoss auxiliary = training.lossOf("aux1").orElseThrow();
      assertThat(auxiliary.weight()).isEqualTo(0.3);
      assertThat(auxiliary.loss()).isWithin(1e-6).of(expected.get("auxiliary").asDouble());
      assertThat(training.total()).isEqualTo(training.loss() + 0.3 * auxiliary.loss());
    }
  }

  @Test
  void aTrainerMayWeighThemOtherwise() {
    try (TwoHeads net = network(nd4j())) {
      Trainer trainer = Trainer.of(net).epochs(1).progress(false).auxiliaryWeight("aux1", 0.5);
      Metrics training = trainer.fit(oneBatch()).last().orElseThrow().training();
      assertThat(training.auxiliary().get(0).weight()).isEqualTo(0.5);
      var unknown =
          assertThrows(IllegalArgumentException.class, () -> trainer.auxiliaryWeight("aux2", 0.5));
      assertThat(unknown)
          .hasMessageThat()
          .isEqualTo("TwoHeads has no auxiliary output called aux2; it has aux1");
      assertThrows(IllegalArgumentException.class, () -> trainer.auxiliaryWeight("aux1", -1));
    }
  }

  @Test
  void logsShowThem() throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try (TwoHeads net = network(nd4j())) {
      TrainingHistory history =
          Trainer.of(net)
              .epochs(2)
              .progress(false)
              .listener(new EpochLines(new PrintStream(lines, true, StandardCharsets.UTF_8)))
              .log(folder)
              .fit(oneBatch(), oneBatch());
      String csv = Files.readString(folder.resolve("log.csv"));
      assertThat(csv.lines().findFirst().orElseThrow())
          .endsWith(",waited_seconds,train_weight_aux1,train_loss_aux1,loading_cpu_seconds");
      assertThat(HistoryText.decode(csv)).isEqualTo(history.epochs());
      assertThat(history.auxiliaryOutputs()).containsExactly("aux1");
      // Validation is inference, which does not compute them.
      assertThat(history.last().orElseThrow().validation().orElseThrow().auxiliary()).isEmpty();
    }
    assertThat(lines.toString(StandardCharsets.UTF_8))
        .containsMatch(
            "epoch 1/2: validation loss .*; training loss \\d\\.\\d{4}, aux1 \\d\\.\\d{4}, top-1");
    try (Stream<Path> files = Files.list(folder)) {
      Path events = files.filter(f -> f.toString().contains("tfevents")).findFirst().orElseThrow();
      String text = Files.readString(events, StandardCharsets.ISO_8859_1);
      assertThat(text).contains("step/loss_aux1");
      assertThat(text).contains("train/loss_aux1");
    }
  }

  private Trainer interruptible(TwoHeads net, int steps) {
    return Trainer.of(net)
        .epochs(2)
        .progress(false)
        .checkpoints(folder)
        .checkpointEvery(1)
        .listener(
            new TrainingListener() {
              @Override
              public void onStep(Step step) {
                if (step.step() == steps) {
                  throw new CancellationException("stopped by the test");
                }
              }
            });
  }

  private static DataLoader halves() {
    INDArray images = images(DataType.DOUBLE).castTo(DataType.FLOAT);
    return DataLoader.of(ArrayDataset.of(images, List.of("a", "b", "c"), LABELS))
        .batchSize(2)
        .build();
  }

  @Test
  void aTrainingThatIsTakenUpAgainHasTheirSums() {
    List<Metrics> whole;
    try (TwoHeads net = network(nd4j())) {
      Trainer trainer = Trainer.of(net).epochs(2).progress(false);
      whole = trainer.fit(halves()).epochs().stream().map(EpochResult::training).toList();
    }
    try (TwoHeads net = network(nd4j())) {
      assertThrows(CancellationException.class, () -> interruptible(net, 1).fit(halves()));
    }
    try (TwoHeads net = network(nd4j())) {
      TrainingHistory resumed = interruptible(net, -1).fit(halves());
      assertThat(resumed.epochs().stream().map(EpochResult::training).toList()).isEqualTo(whole);
      assertThat(whole.get(0).auxiliary()).hasSize(1);
    }
  }

  @Test
  void mistakesAreToldBeforeThePass() {
    Loss loss = smoothed();
    try (TwoHeads net = network(nd4j())) {
      INDArray images = images(DataType.DOUBLE);
      var unknown =
          assertThrows(
              IllegalArgumentException.class,
              () -> net.train(images, Losses.of(loss).plus(1, "aux3", loss)));
      assertThat(unknown)
          .hasMessageThat()
          .isEqualTo("TwoHeads has no auxiliary output called aux3; it has aux1");
      Loss tooFew = Loss.softmaxCrossEntropy(0, 1);
      assertThrows(
          IllegalArgumentException.class,
          () -> net.train(images, Losses.of(loss).plus(1, "aux1", tooFew)));
      assertThat(net.parameters().passes()).isEqualTo(0);
    }
    Losses once = Losses.of(loss).plus(1, "aux1", loss);
    assertThat(assertThrows(IllegalArgumentException.class, () -> once.plus(1, "aux1", loss)))
        .hasMessageThat()
        .isEqualTo("the auxiliary output aux1 has two losses: combine them into one");
    assertThrows(IllegalArgumentException.class, () -> once.plus(Double.NaN, "aux2", loss));
    assertThrows(IllegalArgumentException.class, () -> new AuxiliaryOutput("a,b", List.of(3), 0.3));
    assertThrows(
        IllegalArgumentException.class, () -> new AuxiliaryOutput("aux1", List.of(3), -0.3));
  }

  @Test
  void aPassThatDoesNotFitItsDescriptionIsRefused() {
    try (TwoHeads net = TwoHeads.mismatched(nd4j().options())) {
      var thrown =
          assertThrows(
              IllegalStateException.class, () -> net.train(images(DataType.DOUBLE), smoothed()));
      assertThat(thrown).hasMessageThat().contains("auxiliary outputs [aux2], but its description");
    }
  }
}
