package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.engine.Addend.addend;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small passes in which layers disagree about how the bytes between them should be scaled. */
@DisplayName("Layers of a quantised pass agree about what the bytes between them stand for")
final class QuantizedNeighboursTest {
  private static final int BATCH = 2;
  private static final int CHANNELS = 3;
  private static final int SIZE = 4;
  private static final int PIXELS = SIZE * SIZE;

  /** Of the largest value: a step and a half of a byte of 256 values and both signs, say. */
  private static final double BOUND = 0.012;

  @BeforeAll
  static void requireOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  private static Parameters parameters() {
    List<Integer> each = List.of(CHANNELS);
    List<Integer> square = List.of(CHANNELS, CHANNELS, 1, 1);
    return Parameters.initial(
        List.of(
            new ParameterInfo("norm.weight", Kind.NORM_WEIGHT, each),
            new ParameterInfo("norm.bias", Kind.NORM_BIAS, each),
            new ParameterInfo("norm.running_mean", Kind.RUNNING_MEAN, each),
            new ParameterInfo("norm.running_var", Kind.RUNNING_VAR, each),
            new ParameterInfo("norm.num_batches_tracked", Kind.NUM_BATCHES_TRACKED, List.of()),
            new ParameterInfo("first.weight", Kind.CONV_WEIGHT, square),
            new ParameterInfo("second.weight", Kind.CONV_WEIGHT, square)),
        DataType.FLOAT,
        1);
  }

  private static INDArray images() {
    return Fill.array("input", DataType.FLOAT, BATCH, CHANNELS, SIZE, SIZE);
  }

  private static INDArray run(
      Engine engine, int side, Function<InferenceBinder, ForwardPass> pass) {
    try (BoundInference bound = engine.bindInference(parameters(), BATCH, pass)) {
      INDArray output = Nd4j.create(DataType.FLOAT, BATCH, CHANNELS, side, side);
      bound.run(images(), output);
      return output;
    }
  }

  private static Engine quantized(Function<InferenceBinder, ForwardPass> pass) {
    Quantization ranges = QuantizedLayersTest.ranges(parameters(), images(), pass);
    return new OneDnnEngine(EngineOptions.defaults().quantization(ranges));
  }

  /**
   * The largest error, as a share of the largest value.
   *
   * @param side rows and columns of the output
   */
  private static double error(int side, Function<InferenceBinder, ForwardPass> pass) {
    INDArray exact = run(new Nd4jEngine(), side, pass);
    INDArray rounded = run(quantized(pass), side, pass);
    return exact.sub(rounded).amaxNumber().doubleValue() / exact.amaxNumber().doubleValue();
  }

  /** Such an average lies outside of its input's range, and bytes cannot stand for it there. */
  @Test
  void anAverageThatCountsPaddingHasARangeOfItsOwn() {
    assertThat(
            error(
                SIZE + 1,
                bind -> {
                  long large = (long) CHANNELS * (SIZE + 1) * (SIZE + 1);
                  bind.slots(CHANNELS * PIXELS, CHANNELS * PIXELS, large, large);
                  Tensor input = bind.slot(0, CHANNELS, SIZE, SIZE);
                  Tensor far = bind.slot(1, CHANNELS, SIZE, SIZE);
                  Tensor average = bind.slot(2, CHANNELS, SIZE + 1, SIZE + 1);
                  Tensor output = bind.slot(3, CHANNELS, SIZE + 1, SIZE + 1);
                  Affine shift = Affine.constant(List.of(1.0, 1.0, 1.0), List.of(5.0, 6.0, 7.0));
                  Window window = Window.window(2).stride(1).padding(1).countingPadding();
                  return OpPasses.pass(
                      input,
                      output,
                      bind.affine("shift", shift, input, far),
                      bind.avgPool("average", window, far, average),
                      bind.batchNorm("norm", Norm.norm(), Activation.NONE, average, output));
                }))
        .isLessThan(BOUND);
  }

