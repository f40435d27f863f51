package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.SharedCode;
import io.blockwork.examples.networks.EfficientNetB0;
import io.blockwork.examples.networks.MobileNetV2;
import io.blockwork.examples.networks.MobileNetV3Small;
import io.blockwork.memory.NativeBlock;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whole networks whose depthwise convolutions are computed by code of our own. */
final class DepthwiseNetworkTest {
  private enum Example {
    MOBILENET_V2(MobileNetV2.class),
    MOBILENET_V3(MobileNetV3Small.class),
    EFFICIENTNET(EfficientNetB0.class);

    private final Class<? extends Network> type;

    Example(Class<? extends Network> type) {
      this.type = type;
    }
  }

  @BeforeAll
  static void needTheProcessor() {
    assumeTrue(OneDnnEngine.isAvailable(), "no oneDNN");
    assumeTrue(
        OpenMpRegion.find().isPresent() && OneDnnLibrary.vectors().isPresent(),
        "no machine code of our own on this system");
  }

  private static Network network(Example example, Kernels kernels, int threads) {
    EngineOptions engine = EngineOptions.named("onednn").threads(threads).kernels(kernels);
    return Networks.create(example.type, NetworkOptions.defaults().engine(engine).seed(7));
  }

  private static INDArray images(int batch) {
    Random random = new Random(batch);
    float[] values = new float[batch * 3 * 224 * 224];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape(batch, 3, 224, 224);
  }

  /** The largest difference, in parts of the largest value. */
  private static double difference(INDArray got, INDArray expected) {
    return got.sub(expected).amaxNumber().doubleValue() / expected.amaxNumber().doubleValue();
  }

  @ParameterizedTest
  @EnumSource
  void computesWhatOneDnnDoesAlsoWhenWeightsHaveChanged(Example example) {
    for (int batch : new int[] {1, 2}) {
      INDArray images = images(batch);
      try (Network direct = network(example, Kernels.DIRECT, 2);
          Network any = network(example, Kernels.ANY, 2)) {
        INDArray before = direct.forward(images);
        assertThat(difference(any.forward(images), before)).isAtMost(1e-5);
        assertThat(any.profile(images)).contains("depthwise:" + OneDnnLibrary.vectors().get());
        assertThat(direct.profile(images)).doesNotContain("depthwise:");
        for (Network each : new Network[] {direct, any}) {
          each.parameters().update(() -> shrinkDepthwiseWeights(each));
        }
        INDArray after = direct.forward(images);
        assertThat(difference(before, after)).isGreaterThan(0.1);
        assertThat(difference(any.forward(images), after)).isAtMost(1e-5);
      }
    }
  }

  private static void shrinkDepthwiseWeights(Network network) {
    for (String name : network.parameters().names()) {
      INDArray values = network.parameters().get(name);
      if (values.rank() == 4 && values.size(1) == 1) {
        network.parameters().set(name, values.mul(0.9));
      }
    }
  }

  @Test
  void isSwitchedOffWithAllCodeOfOurOwn() {
    System.setProperty(WinogradChoice.SWITCH, "off");
    try (Network net = network(Example.MOBILENET_V3, Kernels.ANY, 2)) {
      assertThat(net.profile(images(1))).doesNotContain("depthwise:");
    } finally {
      System.clearProperty(WinogradChoice.SWITCH);
    }
  }

  @Test
  void givesMemoryAndCodeBack() {
    INDArray images = images(1);
    long bytes = NativeBlock.livingBytes();
    int pieces = SharedCode.living();
    try (Network net = network(Example.MOBILENET_V3, Kernels.ANY, 2)) {
      net.forward(images);
      assertThat(SharedCode.living()).isGreaterThan(pieces);
    }
    assertThat(NativeBlock.livingBytes()).isAtMost(bytes);
    assertThat(SharedCode.living()).isEqualTo(pieces);
  }
}
