package io.blockwork.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.engine.OpPasses.Places;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every layer's gradients in double against central differences along one direction, which moves
 * the images and all parameters at once.
 */
class OpDifferencesTest {
  private static final double STEP = 1e-5;

  /** Those without kinks: a pool of ties has no derivative. */
  static Stream<OpCase> cases() {
    return OpCase.all().stream()
        .filter(op -> op.expected().containsKey("inputGradient") && !op.op().endsWith("axPool"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsAreWhatDifferencesSay(OpCase op) {
    Parameters parameters = new Parameters(op.state(), DataType.DOUBLE);
    Gradients gradients = new Gradients(op.state(), DataType.DOUBLE);
    int[] in = op.input();
    int[] out = op.output();
    INDArray images = Fill.array("input", DataType.DOUBLE, in[0], in[1], in[2], in[3]);
    INDArray direction = Fill.array("direction", DataType.DOUBLE, in[0], in[1], in[2], in[3]);
    INDArray output = Nd4j.create(DataType.DOUBLE, in[0], out[0], out[1], out[2]);
    INDArray weights = Fill.array("outputGradient", DataType.DOUBLE, output.shape());
    INDArray inputGradient = Nd4j.create(DataType.DOUBLE, images.shape());
    TrainingSettings settings = new TrainingSettings(true, List.of(), 0);
    try (BoundTraining bound =
        new Nd4jEngine()
            .bindTraining(
                parameters,
                gradients,
                in[0],
                settings,
                bind -> OpPasses.training(bind, op, Places.WHOLE))) {
      double[] loss = new double[2];
      for (int side = 0; side < 2; side++) {
        double step = side == 0 ? -STEP : STEP;
        move(op, parameters, step);
        bound.forward(images.add(direction.mul(step)), output);
        loss[side] = output.mul(weights).sumNumber().doubleValue();
      }
      move(op, parameters, 0);
      bound.forward(images, output);
      bound.backward(weights);
      bound.inputGradient(inputGradient);
      double slope = inputGradient.mul(direction).sumNumber().doubleValue();
      for (ParameterInfo info : op.state()) {
        if (op.expected().containsKey(info.name()) && info.kind().learnable()) {
          INDArray moved = Fill.array("d" + info.name(), DataType.DOUBLE, info.dimensions());
          slope += gradients.get(info.name()).mul(moved).sumNumber().doubleValue();
        }
      }
      double difference = (loss[1] - loss[0]) / (2 * STEP);
      assertEquals(difference, slope, 1e-7 * Math.max(1, Math.abs(difference)));
    }
  }

  /** Sets the parameters to their values and a step along their directions. */
  private static void move(OpCase op, Parameters parameters, double step) {
    for (ParameterInfo info : op.state()) {
      if (op.expected().containsKey(info.name()) && info.kind().learnable()) {
        INDArray values = Fill.array(info.name(), DataType.DOUBLE, info.dimensions());
        INDArray moved = Fill.array("d" + info.name(), DataType.DOUBLE, info.dimensions());
        parameters.set(info.name(), values.add(moved.mul(step)));
      }
    }
  }
}