  /** Norms that divide by the spread of a place blow up what zeros are off by. */
  @Test
  void zerosStayZerosWhereEachChannelHasAScale() {
    assertThat(
            error(
                SIZE + 2,
                bind -> {
                  int side = SIZE + 2;
                  long large = (long) CHANNELS * side * side;
                  bind.slots(CHANNELS * PIXELS, large, large, large, large, large);
                  Tensor input = bind.slot(0, CHANNELS, SIZE, SIZE);
                  Tensor padded = bind.slot(1, CHANNELS, side, side);
                  Tensor pooled = bind.slot(2, CHANNELS, side, side);
                  Tensor scaled = bind.slot(3, CHANNELS, side, side);
                  Tensor spread = bind.slot(4, CHANNELS, side, side);
                  Tensor output = bind.slot(5, CHANNELS, side, side);
                  LayerNorm norm = new LayerNorm(1e-5, false);
                  return OpPasses.pass(
                      input,
                      output,
                      bind.zeroPad("pad", Padding.padding(1), input, padded),
                      bind.maxPool("pool", Window.window(1), padded, pooled),
                      bind.batchNorm("norm", Norm.norm(), Activation.NONE, pooled, scaled),
                      bind.layerNorm("spread", norm, pooled, spread),
                      bind.sum(
                          "sum", Activation.NONE, output, addend(0.1, scaled), addend(1, spread)));
                }))
        .isLessThan(0.05);
  }

  /** The bytes stand for what lay there before as well. */
  @Test
  void aSliceMayBeOverwrittenWithinItsBuffer() {
    assertThat(
            error(
                SIZE,
                bind -> {
                  long one = (long) CHANNELS * PIXELS;
                  bind.slots(one, 2 * one, one, one, one);
                  Tensor input = bind.slot(0, CHANNELS, SIZE, SIZE);
                  Tensor both = bind.slot(1, 2 * CHANNELS, SIZE, SIZE);
                  Tensor front = both.slice(0, CHANNELS);
                  Tensor before = bind.slot(2, CHANNELS, SIZE, SIZE);
                  Tensor after = bind.slot(3, CHANNELS, SIZE, SIZE);
                  Tensor output = bind.slot(4, CHANNELS, SIZE, SIZE);
                  Norm norm = Norm.norm();
                  return OpPasses.pass(
                      input,
                      output,
                      bind.copy("front", input, front),
                      bind.copy("back", input, both.slice(CHANNELS, 2 * CHANNELS)),
                      bind.batchNorm("norm", norm, Activation.NONE, front, before),
                      bind.activation("sigmoid", Activation.SIGMOID, front, front),
                      bind.batchNorm("norm", norm, Activation.NONE, front, after),
                      bind.sum(
                          "sum", Activation.NONE, output, addend(1, before), addend(1, after)));
                }))
        .isLessThan(BOUND);
  }

  /** Convolutions want one scale for all channels: a pool before them gives up its input's. */
  @Test
  void aPoolBetweenConvolutionsLeavesThemInIntegers() {
    Function<InferenceBinder, ForwardPass> pass =
        bind -> {
          long one = (long) CHANNELS * PIXELS;
          bind.slots(one, one, one, one);
          List<Tensor> maps =
              Stream.of(0, 1, 2, 3).map(i -> bind.slot(i, CHANNELS, SIZE, SIZE)).toList();
          Conv conv = Conv.conv(CHANNELS, CHANNELS, 1);
          Window window = Window.window(3).stride(1).padding(1);
          return OpPasses.pass(
              maps.get(0),
              maps.get(3),
              bind.conv2d("first", conv, maps.get(0), maps.get(1), Epilogue.none()),
              bind.maxPool("pool", window, maps.get(1), maps.get(2)),
              bind.conv2d("second", conv, maps.get(2), maps.get(3), Epilogue.none()));
        };
    assertThat(quantized(pass).floatLayers(parameters(), pass)).isEmpty();
    assertThat(error(SIZE, pass)).isLessThan(0.02);
  }
}
