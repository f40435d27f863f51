package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.parameters.Parameters;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

@DisplayName(
    "What torch.load(weights_only=True) accepts can be opened, whatever stands beside weights")
class AllowedTypesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "protocol2-zip.pth",
        "protocol3-zip.pth",
        "protocol4-zip.pth",
        "protocol5-zip.pth",
        "protocol2-legacy.pth",
        "protocol3-legacy.pth",
        "protocol4-legacy.pth",
        "protocol5-legacy.pth"
      })
  void readsTheWeightsBesideEveryKindOfValue(String file) {
    try (Weights weights = open(file)) {
      assertThat(weights.part()).isEqualTo("state_dict");
      assertThat(weights.names()).containsExactly("weight", "bias").inOrder();
      assertThat(weights.get("weight").castTo(DataType.DOUBLE).toDoubleMatrix())
          .isEqualTo(new double[][] {{0, 1, 2}, {3, 4, 5}});
      assertThat(weights.get("bias").toDoubleVector()).isEqualTo(new double[] {0.5, -1.5});
      assertThat(weights.metadata()).containsEntry("epoch", "3");
      assertThat(weights.metadata()).containsEntry("counter.a", "2");
      assertThat(weights.metadata()).containsEntry("default.a.0", "1");
      assertThat(weights.metadata()).containsEntry("keys.(1, a)", "2");
      assertThat(weights.metadata()).containsEntry("tuple.1.1", "x");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"protocol2-zip.pth", "protocol5-legacy.pth"})
  void failsOnUnreadableTensorsOnlyWhenTheyAreRead(String file) {
    try (Weights weights = open(file).everything()) {
      for (String name : List.of("complex tensor", "sparse", "quantised", "expanded")) {
        assertThat(weights.has(name)).isTrue();
        var error = assertThrows(WeightsException.class, () -> weights.get(name));
        assertThat(error).hasMessageThat().contains(name + " cannot be read: it ");
        assertThrows(WeightsException.class, () -> weights.dataType(name));
      }
      assertThat(weights.shape("complex tensor")).isEqualTo(new long[] {1});
    }
  }

  @Test
  void takesTheFirstOfEqualStateDictsAndLetsTheUserNameAnother() {
    try (Weights weights = open("several.pth")) {
      assertThat(weights.part()).isEqualTo("student");
      assertThat(weights.parts()).containsExactly("optimizer.state.0", "student", "teacher");
      assertThat(weights.get("w").toDoubleVector()).isEqualTo(new double[] {3, 4});
      assertThat(weights.part("teacher").get("w").toDoubleVector()).isEqualTo(new double[] {1, 2});
      // The same dictionary under another key.
      assertThat(weights.part("model_ema").part()).isEqualTo("teacher");
      var error = assertThrows(WeightsException.class, () -> weights.part("teach"));
      assertThat(error)
          .hasMessageThat()
          .contains("has no tensors under teach; there are some under");
      Parameters other = new Parameters(List.of(Samples.info("v", List.of(2))), DataType.FLOAT);
      var misfit = assertThrows(WeightsException.class, () -> other.load(weights));
      assertThat(misfit).hasMessageThat().contains("choose one with part(\"teacher\")");
    }
  }

  @Test
  void takesTheSameDictionaryUnderTwoKeysOnce() {
    try (Weights weights = open("one-twice.pth")) {
      assertThat(weights.part()).isEqualTo("ema.module");
      assertThat(weights.parts()).containsExactly("ema.module");
      assertThat(weights.names()).containsExactly("w");
      assertThat(weights.part("again").names()).containsExactly("w");
    }
  }

  private static Weights open(String file) {
    return Weights.open(Samples.path("allowed/" + file));
  }
}
