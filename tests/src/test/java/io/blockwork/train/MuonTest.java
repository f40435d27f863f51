package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** Holds Muon's steps to those that {@code muon.py} took with PyTorch, by its author's code. */
final class MuonTest {
  private static final List<ParameterInfo> STATE =
      List.of(
          new ParameterInfo("conv1.weight", Kind.CONV_WEIGHT, List.of(8, 1, 2, 2)),
          new ParameterInfo("bn1.weight", Kind.NORM_WEIGHT, List.of(8)),
          new ParameterInfo("conv2.weight", Kind.CONV_WEIGHT, List.of(3, 8, 2, 1)),
          new ParameterInfo("fc.weight", Kind.LINEAR_WEIGHT, List.of(4, 3)),
          new ParameterInfo("fc.bias", Kind.LINEAR_BIAS, List.of(4)));

  private static JsonNode torch;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = MuonTest.class.getResourceAsStream("/training/muon.json")) {
      torch = new ObjectMapper().readTree(in);
    }
  }

  @Test
  void matricesStepOrthogonallyAndTheRestByMomentum() {
    check("sgd", DataType.DOUBLE, 1e-10);
    check("sgd", DataType.FLOAT, 1e-6);
  }

  @Test
  void theHeadIsLeftToAdam() {
    check("headByAdam", DataType.DOUBLE, 1e-10);
    check("headByAdam", DataType.FLOAT, 1e-6);
  }

  @Test
  void aScheduleMovesBothRatesAndDecayIsDecoupled() {
    check("decayAndSchedule", DataType.DOUBLE, 1e-10);
    check("decayAndSchedule", DataType.FLOAT, 1e-6);
  }

  private static Muon muon(String name) {
    return switch (name) {
      case "sgd" -> new Muon(0.02, 0.95, new Momentum(0.1, 0.9));
      case "headByAdam" -> new Muon(0.02, 0.95, new Adam(3e-3), ParameterGroup.named("fc"));
      case "decayAndSchedule" ->
          new Muon(0.02, 0.95, new Momentum(0.1, 0.9), ParameterGroup.named("conv1", "fc"));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Optimizer optimizer(String name, GivenGradients net) {
    Optimizer optimizer = Optimizer.of(net, muon(name).clone());
    return name.equals("decayAndSchedule")
        ? optimizer
            .decoupledWeightDecay(0.1)
            .decayNormsAndBiases(false)
            .groups(ParameterGroup.named("conv1", "fc").decoupledWeightDecay(0))
        : optimizer;
  }

  private static void check(String name, DataType type, double tolerance) {
    GivenGradients net = start(type);
    Optimizer optimizer = optimizer(name, net);
    double[] factors = {1, 0.9, 0.7, 0.4, 0.2, 0.05};
    JsonNode expected = torch.get("steps").get(name);
    assertThat(expected).hasSize(6);
    for (int step = 0; step < 6; step++) {
      if (name.equals("decayAndSchedule")) {
        optimizer.updater().setLrAndSchedule(0.02 * factors[step], null);
      }
      step(net, optimizer, step);
      INDArray actual = net.parameters().flat();
      for (int i = 0; i < actual.length(); i++) {
        assertThat(actual.getDouble(i))
            .isWithin(tolerance)
            .of(expected.get(step).get(i).asDouble());
      }
    }
  }

  private static void step(GivenGradients net, Optimizer optimizer, int step) {
    for (int k = 0; k < STATE.size(); k++) {
      ParameterInfo info = STATE.get(k);
      net.gradients().get(info.name()).assign(fill(info, 1.0 + step + 2 * k).muli(0.01));
    }
    optimizer.step();
  }

  private static GivenGradients start(DataType type) {
    GivenGradients net = new GivenGradients(type, STATE);
    for (int k = 0; k < STATE.size(); k++) {
      net.parameters().set(STATE.get(k).name(), fill(STATE.get(k), 0.1 + k));
    }
    return net;
  }

  private static INDArray fill(ParameterInfo info, double phase) {
    double[] values = new double[(int) info.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sin(phase + 0.7 * i + 0.01 * i * i);
    }
    long[] shape = info.shape().stream().mapToLong(size -> size).toArray();
    return Nd4j.createFromArray(values).reshape(shape);
  }

  @Test
  void aRestoredStateGoesOnWithTheSameBits() {
    GivenGradients whole = start(DataType.FLOAT);
    Optimizer through = optimizer("headByAdam", whole);
    for (int step = 0; step < 6; step++) {
      step(whole, through, step);
    }

    GivenGradients halved = start(DataType.FLOAT);
    Optimizer first = optimizer("headByAdam", halved);
    for (int step = 0; step < 3; step++) {
      step(halved, first, step);
    }
    Optimizer second = optimizer("headByAdam", halved);
    second.restore(first.steps(), first.state().map(INDArray::dup));
    for (int step = 3; step < 6; step++) {
      step(halved, second, step);
    }
    assertThat(halved.parameters().flat()).isEqualTo(whole.parameters().flat());
  }

  @Test
  void frozenLayersStayAsTheyAre() {
    GivenGradients net = start(DataType.FLOAT);
    net.freeze("conv2");
    INDArray before = net.parameters().get("conv2.weight");
    INDArray head = net.parameters().get("fc.weight");
    step(net, optimizer("sgd", net), 0);
    assertThat(net.parameters().get("conv2.weight")).isEqualTo(before);
    assertThat(net.parameters().get("fc.weight")).isNotEqualTo(head);
  }

  @Test
  void theOtherUpdaterMayKeepNothing() {
    GivenGradients net = start(DataType.DOUBLE);
    INDArray bias = net.parameters().get("fc.bias").dup();
    Optimizer optimizer = Optimizer.of(net, new Muon(0.02, 0.95, new Sgd(0.5)));
    step(net, optimizer, 0);
    INDArray expected = bias.sub(net.gradients().get("fc.bias").mul(0.5));
    assertThat(net.parameters().get("fc.bias").equalsWithEps(expected, 1e-15)).isTrue();
    assertThat(optimizer.state().orElseThrow().length()).isEqualTo(net.parameters().count());
  }

  @Test
  void itTravelsAndComparesByItsSettings() throws Exception {
    Muon muon = muon("headByAdam");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(muon);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(muon);
    }
    assertThat(muon.clone()).isEqualTo(muon);
    assertThat(muon).isNotEqualTo(muon("sgd"));
    muon.learningRate(0.01);
    assertThat(muon.toString()).startsWith("Muon(0.01, 0.95, Adam(0.0015");
  }

  @Test
  void whatCannotBeIsRefused() {
    Momentum others = new Momentum(0.1, 0.9);
    assertThat(assertThrows(IllegalArgumentException.class, () -> new Muon(0, 0.95, others)))
        .hasMessageThat()
        .contains("expected a positive number");
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> new Muon(0.02, 0.95, others, ParameterGroup.named("fc").rate(0.1))))
        .hasMessageThat()
        .contains("Muon leaves to Momentum");
    Muon misspelt = new Muon(0.02, 0.95, others, ParameterGroup.named("fx"));
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> Optimizer.of(start(DataType.FLOAT), misspelt)))
        .hasMessageThat()
        .contains("nothing is below fx");
  }

  /** They would not be told which values are a parameter, and step by another arithmetic. */
  @Test
  void updatersThatGoByWholeParametersCannotTakeTheRest() {
    for (IUpdater whole :
        List.of(new Lars(1, 0.9), new Lamb(1e-3), new Muon(0.02, 0.95, new Sgd(0.1)))) {
      assertThat(assertThrows(IllegalArgumentException.class, () -> new Muon(0.02, 0.95, whole)))
          .hasMessageThat()
          .isEqualTo(
              "Muon: expected an updater that steps each value by itself, got "
                  + whole.getClass().getSimpleName()
                  + ", which goes by whole parameters; use Momentum or Adam");
    }
  }
}
