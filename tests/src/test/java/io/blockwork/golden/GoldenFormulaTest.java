package io.blockwork.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The weight formula gives the worked examples of the reference script")
final class GoldenFormulaTest {
  @ParameterizedTest(name = "{0}[{2}]")
  @CsvSource({
    "conv1.weight, 64x3x7x7, 0, 41407a52cb6e5f91, 0.2548901035437948, -0.07003139898748718",
    "conv1.weight, 64x3x7x7, 9407, 277bdd9557049ee8, 0.15423378845209113, -0.09879034615654539",
    "bn1.weight, 64, 0, f3295d58297d4be2, 0.9498499241103576, 1.2249249620551788",
    "bn1.running_var, 64, 63, af1e0ae142c290d5, 0.6840521621659355, 1.0920260810829676",
    "bn1.running_mean, 64, 0, 133892eb503ff4c3, 0.0750819992538252, -0.08498360014923496",
    "fc.bias, 1000, 999, 82fab925aab4e03b, 0.511638232894899, 0.0023276465789797917",
    "input, 4x3x64x64, 0, ff5fe6d9ddb3796f, 0.9975570947551214, 1.723588335564465",
    "input, 4x3x64x64, 49151, e6697f0058f5ec66, 0.9000472427223581, 1.385804299645926",
    "target, 4x256x14x14, 0, 63fb7590fc4b08f0, 0.39055571355519814, -0.3791261294410372",
  })
  void valuesAreExact(
      String name, String shape, int index, String hash, double uniform, double value) {
    long seed = GoldenFormula.seed(name);
    assertEquals(Long.parseUnsignedLong(hash, 16), GoldenFormula.hash(seed, index));
    assertEquals(uniform, GoldenFormula.uniform(seed, index));
    assertEquals(value, GoldenFormula.values(name, dimensions(shape))[index]);
  }

  @Test
  void labelsAreExact() {
    assertArrayEquals(new int[] {216, 962, 293, 61}, GoldenFormula.labels(4, 1000));
    assertArrayEquals(new int[] {6, 2, 3, 1}, GoldenFormula.labels(4, 10));
  }

  @Test
  void countersStartAtZero() {
    assertArrayEquals(new double[1], GoldenFormula.values("bn1.num_batches_tracked"));
  }

  @Test
  void namesWithoutRuleAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> GoldenFormula.values("layer1.0.gamma", 3));
  }

  private static long[] dimensions(String shape) {
    return java.util.Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
  }
}
