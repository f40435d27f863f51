package io.blockwork.parameters;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.memory.NativeValues;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Entries that are written as a whole, several at once. */
@Timeout(300)
class OverwriteTest {
  private static final int ENTRIES = 40;
  private static final long SEED = 3;

  private final Parameters parameters = initial();

  private static Parameters initial() {
    return Parameters.initial(
        IntStream.range(0, ENTRIES)
            .mapToObj(
                i -> new ParameterInfo(name(i), ParameterInfo.Kind.LINEAR_WEIGHT, List.of(2, 3)))
            .toList(),
        DataType.FLOAT,
        SEED);
  }

  private static String name(int i) {
    return "layer" + i + ".weight";
  }

  private static Consumer<NativeValues> writing(float value) {
    return memory -> {
      for (int i = 0; i < memory.length(); i++) {
        memory.floats().put(i, value);
      }
    };
  }

  @Test
  void eachEntryGetsItsOwnValuesAndTheOthersTheInitialOnes() {
    Map<String, Consumer<NativeValues>> writers = new HashMap<>();
    for (int i = 0; i < ENTRIES; i += 2) {
      writers.put(name(i), writing(i));
    }
    long before = parameters.version();
    parameters.overwrite(writers);
    assertThat(parameters.version()).isGreaterThan(before);
    try (Parameters untouched = initial()) {
      for (int i = 0; i < ENTRIES; i++) {
        float[] expected =
            i % 2 == 0 ? new float[] {i, i, i, i, i, i} : untouched.get(name(i)).data().asFloat();
        assertThat(parameters.get(name(i)).data().asFloat()).isEqualTo(expected);
      }
    }
  }

  @Test
  void anUnknownNameLeavesAllAsItIs() {
    Map<String, Consumer<NativeValues>> writers =
        Map.of(name(0), writing(5), "nobody.weight", writing(5));
    assertThrows(NoSuchElementException.class, () -> parameters.overwrite(writers));
    try (Parameters untouched = initial()) {
      assertThat(parameters.get(name(0))).isEqualTo(untouched.get(name(0)));
    }
  }

  @Test
  void aFailureIsToldAndWhatWasWrittenStays() {
    Map<String, Consumer<NativeValues>> writers = new HashMap<>();
    for (int i = 0; i < ENTRIES; i++) {
      writers.put(name(i), writing(i));
    }
    writers.put(
        name(1),
        memory -> {
          throw new ArithmeticException("unreadable");
        });
    long before = parameters.version();
    assertThrows(ArithmeticException.class, () -> parameters.overwrite(writers));
    assertThat(parameters.version()).isGreaterThan(before);
    assertThat(parameters.get(name(2)).getFloat(0)).isEqualTo(2f);
    try (Parameters untouched = initial()) {
      assertThat(parameters.get(name(1))).isEqualTo(untouched.get(name(1)));
    }
  }

  /** An entry that is half written holds what was there before it, wherever nothing was written. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAFailedWriterHasLeftOutIsAsBefore(boolean made) {
    try (Parameters untouched = initial()) {
      if (made) {
        parameters.get(name(0));
      }
      Consumer<NativeValues> half =
          memory -> {
            memory.floats().put(0, 9);
            throw new ArithmeticException("unreadable");
          };
      assertThrows(ArithmeticException.class, () -> parameters.overwrite(Map.of(name(1), half)));
      float[] left = parameters.get(name(1)).data().asFloat();
      float[] before = untouched.get(name(1)).data().asFloat();
      assertThat(Arrays.copyOfRange(left, 1, left.length))
          .isEqualTo(Arrays.copyOfRange(before, 1, before.length));
    }
  }

  @Test
  void noEntriesAreNoChange() {
    long before = parameters.version();
    parameters.overwrite(Map.of());
    assertThat(parameters.version()).isEqualTo(before);
  }
}
