package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.OpPasses.Places;
import io.blockwork.engine.OpPasses.Tail;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.KernelProfile;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.engine.x86.MachineCode;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Single convolutions by Winograd's filtering in both kinds of passes, against ND4J in double. */
final class WinogradLayersTest {
  private static final EngineOptions ANY = EngineOptions.named("onednn").threads(2);

  @BeforeAll
  static void needTheProcessor() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    assumeTrue(MachineCode.obstacle().isEmpty(), "no machine code of our own on this system");
  }

  /** Whole blocks of channels and others; even borders, none, full and uneven ones. */
  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    int[][] channels = {{32, 48}, {20, 37}};
    int[][] paddings = {{1, 1, 1, 1}, {0, 0, 0, 0}, {2, 2, 2, 2}, {0, 1, 2, 1}};
    for (int[] c : channels) {
      for (int[] p : paddings) {
        for (Places places : List.of(Places.WHOLE, Places.SLICED)) {
          cases.add(Arguments.of(c[0], c[1], p, places));
        }
      }
    }
    return cases.stream();
  }

  private static OpCase convolution(int in, int out, int[] p) {
    int[] arguments = {in, out, 3, 3, 1, 1, p[0], p[1], p[2], p[3], 1, 1, 1, 1};
    return new OpCase(
        "winograd",
        "conv2d",
        new int[] {3, in, 21, 18},
        arguments,
        new double[0],
        "none",
        Map.of(),
        Map.of());
  }

  private record Figures(INDArray output, INDArray inputGradient, INDArray weightGradient) {}

  private static INDArray images(OpCase op, DataType type) {
    int[] in = op.input();
    return Fill.array("input", type, in[0], in[1], in[2], in[3]);
  }

  private static Parameters parameters(OpCase op, DataType type) {
    Parameters parameters = new Parameters(op.state(), type);
    for (ParameterInfo info : op.state()) {
      INDArray values = Fill.array(info.name(), type, info.dimensions());
      // Variances are positive.
      parameters.set(info.name(), info.name().contains("var") ? values.add(1.5) : values);
    }
    return parameters;
  }

  private static Figures train(Engine engine, OpCase op, DataType type, Places places) {
    Parameters parameters = parameters(op, type);
    Gradients gradients = new Gradients(op.state(), type);
    int[] out = op.output();
    INDArray images = images(op, type);
    INDArray output = Nd4j.create(type, images.size(0), out[0], out[1], out[2]);
    INDArray inputGradient = Nd4j.create(type, images.shape());
    TrainingSettings settings = new TrainingSettings(true, List.of(), 0);
    try (BoundTraining bound =
        engine.bindTraining(
            parameters,
            gradients,
            op.input()[0],
            settings,
            bind -> OpPasses.training(bind, op, places))) {
      bound.forward(images, output);
      bound.backward(Fill.array("outputGradient", type, output.shape()));
      bound.inputGradient(inputGradient);
      return new Figures(output, inputGradient, gradients.get("layer.weight").dup());
    }
  }

  private static void compare(String what, INDArray got, INDArray exact) {
    double largest = exact.amaxNumber().doubleValue();
    double error = got.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue();
    assertWithMessage(what).that(error).isAtMost(1e-5 * largest);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainingComputesWhatNd4jDoes(int in, int out, int[] padding, Places places) {
    OpCase op = convolution(in, out, padding);
    OneDnnEngine engine = new OneDnnEngine(ANY);
    Figures got = train(engine, op, DataType.FLOAT, places);
    Figures exact = train(new Nd4jEngine(), op, DataType.DOUBLE, places);
    compare("output", got.output(), exact.output());
    compare("gradient of the input", got.inputGradient(), exact.inputGradient());
    compare("gradient of the weight", got.weightGradient(), exact.weightGradient());
    List<KernelProfile> kernels =
        engine.profileTraining(
            parameters(op, DataType.FLOAT),
            new Gradients(op.state(), DataType.FLOAT),
            new TrainingSettings(true, List.of(), 0),
            images(op, DataType.FLOAT),
            1,
            bind -> OpPasses.training(bind, op, places));
    Set<String> winograd =
        kernels.stream()
            .filter(kernel -> kernel.implementation().startsWith("winograd"))
            .map(KernelProfile::kind)
            .collect(Collectors.toSet());
    // What is added to has to be whole rounds of channels.
    boolean adds = places == Places.SLICED && in % 16 != 0;
    assertThat(winograd).contains("conv");
    assertThat(winograd.contains("conv backward data")).isEqualTo(!adds);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void inferenceComputesWhatNd4jDoes(int in, int out, int[] padding, Places places) {
    OpCase op = convolution(in, out, padding);
    for (Tail tail : Tail.values()) {
      INDArray got = infer(new OneDnnEngine(ANY), op, DataType.FLOAT, tail, places);
      INDArray exact = infer(new Nd4jEngine(), op, DataType.DOUBLE, tail, places);
      compare(tail.name(), got, exact);
    }
  }

  private static INDArray infer(Engine engine, OpCase op, DataType type, Tail tail, Places places) {
    int[] out = op.output();
    INDArray images = images(op, type);
    INDArray output = Nd4j.create(type, images.size(0), out[0], out[1], out[2]);
    try (BoundInference bound =
        engine.bindInference(
            parameters(op, type),
            op.input()[0],
            bind -> OpPasses.inference(bind, op, tail, places))) {
      bound.run(images, output);
    }
    return output;
  }
}
