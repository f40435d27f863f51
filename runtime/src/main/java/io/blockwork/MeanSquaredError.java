package io.blockwork;

import io.blockwork.engine.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of the squared differences, as torch's {@code MSELoss}. */
record MeanSquaredError(INDArray target) implements Loss {
  @Override
  public void check(long... outputShape) {
    if (!Arrays.equals(target.shape(), outputShape)) {
      throw new ShapeMismatchException(
          "target: expected the output's shape %s, got %s"
              .formatted(Arrays.toString(outputShape), Arrays.toString(target.shape())));
    }
    if (!Double.isFinite(target.castTo(DataType.DOUBLE).sumNumber().doubleValue())) {
      throw new IllegalArgumentException(
          "mean squared error: the target holds values that are NaN or infinite");
    }
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    INDArray difference = output.castTo(DataType.DOUBLE).sub(target.castTo(DataType.DOUBLE));
    long n = output.length();
    double loss = difference.mul(difference).sumNumber().doubleValue() / n;
    outputGradient.assign(difference.muli(2.0 / n).castTo(outputGradient.dataType()));
    return loss;
  }
}
