package io.blockwork.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.engine.OpPasses.Places;
import io.blockwork.engine.OpPasses.Tail;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.Layout;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every layer of every engine against PyTorch's figures, on whole tensors and on channel slices of
 * larger ones.
 */
class EngineOpsTest {
  /** How far a tensor may be off. */
  private interface Bound {
    double of(OpCase op, String tensor);

    /** A share of the tensor's norm, or of one. */
    static Bound ofNorm(double share) {
      return (op, tensor) -> share * Math.max(1, expected(op, tensor)[0]);
    }

    /** So many times PyTorch's own error in bfloat16; figures are written with 15 digits. */
    static Bound ofBfloat16(double times) {
      Bound digits = ofNorm(1e-14);
      return (op, tensor) -> {
        double error = Objects.requireNonNull(op.bfloat16().get(tensor), tensor);
        return Math.max(times * error, digits.of(op, tensor));
      };
    }
  }

  /** An engine, a type it runs, how far it may be off, and the cases it runs. */
  private record Setup(Engine engine, DataType type, Bound bound, Predicate<OpCase> runs) {
    Setup(Engine engine, DataType type, Bound bound) {
      this(engine, type, bound, op -> true);
    }

    @Override
    public String toString() {
      return engine + " " + type;
    }
  }

  private static final List<Setup> SETUPS = setups();

  private static List<Setup> setups() {
    List<Setup> setups = new ArrayList<>();
    setups.add(new Setup(new Nd4jEngine(), DataType.DOUBLE, Bound.ofNorm(1e-12)));
    setups.add(new Setup(new Nd4jEngine(), DataType.FLOAT, Bound.ofNorm(2e-6)));
    if (OneDnnEngine.isAvailable()) {
      OneDnnEngine oneDnn = new OneDnnEngine();
      // Others would run with channels last, as in the next.
      setups.add(
          new Setup(
              oneDnn.layout(Layout.BLOCKED),
              DataType.FLOAT,
              Bound.ofNorm(2e-6),
              EngineOpsTest::isBlocks));
      setups.add(
          new Setup(oneDnn.layout(Layout.CHANNELS_LAST), DataType.FLOAT, Bound.ofNorm(2e-6)));
      if (OneDnnEngine.isNative(Precision.BFLOAT16)) {
        setups.add(
            new Setup(
                new OneDnnEngine(EngineOptions.defaults().precision(Precision.BFLOAT16)),
                DataType.FLOAT,
                Bound.ofBfloat16(10)));
      }
    }
    return setups;
  }

  private static Stream<Arguments> cases(Predicate<OpCase> wanted, Places... places) {
    return SETUPS.stream()
        .flatMap(
            setup ->
                OpCase.all().stream()
                    .filter(setup.runs())
                    .filter(wanted)
                    .flatMap(op -> Stream.of(places).map(at -> Arguments.of(setup, op, at))));
  }

  /** Whether its channels fill whole blocks. */
  private static boolean isBlocks(OpCase op) {
    return op.input()[1] % 16 == 0;
  }

  /** Whether the case has a backward. */
  private static boolean isTrained(OpCase op) {
    return op.expected().containsKey("inputGradient");
  }

  static Stream<Arguments> trained() {
    return Stream.of(
            cases(EngineOpsTest::isTrained, Places.WHOLE, Places.SLICED),
            cases(OpCase::mayOverwriteGradient, Places.GRADIENT_IN_PLACE),
            cases(OpCase::mayOverwriteInTraining, Places.IN_PLACE))
        .flatMap(all -> all);
  }

  static Stream<Arguments> inferred() {
    return Stream.concat(
        cases(op -> true, Places.WHOLE, Places.SLICED),
        cases(OpCase::mayOverwriteInput, Places.IN_PLACE));
  }

