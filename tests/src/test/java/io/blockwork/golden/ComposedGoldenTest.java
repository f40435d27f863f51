package io.blockwork.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.Network;
import io.blockwork.golden.Golden.Named;
import io.blockwork.golden.GoldenRun.Rate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Composed networks compute what PyTorch computes")
final class ComposedGoldenTest {
  /** Every golden file of a composed network; the large ones take long. */
  enum Composed {
    SQUEEZENET("squeezenet1_1", ComposedNetworks.Squeeze.class, false),
    MOBILENET_V3("mobilenet_v3_small", ComposedNetworks.MobileV3.class, false),
    MOBILENET_V2("mobilenet_v2", ComposedNetworks.MobileV2.class, false),
    EFFICIENTNET("efficientnet_b0", ComposedNetworks.Efficient.class, false),
    REGNET("regnet_y_400mf", ComposedNetworks.RegNet.class, false),
    GOOGLENET("googlenet", ComposedNetworks.GoogLeNet96.class, false),
    INCEPTION_V3_WITHOUT_AUX(
        "inception_v3_noaux", ComposedNetworks.InceptionV3WithoutAux.class, false),
    INCEPTION_V3("inception_v3", ComposedNetworks.InceptionV3At299.class, true),
    INCEPTION_RESNET("inception_resnet_v2", ComposedNetworks.InceptionResNet.class, true),
    VGG16("vgg16_bn", ComposedNetworks.Vgg.class, true);

    private final String file;
    private final Class<? extends Network> network;
    private final boolean slow;

    Composed(String file, Class<? extends Network> network, boolean slow) {
      this.file = file;
      this.network = network;
      this.slow = slow;
    }

    Class<? extends Network> network() {
      return network;
    }

    boolean slow() {
      return slow;
    }

    @Override
    public String toString() {
      return file;
    }
  }

  static Stream<Arguments> quick() {
    return cases(false);
  }

  static Stream<Arguments> slow() {
    return cases(true);
  }

  private static Stream<Arguments> cases(boolean slow) {
    return Arrays.stream(Composed.values())
        .filter(network -> network.slow == slow)
        .flatMap(network -> Backend.all().map(backend -> Arguments.of(network, backend)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("quick")
  void reproducesTheReference(Composed network, Backend backend, TestReporter reporter) {
    check(network, backend, EnumSet.allOf(Rate.class), reporter);
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("slow")
  void reproducesTheReferenceOfLargeNetworks(
      Composed network, Backend backend, TestReporter reporter) {
    check(network, backend, EnumSet.of(Rate.SMALL), reporter);
  }

  @Tag("nightly")
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("slow")
  void reproducesLargeStepsOfLargeNetworks(
      Composed network, Backend backend, TestReporter reporter) {
    check(network, backend, EnumSet.of(Rate.LARGE), reporter);
  }

  private static void check(
      Composed network, Backend backend, Set<Rate> rates, TestReporter reporter) {
    Golden golden = Golden.read(network.file);
    GoldenRun.check(
        network.file,
        network.network,
        golden,
        backend,
        rates,
        reporter,
        created -> assertState(golden, created));
  }

  private static void assertState(Golden golden, Network created) {
    List<Named> state =
        created.architecture().parameters().stream()
            .map(entry -> new Named(entry.name(), entry.shape()))
            .toList();
    assertEquals(golden.state(), state);
  }
}
