package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.OpPasses.Places;
import io.blockwork.engine.OpPasses.Tail;
import io.blockwork.engine.onednn.KernelProfile;
import io.blockwork.engine.onednn.Layout;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which kernels the fast engine takes for the layers of {@code ops.json}. */
class OpKernelsTest {
  @BeforeAll
  static void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  private static OneDnnEngine engine(Precision precision) {
    assumeTrue(OneDnnEngine.isNative(precision));
    return new OneDnnEngine(EngineOptions.defaults().precision(precision)).layout(Layout.BLOCKED);
  }

  private static INDArray images(OpCase op) {
    int[] s = op.input();
    return Nd4j.ones(DataType.FLOAT, s[0], s[1], s[2], s[3]);
  }

  private static List<KernelProfile> inference(OneDnnEngine engine, OpCase op) {
    return engine.profile(
        new Parameters(op.state(), DataType.FLOAT),
        images(op),
        1,
        bind -> OpPasses.inference(bind, op, Tail.NONE, Places.SLICED));
  }

  private static List<KernelProfile> training(OneDnnEngine engine, OpCase op) {
    return engine.profileTraining(
        new Parameters(op.state(), DataType.FLOAT),
        new Gradients(op.state(), DataType.FLOAT),
        new TrainingSettings(true, List.of(), 0),
        images(op),
        1,
        bind -> OpPasses.training(bind, op, Places.WHOLE));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void noneIsASlowReference(Precision precision) {
    OneDnnEngine engine = engine(precision);
    List<String> slow = new ArrayList<>();
    for (OpCase op : OpCase.all()) {
      List<KernelProfile> kernels = new ArrayList<>(inference(engine, op));
      if (op.expected().containsKey("inputGradient")) {
        kernels.addAll(training(engine, op));
      }
      kernels.stream()
          .filter(kernel -> kernel.implementation().startsWith("ref"))
          .forEach(kernel -> slow.add(op + ": " + kernel.kind()));
    }
    assertThat(slow).isEmpty();
  }

  /** oneDNN has a fast kernel for one factor a channel, but not where there is one channel. */
  @Test
  void aGateOfOneChannelIsNoneEither() {
    INDArray images = Nd4j.ones(DataType.FLOAT, 4, 1, 7, 4);
    List<KernelProfile> kernels =
        engine(Precision.FLOAT)
            .profile(
                new Parameters(List.of(), DataType.FLOAT),
                images,
                1,
                bind -> {
                  bind.slots(28, 1, 28);
                  Tensor input = bind.slot(0, 1, 7, 4);
                  Tensor gate = bind.slot(1, 1, 1, 1);
                  Tensor output = bind.slot(2, 1, 7, 4);
                  Kernel mean = bind.globalAvgPool("mean", input, gate);
                  Kernel scale = bind.scale("scale", input, gate, output);
                  return OpPasses.pass(input, output, mean, scale);
                });
    assertThat(kernels.stream().map(KernelProfile::implementation).toList())
        .doesNotContain("ref:any");
  }

  /**
   * oneDNN has a fast softmax only where source and destination are described alike. No other test
   * has that many channels, so that no kernel that was made before is used again.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSoftmaxOfASliceOfOneImageIsNoneEither(boolean log) {
    int channels = 29;
    List<KernelProfile> kernels =
        engine(Precision.FLOAT)
            .profile(
                new Parameters(List.of(), DataType.FLOAT),
                Nd4j.ones(DataType.FLOAT, 1, channels + 3, 1, 1),
                1,
                bind -> {
                  bind.slots(channels + 3, channels);
                  Tensor input = bind.slot(0, channels + 3, 1, 1);
                  Tensor slice = input.slice(0, channels);
                  Tensor output = bind.slot(1, channels, 1, 1);
                  Kernel softmax =
                      log
                          ? bind.logSoftmax("softmax", slice, output)
                          : bind.softmax("softmax", slice, output);
                  return OpPasses.pass(input, output, softmax);
                });
    assertThat(kernels.stream().map(KernelProfile::implementation).toList())
        .doesNotContain("ref:any");
  }

  @Test
  void whatEndsAConvolutionIsComputedInIt() {
    for (OpCase op : OpCase.all()) {
      if (op.op().equals("convThen") && !op.activation().equals("softplus 2 1")) {
        List<String> kinds =
            inference(engine(Precision.FLOAT), op).stream().map(KernelProfile::kind).toList();
        assertThat(kinds).doesNotContain("activation");
        assertThat(kinds).doesNotContain("add");
      }
    }
  }

  @Test
  void showsLoopsOfOurOwn() {
    OpCase norm =
        OpCase.all().stream()
            .filter(op -> op.op().equals("localResponseNorm"))
            .findFirst()
            .orElseThrow();
    List<KernelProfile> kernels = training(engine(Precision.FLOAT), norm);
    assertThat(kernels.stream().map(KernelProfile::kind).toList())
        .containsAtLeast("response norm", "response norm backward");
    for (KernelProfile kernel : kernels) {
      if (kernel.kind().startsWith("response norm")) {
        assertThat(kernel.implementation()).isEqualTo("java");
        assertThat(kernel.bytes()).isGreaterThan(0L);
        assertThat(kernel.milliseconds()).isGreaterThan(0.0);
      }
    }
  }
}
