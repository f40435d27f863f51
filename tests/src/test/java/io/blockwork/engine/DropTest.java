package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;

import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.Layout;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Layers that drop values, and gradients that are cleared: no figures can be given for masks. */
class DropTest {
  private static final int BATCH = 40;
  private static final double RATE = 0.25;
  private static final double KEPT = 1 / (1 - RATE);

  static Stream<Engine> engines() {
    List<Engine> engines = new ArrayList<>(List.of(new Nd4jEngine()));
    if (OneDnnEngine.isAvailable()) {
      engines.add(new OneDnnEngine().layout(Layout.BLOCKED));
      engines.add(new OneDnnEngine().layout(Layout.CHANNELS_LAST));
      if (OneDnnEngine.isNative(Precision.BFLOAT16)) {
        engines.add(new OneDnnEngine(EngineOptions.defaults().precision(Precision.BFLOAT16)));
      }
    }
    return engines.stream();
  }

  /** Binds a layer that drops, from a source to a destination. */
  private interface Dropping {
    Layer bind(TrainingBinder bind, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc);
  }

  /** What a pass over ones, with gradients of ones, left. */
  private record Result(INDArray output, INDArray inputGradient) {}

  private static Result run(Engine engine, int channels, Dropping dropping) {
    Parameters parameters =
        new Parameters(
            List.of(new ParameterInfo("unused", Kind.LINEAR_BIAS, List.of(1))), DataType.FLOAT);
    Gradients gradients = new Gradients(parameters.entries(), DataType.FLOAT);
    INDArray ones = Nd4j.ones(DataType.FLOAT, BATCH, channels, 3, 2);
    INDArray output = Nd4j.create(DataType.FLOAT, ones.shape());
    INDArray inputGradient = Nd4j.create(DataType.FLOAT, ones.shape());
    TrainingSettings settings = new TrainingSettings(true, List.of(), 5);
    try (BoundTraining bound =
        engine.bindTraining(
            parameters, gradients, BATCH, settings, bind -> pass(bind, channels, dropping))) {
      bound.forward(ones, output);
      bound.backward(ones);
      bound.inputGradient(inputGradient);
    }
    return new Result(output, inputGradient);
  }

  private static TrainingPass pass(TrainingBinder bind, int channels, Dropping dropping) {
    bind.slots();
    Tensor input = bind.keep(channels, 3, 2);
    Tensor dInput = bind.keep(channels, 3, 2);
    Tensor output = bind.keep(channels, 3, 2);
    Tensor dOutput = bind.keep(channels, 3, 2);
    Layer layer = dropping.bind(bind, input, output, dOutput, into(dInput));
    return new TrainingPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public Tensor outputGradient() {
        return dOutput;
      }

      @Override
      public Tensor inputGradient() {
        return dInput;
      }

      @Override
      public void forward() {
        layer.forward();
        layer.recompute();
      }

      @Override
      public void backward() {
        layer.backward();
      }
    };
  }

  /** Zeros and survivors, as counted; the test fails on any other value. */
  private static double dropped(INDArray values) {
    int zeros = 0;
    for (long i = 0; i < values.length(); i++) {
      double value = values.getDouble(i);
      assertThat(value).isAnyOf(0.0, (double) (float) KEPT, 1.3359375); // the last in bfloat16
      zeros += value == 0 ? 1 : 0;
    }
    return (double) zeros / values.length();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void dropsSingleValuesAndTheirGradients(Engine engine) {
    for (int channels : new int[] {16, 5}) {
      Result result =
          run(
              engine,
              channels,
              (b, src, dst, dDst, dSrc) -> b.dropout("drop", RATE, src, dst, dDst, dSrc));
      assertThat(dropped(result.output())).isWithin(0.05).of(RATE);
      assertThat(result.inputGradient()).isEqualTo(result.output());
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void dropsWholeImagesAndTheirGradients(Engine engine) {
    for (int channels : new int[] {16, 5}) {
      Result result =
          run(
              engine,
              channels,
              (b, src, dst, dDst, dSrc) -> b.stochasticDepth("drop", RATE, src, dst, dDst, dSrc));
      double share = dropped(result.output());
      assertThat(share).isGreaterThan(0.0);
      assertThat(share).isLessThan(0.6);
      for (int n = 0; n < BATCH; n++) {
        INDArray image = result.output().slice(n);
        assertThat(image.maxNumber()).isEqualTo(image.minNumber());
      }
      assertThat(result.inputGradient()).isEqualTo(result.output());
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void dropsAllOrNothingAtTheEndsOfTheRange(Engine engine) {
    for (double rate : new double[] {0, 1}) {
      INDArray output =
          run(
                  engine,
                  5,
                  (b, src, dst, dDst, dSrc) ->
                      b.stochasticDepth("drop", rate, src, dst, dDst, dSrc))
              .output();
      assertThat(output.minNumber().doubleValue()).isEqualTo(1 - rate);
      assertThat(output.maxNumber().doubleValue()).isEqualTo(1 - rate);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void clearsGradientsThatOthersAddTo(Engine engine) {
    for (int channels : new int[] {32, 6}) {
      int half = channels / 2;
      // Only half of the channels is read: the gradient of the others is what clearing leaves.
      Result result =
          run(
              engine,
              channels,
              (b, src, dst, dDst, dSrc) -> {
                Tensor dSource = dSrc.tensor();
                Layer all = b.copy("all", src, dst, b.keep(channels, 3, 2), into(dSource));
                Layer part =
                    b.copy(
                        "part",
                        src.slice(half, channels),
                        dst.slice(half, channels),
                        dDst.slice(half, channels),
                        addTo(dSource.slice(half, channels)));
                Layer whole = b.clear("clear", dSource);
                Layer slice = b.clear("clear", dDst.slice(half, channels - 1));
                return new Layer() {
                  @Override
                  public void forward() {
                    all.forward();
                    part.forward();
                    whole.forward();
                    slice.forward();
                  }

                  @Override
                  public void recompute() {
                    all.recompute();
                  }

                  @Override
                  public void backward() {
                    whole.backward();
                    slice.backward();
                    part.backward();
                  }
                };
              });
      INDArray sums = result.inputGradient().sum(0, 2, 3);
      for (int c = 0; c < channels; c++) {
        assertThat(sums.getDouble(c)).isEqualTo(c == channels - 1 ? 6 * BATCH : 0);
      }
    }
  }
}
