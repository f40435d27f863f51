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
import io.blockwork.examples.networks.CifarResNet18;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.memory.NativeBlock;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whole networks whose 3x3 convolutions are computed by Winograd's filtering. */
final class WinogradNetworkTest {
  private enum Example {
    RESNET20(ResNet20.class),
    RESNET18(CifarResNet18.class);

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

  private static Network network(Example example, NetworkOptions options) {
    return Networks.create(example.type, options.seed(7));
  }

  private static Network with(Example example, Kernels kernels) {
    EngineOptions engine = EngineOptions.named("onednn").threads(2).kernels(kernels);
    return network(example, NetworkOptions.defaults().engine(engine));
  }

  /** The forms that a profile names, layer by layer. */
  private static List<String> forms(String profile) {
    return profile
        .lines()
        .filter(line -> line.contains(" conv "))
        .map(line -> line.replaceAll(" .* ", " "))
        .map(line -> line.contains("winograd") ? line : "direct")
        .toList();
  }

  @Test
  void choosesTheSameFormsForAnyNumberOfThreads() {
    for (int batch : new int[] {1, 8}) {
      INDArray images = images(batch);
      Set<List<String>> found = new HashSet<>();
      for (int threads = 1; threads <= 3; threads++) {
        EngineOptions engine = EngineOptions.named("onednn").threads(threads);
        try (Network any = network(Example.RESNET18, NetworkOptions.defaults().engine(engine))) {
          found.add(forms(any.profile(images)));
        }
      }
      assertThat(found).hasSize(1);
    }
  }

  @Test
  void isSwitchedOffByAProperty() {
    System.setProperty(WinogradChoice.SWITCH, "off");
    try (Network net = with(Example.RESNET20, Kernels.ANY)) {
      String profile = net.profile(images(4));
      assertThat(profile).contains("no Winograd convolutions: blockwork.winograd is off");
      assertThat(profile).doesNotContain("winograd:");
    } finally {
      System.clearProperty(WinogradChoice.SWITCH);
    }
  }

  @Test
  void givesItsMemoryBack() {
    INDArray images = images(4);
    long before = NativeBlock.livingBytes();
    try (Network net = with(Example.RESNET18, Kernels.ANY)) {
      net.forward(images);
      assertThat(NativeBlock.livingBytes()).isGreaterThan(before);
    }
    assertThat(NativeBlock.livingBytes()).isAtMost(before);
  }

  /** So that layers that are not filtered hold their weights once. */
  @Test
  void allBatchesHaveOneLayoutWhereMostIsFiltered() {
    try (Network any = with(Example.RESNET18, Kernels.ANY)) {
      String one = any.profile(images(1));
      String many = any.profile(images(8));
      assertThat(header(one)).contains("CHANNELS_LAST");
      assertThat(header(many)).contains("CHANNELS_LAST");
      assertThat(implementation(many, "layer3.0.conv1"))
          .isEqualTo(implementation(one, "layer3.0.conv1"));
    }
  }

  private static String header(String profile) {
    return profile.lines().findFirst().orElseThrow();
  }

  private static String implementation(String profile, String layer) {
    return profile
        .lines()
        .filter(line -> line.startsWith(layer + " "))
        .map(line -> line.replaceAll(".* ", ""))
        .findFirst()
        .orElseThrow();
  }

  /** Plans that run side by side have the same layers, and a network has few kinds of them. */
  @Test
  void layersOfOneFormShareTheirCode() {
    EngineOptions engine = EngineOptions.named("onednn").threads(2);
    int before = SharedCode.living();
    try (Network one = network(Example.RESNET18, NetworkOptions.defaults().engine(engine));
        Network two = network(Example.RESNET18, NetworkOptions.defaults().engine(engine))) {
      INDArray images = images(8);
      INDArray logits = one.forward(images);
      long layers = forms(one.profile(images)).size();
      int pieces = SharedCode.living() - before;
      // Two plans of all layers, and the transforms of the layers' weights.
      assertThat((long) pieces).isLessThan(layers);
      assertThat(two.forward(images)).isEqualTo(logits);
      assertThat(SharedCode.living() - before).isEqualTo(pieces);
    }
    assertThat(SharedCode.living()).isEqualTo(before);
  }

  private static INDArray images(int batch) {
    Random random = new Random(batch);
    float[] values = new float[batch * 3 * 32 * 32];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape(batch, 3, 32, 32);
  }

  /** The logits in double, with the weights of the network. */
  private static INDArray exact(Example example, Network network, INDArray images) {
    NetworkOptions options =
        NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(EngineOptions.named("nd4j"));
    try (Network exact = network(example, options)) {
      for (String name : network.parameters().names()) {
        INDArray values = network.parameters().get(name);
        if (values.dataType() == DataType.FLOAT) {
          exact.parameters().set(name, values.castTo(DataType.DOUBLE));
        }
      }
      return exact.forward(images.castTo(DataType.DOUBLE));
    }
  }

  private static double error(INDArray got, INDArray exact) {
    return got.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue();
  }

  @ParameterizedTest
  @EnumSource
  void isAsNearToDoubleAsDirectKernelsAre(Example example) {
    for (int batch : new int[] {1, 5}) {
      INDArray images = images(batch);
      try (Network direct = with(example, Kernels.DIRECT);
          Network small = with(example, Kernels.WINOGRAD_2X2);
          Network any = with(example, Kernels.ANY)) {
        INDArray exact = exact(example, direct, images);
        double bound =
            Math.max(
                3 * error(direct.forward(images), exact), 1e-6 * exact.amaxNumber().doubleValue());
        assertThat(error(small.forward(images), exact)).isAtMost(bound);
        assertThat(error(any.forward(images), exact)).isAtMost(bound);
        assertThat(direct.profile(images)).doesNotContain("winograd:");
        assertThat(small.profile(images)).contains("winograd:F2");
        assertThat(any.profile(images)).contains("winograd:F4");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void seesWeightsThatHaveChanged(Example example) {
    INDArray images = images(2);
    try (Network direct = with(example, Kernels.DIRECT);
        Network any = with(example, Kernels.ANY)) {
      any.forward(images);
      for (Network each : new Network[] {direct, any}) {
        each.parameters()
            .update(
                () -> {
                  for (String name : each.parameters().names()) {
                    INDArray values = each.parameters().get(name);
                    if (name.endsWith(".weight") && values.rank() == 4) {
                      each.parameters().set(name, values.mul(0.9));
                    }
                  }
                });
      }
      INDArray expected = direct.forward(images);
      double largest = expected.amaxNumber().doubleValue();
      assertThat(error(any.forward(images), expected.castTo(DataType.DOUBLE)))
          .isAtMost(1e-5 * largest);
    }
  }
}
