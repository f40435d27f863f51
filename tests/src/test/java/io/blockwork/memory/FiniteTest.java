package io.blockwork.memory;

import static com.google.common.truth.Truth.assertWithMessage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FiniteTest {
  private static final double[] BAD = {
    Double.NaN, -Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  /** Values may begin and end in the middle of eight bytes. */
  @Test
  void looksAtNothingBesideTheValues() {
    INDArray array = Nd4j.create(DataType.FLOAT, 8).assign(Float.NaN);
    for (int from = 0; from < 8; from++) {
      for (int to = from + 1; to <= 8; to++) {
        INDArray part = array.get(NDArrayIndex.interval(from, to));
        assertWithMessage("NaN").that(Finite.all(NativeValues.of(part))).isFalse();
        part.assign(1);
        assertWithMessage("%s to %s", from, to).that(Finite.all(NativeValues.of(part))).isTrue();
        part.assign(Float.NaN);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void findsOneValueWhereverItIs(DataType type) {
    double largest = type == DataType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
    double[] good = {0, -0.0, 1, -largest, largest, type == DataType.FLOAT ? 1e-45 : 4.9e-324};
    for (int n = 1; n <= 5; n++) {
      for (int at = 0; at < n; at++) {
        for (double bad : BAD) {
          for (double other : good) {
            INDArray array = Nd4j.create(type, n).assign(other);
            NativeValues values = NativeValues.of(array);
            assertWithMessage("%s x %s", n, other).that(Finite.all(values)).isTrue();
            assertWithMessage("%s x %s", n, other)
                .that(Finite.firstException(values))
                .isEqualTo(-1);
            array.putScalar(at, bad);
            String what = n + " x " + other + " and " + bad + " at " + at;
            assertWithMessage(what).that(Finite.all(values)).isFalse();
            assertWithMessage(what).that(Finite.firstException(values)).isEqualTo(at);
            assertWithMessage(what)
                .that(Finite.firstException(array.toFloatVector()))
                .isEqualTo(type == DataType.DOUBLE && Math.abs(other) == largest ? 0 : at);
          }
        }
      }
    }
  }
}
