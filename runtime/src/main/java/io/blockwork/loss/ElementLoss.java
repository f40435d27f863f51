package io.blockwork.loss;

import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of a function of the differences between output and target, element by element, computed
 * in double whatever the network's type.
 *
 * @param target of the output's shape
 * @param function of a difference
 */
record ElementLoss(INDArray target, Function function) implements Loss {
  /** A function of one difference, output less target. */
  interface Function {
    /** Its value. */
    double value(double difference);

    /** Its derivative. */
    double slope(double difference);
  }

  /** Torch's {@code MSELoss}. */
  record Squared() implements Function {
    @Override
    public double value(double difference) {
      return difference * difference;
    }

    @Override
    public double slope(double difference) {
      return 2 * difference;
    }
  }

  /** Torch's {@code L1Loss}; where output and target are equal, the slope is 0. */
  record Absolute() implements Function {
    @Override
    public double value(double difference) {
      return Math.abs(difference);
    }

    @Override
    public double slope(double difference) {
      return Math.signum(difference);
    }
  }

  /**
   * Torch's {@code HuberLoss}.
   *
   * @param delta where it turns from a parabola to a line, positive
   */
  record Huber(double delta) implements Function {
    Huber {
      if (!(delta > 0) || Double.isInfinite(delta)) {
        throw new IllegalArgumentException(
            "delta of the Huber loss: expected a positive number, got " + delta);
      }
    }

    @Override
    public double value(double difference) {
      double size = Math.abs(difference);
      return size <= delta ? 0.5 * difference * difference : delta * (size - 0.5 * delta);
    }

    @Override
    public double slope(double difference) {
      return Math.max(-delta, Math.min(delta, difference));
    }
  }

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
        throw new IllegalArgumentException("target: it holds values that are NaN or infinite");
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
      sum += function.value(difference);
      gradient.put(i, function.slope(difference) / n);
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