  /** Layers with parameters that are the same when they are frozen. */
  static Stream<Arguments> frozen() {
    return cases(
        op ->
            isTrained(op)
                && !op.op().equals("batchNorm")
                && op.expected().keySet().stream().anyMatch(name -> name.startsWith("layer.")),
        Places.WHOLE);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("trained")
  void trainsAsTorchDoes(Setup setup, OpCase op, Places places) {
    Trained trained = train(setup, op, places, new TrainingSettings(true, List.of(), 0));
    compare("output", op, trained.output(), setup);
    INDArray gradient = trained.inputGradient();
    if (places == Places.SLICED) {
      // The layer has added to what was there, the images.
      compare("addedGradient", op, gradient, setup);
    } else {
      compare("inputGradient", op, gradient, setup);
    }
    for (ParameterInfo info : op.state()) {
      if (op.expected().containsKey(info.name())) {
        INDArray array =
            info.kind().learnable()
                ? trained.gradients().get(info.name())
                : trained.parameters().get(info.name());
        compare(info.name(), op, array, setup);
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("frozen")
  void leavesTheGradientsOfFrozenParametersAlone(Setup setup, OpCase op, Places places) {
    Trained trained =
        train(setup, op, places, new TrainingSettings(true, List.of("layer", "norm"), 0));
    compare("inputGradient", op, trained.inputGradient(), setup);
    assertEquals(7, trained.gradients().flat().minNumber().doubleValue());
    assertEquals(7, trained.gradients().flat().maxNumber().doubleValue());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("frozen")
  void trainsParametersWhereNobodyNeedsTheInputsGradient(Setup setup, OpCase op, Places places) {
    Trained trained = train(setup, op, places, new TrainingSettings(false, List.of(), 0));
    for (ParameterInfo info : op.state()) {
      if (op.expected().containsKey(info.name())) {
        compare(info.name(), op, trained.gradients().get(info.name()), setup);
      }
    }
  }

  /** What a training pass left. */
  private record Trained(
      Parameters parameters, Gradients gradients, INDArray output, INDArray inputGradient) {}

  private static Trained train(Setup setup, OpCase op, Places places, TrainingSettings settings) {
    Parameters parameters = parameters(op, setup.type());
    Gradients gradients = new Gradients(op.state(), setup.type());
    gradients.flat().assign(7); // must be overwritten
    INDArray images = images(op, setup.type());
    INDArray output = output(op, setup.type());
    INDArray outputGradient = Fill.array("outputGradient", setup.type(), output.shape());
    INDArray inputGradient = Nd4j.create(setup.type(), images.shape());
    try (BoundTraining bound =
        setup
            .engine()
            .bindTraining(
                parameters,
                gradients,
                op.input()[0],
                settings,
                bind -> OpPasses.training(bind, op, places))) {
      for (int run = 0; run < 2; run++) {
        reset(op, parameters);
        bound.forward(images, output);
        bound.backward(outputGradient);
      }
      if (settings.inputGradient()) {
        bound.inputGradient(inputGradient);
      }
    }
    return new Trained(parameters, gradients, output, inputGradient);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("all")
  void namesTheLayerWhoseShapesDisagree(Setup setup, OpCase op, Places places) {
    Parameters parameters = parameters(op, setup.type());
    int[] in = op.input();
    int[] out = op.output();
    ShapeMismatchException thrown =
        assertThrows(
            ShapeMismatchException.class,
            () ->
                setup
                    .engine()
                    .bindInference(
                        parameters,
                        in[0],
                        bind -> {
                          bind.slots(1 << 20, 1 << 20, 0, 0, 1 << 20);
                          Tensor src = bind.slot(0, in[1], in[2], in[3]);
                          Tensor dst = bind.slot(1, out[0] + 1, out[1], out[2]);
                          OpPasses.kernel(bind, op, Tail.NONE, src, dst);
                          throw new AssertionError("bound");
                        }));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.matches("(layer|norm|scale|sum)\\b.*"), message);
  }

  static Stream<Arguments> all() {
    return cases(op -> !op.op().equals("padShortcut"), Places.WHOLE);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("inferred")
  void infersAsTorchDoes(Setup setup, OpCase op, Places places) {
    if (op.op().equals("conv2d")) {
      compareInference(setup, op, places, Tail.NONE, "output");
      compareInference(setup, op, places, Tail.FOLDED, "folded");
      compareInference(setup, op, places, Tail.FOLDED_RELU, "foldedRelu");
      compareInference(setup, op, places, Tail.FOLDED_ADD_RELU, "foldedAddRelu");
      compareInference(setup, op, places, Tail.FOLDED_ADD_RELU_IN_PLACE, "foldedAddRelu");
    } else {
      String figures = op.expected().containsKey("inference") ? "inference" : "output";
      compareInference(setup, op, places, Tail.NONE, figures);
    }
  }

  private static void compareInference(
      Setup setup, OpCase op, Places places, Tail tail, String figures) {
    Parameters parameters = parameters(op, setup.type());
    INDArray output = output(op, setup.type());
    try (BoundInference bound =
        setup
            .engine()
            .bindInference(
                parameters, op.input()[0], bind -> OpPasses.inference(bind, op, tail, places))) {
      // Twice: nothing may be left over from the first run.
      bound.run(images(op, setup.type()), output);
      bound.run(images(op, setup.type()), output);
    }
    compare(figures, op, output, setup);
  }

  static Parameters parameters(OpCase op, DataType type) {
    Parameters parameters = new Parameters(op.state(), type);
    reset(op, parameters);
    return parameters;
  }

  private static void reset(OpCase op, Parameters parameters) {
    for (ParameterInfo info : op.state()) {
      INDArray values = Fill.array(info.name(), DataType.DOUBLE, info.dimensions());
      switch (info.kind()) {
        case NORM_WEIGHT -> parameters.set(info.name(), values.add(2));
        case RUNNING_VAR -> parameters.set(info.name(), values.mul(0.5).add(1));
        case NUM_BATCHES_TRACKED -> {}
        default -> parameters.set(info.name(), values);
      }
    }
  }

  static INDArray images(OpCase op, DataType type) {
    int[] s = op.input();
    INDArray images = Fill.array("input", DataType.DOUBLE, s[0], s[1], s[2], s[3]);
    if (op.op().equals("activation") || op.op().endsWith("oftmax")) {
      images.muli(4);
    }
    if (op.op().endsWith("axPool")) {
      // Halves, as in ops.py: many ties, and all below the zeros of a wrongly padded window.
      for (long i = 0; i < images.length(); i++) {
        images.putScalar(i, Math.rint(images.getDouble(i) * 2) / 2 - 2);
      }
    }
    return images.castTo(type);
  }

  static INDArray output(OpCase op, DataType type) {
    int[] s = op.output();
    return Nd4j.create(type, op.input()[0], s[0], s[1], s[2]);
  }

  private static double[] expected(OpCase op, String tensor) {
    return Objects.requireNonNull(op.expected().get(tensor), tensor);
  }

  private static void compare(String name, OpCase op, INDArray array, Setup setup) {
    double[] expected = expected(op, name);
    double[] values = array.castTo(DataType.DOUBLE).dup('c').reshape(-1).toDoubleVector();
    double norm = 0;
    double dot = 0;
    for (int i = 0; i < values.length; i++) {
      norm += values[i] * values[i];
      dot += values[i] * Fill.value("probe", i);
    }
    double bound = setup.bound().of(op, name);
    assertEquals(expected[0], Math.sqrt(norm), bound, name + ": norm");
    assertEquals(expected[1], dot, bound, name + ": dot product with the probe");
    for (int i = 2; i < expected.length; i++) {
      assertEquals(expected[i], values[i - 2], bound, name + ": value " + (i - 2));
    }
  }
}
