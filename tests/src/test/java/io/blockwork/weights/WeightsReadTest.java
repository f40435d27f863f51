package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The samples read to the values that PyTorch listed for them (resources/weights/README.md). */
class WeightsReadTest {
  private static final double[] CONV = {
    -0.1634065955877304, -0.31646934151649475, -0.02554279938340187
  };
  private static final double[] BIAS = {
    -0.07730089128017426, 0.01692330278456211, 0.02168494649231434
  };
  private static final double[] VARIANCE = {
    0.9635036587715149, 0.8975620269775391, 0.8834393620491028
  };

  @ParameterizedTest
  @CsvSource({
    "tiny-resnet-zip.pth, TORCH_ZIP, ''",
    "tiny-resnet-legacy.pth, TORCH_LEGACY, ''",
    "tiny-resnet.safetensors, SAFETENSORS, ''",
    "tiny-resnet-dataparallel.pth, TORCH_ZIP, module."
  })
  void readsTheSameTensorsFromEveryFormat(String file, WeightFormat format, String prefix) {
    try (Weights weights = Weights.open(Samples.path(file))) {
      assertThat(weights.format()).isEqualTo(format);
      assertThat(weights.names()).hasSize(38);
      assertThat(weights.names()).containsAtLeast(prefix + "conv1.weight", prefix + "fc.bias");
      INDArray conv = weights.get(prefix + "conv1.weight");
      assertThat(conv.shape()).isEqualTo(new long[] {4, 3, 3, 3});
      assertThat(conv.dataType()).isEqualTo(DataType.FLOAT);
      assertStarts(conv, CONV);
      assertThat(conv.castTo(DataType.DOUBLE).sumNumber().doubleValue())
          .isWithin(1e-12)
          .of(0.9127328280010261);
      assertThat(conv.size(0)).isEqualTo(4);
      assertStarts(weights.get(prefix + "fc.bias"), BIAS);
      assertStarts(weights.get(prefix + "bn1.running_var"), VARIANCE);
      INDArray batches = weights.get(prefix + "bn1.num_batches_tracked");
      assertThat(batches.dataType()).isEqualTo(DataType.INT64);
      assertThat(batches.shape()).isEmpty();
      assertThat(batches.getLong(0)).isEqualTo(0);
    }
  }

  @Test
  void keepsTheOrderOfAStateDict() {
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      assertThat(weights.names().subList(0, 3))
          .containsExactly("conv1.weight", "bn1.weight", "bn1.bias")
          .inOrder();
      assertThat(weights.names().get(37)).isEqualTo("fc.bias");
    }
  }

  @Test
  void readsHalfPrecision() {
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-half.pth"))) {
      assertThat(weights.dataType("conv1.weight")).isEqualTo(DataType.FLOAT16);
      assertStarts(
          weights.get("conv1.weight").castTo(DataType.DOUBLE),
          -0.1634521484375,
          -0.31640625,
          -0.025543212890625);
      assertStarts(
          weights.get("fc.bias").castTo(DataType.DOUBLE),
          -0.0772705078125,
          0.0169219970703125,
          0.0216827392578125);
      assertThat(weights.dataType("bn1.num_batches_tracked")).isEqualTo(DataType.INT64);
    }
  }

  @Test
  void findsWhatACheckpointHoldsBesideTheModel() {
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-dataparallel.pth"))) {
      assertThat(weights.metadata()).containsEntry("epoch", "3");
      Weights everything = weights.everything();
      assertThat(everything.names()).hasSize(38 + 20);
      assertStarts(
          everything.get("optimizer.state.0.momentum_buffer"),
          -0.1619393527507782,
          0.08300509303808212,
          0.10821069777011871);
      assertThat(weights.metadata()).containsKey("optimizer.param_groups.0.lr");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views-zip.pth", "views-legacy.pth"})
  void readsViewsAndEveryNumberType(String file) {
    try (Weights weights = Weights.open(Samples.path(file))) {
      assertThat(weights.names())
          .containsExactly(
              "base",
              "transposed",
              "tail",
              "every_second",
              "parameter",
              "long",
              "scalar",
              "double",
              "bfloat16",
              "bool",
              "empty")
          .inOrder();
      assertThat(weights.shape("base")).isEqualTo(new long[] {2, 3, 4});
      assertValues(weights.get("base"), sequence(0, 24, 1));
      INDArray transposed = weights.get("transposed");
      assertThat(transposed.shape()).isEqualTo(new long[] {6, 4});
      assertThat(transposed.ordering()).isEqualTo('c');
      for (int row = 0; row < 6; row++) {
        assertValues(transposed.getRow(row).dup(), sequence(row, 4, 6));
      }
      assertValues(weights.get("tail"), 20, 21, 22, 23);
      assertValues(weights.get("every_second"), sequence(1, 12, 2));
      assertValues(weights.get("parameter"), 1.5, -2.5);
      assertThat(weights.get("long").toLongVector()).isEqualTo(new long[] {1, -1, 1099511627776L});
      assertThat(weights.get("scalar").shape()).isEmpty();
      assertThat(weights.get("scalar").getLong(0)).isEqualTo(7);
      assertValues(weights.get("double"), 0.1);
      assertThat(weights.dataType("bfloat16")).isEqualTo(DataType.BFLOAT16);
      assertValues(weights.get("bfloat16").castTo(DataType.DOUBLE), 1, -2, 0.5);
      assertThat(weights.dataType("bool")).isEqualTo(DataType.BOOL);
      assertValues(weights.get("bool").castTo(DataType.DOUBLE), 1, 0);
      assertThat(weights.get("empty").isEmpty()).isTrue();
      assertThat(weights.get("empty").shape()).isEqualTo(new long[] {0, 3});
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"malicious-os-system-zip.pth", "malicious-os-system-legacy.pth"})
  void refusesAHostilePickleAndNamesTheCall(String file) {
    WeightsException refusal =
        assertThrows(WeightsException.class, () -> Weights.open(Samples.path(file)));
    assertThat(refusal).hasMessageThat().contains("refused");
    assertThat(refusal).hasMessageThat().contains("posix.system");
    assertThat(java.nio.file.Files.exists(java.nio.file.Path.of("pwned"))).isFalse();
  }

  @Test
  void namesTheNearestTensorForAWrongName() {
    try (Weights weights = Weights.open(Samples.path("tiny-resnet.safetensors"))) {
      WeightsException error =
          assertThrows(WeightsException.class, () -> weights.get("conv1.weights"));
      assertThat(error).hasMessageThat().contains("the nearest is conv1.weight");
    }
  }

  private static double[] sequence(int first, int count, int step) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = first + i * (double) step;
    }
    return values;
  }

  private static void assertStarts(INDArray array, double... expected) {
    double[] values = array.castTo(DataType.DOUBLE).ravel().toDoubleVector();
    assertThat(java.util.Arrays.copyOf(values, expected.length)).isEqualTo(expected);
  }

  private static void assertValues(INDArray array, double... expected) {
    assertThat(array.castTo(DataType.DOUBLE).ravel().toDoubleVector()).isEqualTo(expected);
  }
}
