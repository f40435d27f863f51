package io.blockwork.loss;

import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of the squared differences, as torch's {@code MSELoss}, computed in double whatever the
 * network's type.
 */
record MeanSquaredError(INDArray target) implements Loss {
  @Override
  public void check(long... outputShape) {
    if (!Arrays.equals(target.shape(), outputShape)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "target: expected the output's shape %s, got %s",
              Arrays.toString(outputShape), Arrays.toString(target.shape())));
    }
    Run values = Run.of(target);
    for (long i = 0; i < values.length(); i++) {
      if (!Double.isFinite(values.get(i))) {
        throw new IllegalArgumentException(
            "mean squared error: the target holds values that are NaN or infinite");
      }
    }
  }

  @Override
  public double evaluate(INDArray output, INDArray outputGradient) {
    check(output.shape());
    Run actual = Run.of(output);
    Run expected = Run.of(target);
    boolean inPlace = NativeValues.isContiguous(outputGradient);
    INDArray whole = inPlace ? outputGradient : outputGradient.dup('c');
    Run gradient = Run.of(whole);
    long n = actual.length();
    double sum = 0;
    for (long i = 0; i < n; i++) {
      double difference = actual.get(i) - expected.get(i);
      sum += difference * difference;
      gradient.put(i, difference * (2.0 / n));
    }
    if (!inPlace) {
      outputGradient.assign(whole);
    }
    return sum / n;
  }

  /** The values of an array in C order, read and written in place: ND4J's copies are garbage. */
  private record Run(DataBuffer data, long offset, long length) {
    static Run of(INDArray array) {
      INDArray whole = NativeValues.contiguous(array);
      return new Run(whole.data(), whole.offset(), whole.length());
    }

    double get(long i) {
      return data.getDouble(offset + i);
    }

    void put(long i, double value) {
      data.put(offset + i, value);
    }
  }
}
