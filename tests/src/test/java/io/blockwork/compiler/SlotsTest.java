package io.blockwork.compiler;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.blockwork.DenseBlock;
import io.blockwork.Input;
import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.ResidualBlock;
import io.blockwork.compiled.CompiledGraph;
import io.blockwork.examples.networks.CifarResNet18;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.DenseNet40;
import io.blockwork.examples.networks.DenseNetBC100;
import io.blockwork.examples.networks.PreActResNet50;
import io.blockwork.examples.networks.ResNeXt50_32x4d;
import io.blockwork.examples.networks.ResNet110;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.examples.networks.SeResNet50;
import io.blockwork.examples.networks.WideResNet50_2;
import io.blockwork.graph.Graph;
import io.blockwork.graph.plans.InferencePlanner;
import io.blockwork.graph.plans.TrainingPlanner;
import io.blockwork.graph.text.GraphText;
import io.blockwork.graph.transforms.Transforms;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The values that each slot of the four annotations' networks holds for one image. */
class SlotsTest {
  @ResidualBlock(
      channels = 16,
      planes = 32,
      stride = 2,
      input = @Input(channels = 16, height = 8, width = 8))
  interface Residual extends Network {}

  @DenseBlock(
      channels = 16,
      growth = 8,
      layers = 3,
      input = @Input(channels = 16, height = 8, width = 8))
  interface Dense extends Network {}

  private static Arguments slots(
      Class<? extends Network> type, List<Long> inference, List<Long> training) {
    return arguments(type, inference, training);
  }

  static Stream<Arguments> networks() {
    return Stream.of(
        slots(
            ResNet18.class,
            List.of(802_816L, 200_704L, 100_352L),
            List.of(802_816L, 200_704L, 200_704L)),
        slots(
            ResNet50.class,
            List.of(802_816L, 401_408L, 401_408L),
            List.of(802_816L, 802_816L, 401_408L, 100_352L)),
        slots(
            SeResNet50.class,
            List.of(802_816L, 802_816L, 200_704L, 128L),
            List.of(802_816L, 802_816L, 401_408L, 100_352L)),
        slots(
            ResNeXt50_32x4d.class,
            List.of(802_816L, 802_816L, 401_408L),
            List.of(802_816L, 802_816L, 401_408L)),
        slots(
            WideResNet50_2.class,
            List.of(802_816L, 802_816L, 401_408L),
            List.of(802_816L, 802_816L, 401_408L)),
        slots(
            PreActResNet50.class,
            List.of(802_816L, 802_816L, 401_408L),
            List.of(802_816L, 802_816L, 401_408L)),
        slots(
            CifarResNet18.class,
            List.of(65_536L, 65_536L, 32_768L),
            List.of(65_536L, 65_536L, 65_536L)),
        slots(
            ResNet110.class, List.of(16_384L, 16_384L, 8_192L), List.of(16_384L, 16_384L, 16_384L)),
        slots(
            DenseNet121.class,
            List.of(802_816L, 802_816L, 401_408L),
            List.of(802_816L, 802_816L, 401_408L)),
        slots(DenseNet40.class, List.of(163_840L, 151_552L), List.of(163_840L, 151_552L, 10L)),
        slots(
            DenseNetBC100.class,
            List.of(221_184L, 208_896L, 49_152L),
            List.of(221_184L, 208_896L, 49_152L)),
        slots(Residual.class, List.of(1_024L, 512L, 512L), List.of(1_024L, 512L, 512L)),
        slots(Dense.class, List.of(2_560L, 2_048L, 2_048L), List.of(2_560L, 2_048L, 2_048L)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void noNetworkNeedsMoreMemoryThanItDid(
      Class<? extends Network> type, List<Long> inference, List<Long> training) {
    try (Network net = Networks.create(type)) {
      Graph graph = GraphText.read(CompiledGraph.of(net).orElseThrow());

      assertAll(
          () -> assertEquals(inference, net.architecture().slots()),
          () ->
              assertEquals(
                  inference, InferencePlanner.plan(Transforms.forInference(graph)).slots()),
          () ->
              assertEquals(training, TrainingPlanner.plan(Transforms.forTraining(graph)).slots()));
    }
  }
}
