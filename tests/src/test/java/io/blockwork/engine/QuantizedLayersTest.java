package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.OpPasses.Places;
import io.blockwork.engine.OpPasses.Tail;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every layer between a copy before and a copy behind, in integers where that is possible. */
@DisplayName("Layers of a quantised pass compute what they compute in floats")
final class QuantizedLayersTest {
  /** Of the largest value on the way: several steps of a byte, since up to three layers round. */
  private static final double BOUND = 0.025;

  @BeforeAll
  static void requireOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  static Stream<Arguments> cases() {
    return OpCase.all().stream()
        .flatMap(
            op ->
                Stream.of(Places.WHOLE, Places.SLICED, Places.IN_PLACE)
                    .filter(p -> p != Places.IN_PLACE || op.mayOverwriteInput())
                    .flatMap(p -> tails(op).map(tail -> Arguments.of(op, p, tail))));
  }

  private static Stream<Tail> tails(OpCase op) {
    return op.op().equals("conv2d") ? Arrays.stream(Tail.values()) : Stream.of(Tail.NONE);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("cases")
  void computesNearlyTheSame(OpCase op, Places places, Tail tail) {
    Function<InferenceBinder, ForwardPass> pass =
        bind -> OpPasses.inference(bind, op, tail, places);
    Parameters parameters = EngineOpsTest.parameters(op, DataType.FLOAT);
    INDArray images = EngineOpsTest.images(op, DataType.FLOAT);
    Quantization ranges = ranges(parameters, images, pass);
    Engine quantized = new OneDnnEngine(EngineOptions.defaults().quantization(ranges));
    INDArray exact = run(new Nd4jEngine(), op, parameters, images, pass);
    INDArray rounded = run(quantized, op, parameters, images, pass);
    double largest =
        ranges.ranges().values().stream()
            .map(TensorRange::whole)
            .mapToDouble(range -> Math.max(range.high(), -range.low()))
            .max()
            .orElseThrow();
    double error = exact.sub(rounded).amaxNumber().doubleValue();
    assertWithMessage(
            "%s, %s, %s: error where the largest value is %s", op.name(), places, tail, largest)
        .that(error)
        .isAtMost(BOUND * largest * (OneDnnEngine.weightBits() == Byte.SIZE ? 1 : 2));
    if (op.op().equals("conv2d")) {
      assertThat(quantized.floatLayers(parameters, pass)).doesNotContainKey("layer");
    }
  }

  private static INDArray run(
      Engine engine,
      OpCase op,
      Parameters parameters,
      INDArray images,
      Function<InferenceBinder, ForwardPass> pass) {
    INDArray output = EngineOpsTest.output(op, DataType.FLOAT);
    try (BoundInference bound = engine.bindInference(parameters, op.input()[0], pass)) {
      // Twice: nothing may be left over from the first run.
      bound.run(images, output);
      bound.run(images, output);
    }
    return output;
  }

  /** From the smallest to the largest value of each tensor. */
  static Quantization ranges(
      Parameters parameters, INDArray images, Function<InferenceBinder, ForwardPass> pass) {
    Map<String, TensorRange> ranges = new LinkedHashMap<>();
    int n = (int) images.size(0);
    new OneDnnEngine()
        .observe(
            parameters,
            images,
            pass,
            (key, path, channels, values) -> {
              ValueRange[] each = new ValueRange[channels];
              int pixels = values.capacity() / channels / n;
              for (int i = 0; i < values.capacity(); i++) {
                ValueRange one = new ValueRange(values.get(i), values.get(i));
                int channel = i / pixels % channels;
                each[channel] = each[channel] == null ? one : each[channel].with(one);
              }
              List<ValueRange> all = new ArrayList<>(List.of(each));
              ranges.put(
                  key, new TensorRange(all.stream().reduce(ValueRange::with).orElseThrow(), all));
            });
    return Quantization.of(ranges);
  }
}
