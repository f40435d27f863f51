package io.blockwork.golden;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.Architecture;
import io.blockwork.LayerInfo;
import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.golden.Golden.Facts;
import io.blockwork.golden.Golden.Named;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Networks have the structure of their PyTorch originals")
final class GoldenStructureTest {
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void structureAtTheStandardSizeIsTorchvisions(GoldenCase network) {
    Golden golden = network.load();
    try (Network created = Networks.create(network.standard())) {
      Architecture architecture = created.architecture();
      assertAll(
          () -> assertState(golden, architecture), () -> assertFacts(golden.facts(), architecture));
    }
  }

  private static void assertState(Golden golden, Architecture architecture) {
    List<Named> state =
        architecture.parameters().stream().map(p -> new Named(p.name(), p.shape())).toList();
    assertAll(
        () -> assertEquals(lines(golden.state()), lines(state)),
        () -> assertEquals(golden.parameters(), architecture.learnable()),
        () ->
            assertEquals(
                golden.parameterTensors(),
                architecture.parameters().stream().filter(p -> p.kind().learnable()).count()));
  }

  /** Stage shapes, multiply-adds and layer counts. */
  static void assertFacts(Facts facts, Architecture architecture) {
    List<LayerInfo> layers = architecture.layers();
    assertAll(
        () -> assertEquals(facts.input(), architecture.input()),
        () -> assertEquals(facts.output(), architecture.output()),
        () -> assertEquals(facts.macs(), architecture.macs()),
        () ->
            assertEquals(
                facts.convAndLinearLayers(),
                layers.stream().filter(GoldenStructureTest::weighted).count()),
        () ->
            assertEquals(
                lines(facts.stages()),
                lines(
                    facts.stages().stream()
                        .map(stage -> new Named(stage.name(), output(layers, stage.name())))
                        .toList())));
  }

  private static boolean weighted(LayerInfo layer) {
    return layer.type().equals("Conv2d") || layer.type().equals("Linear");
  }

  /**
   * The output of a module. What a dense block puts out is the concatenation that the module after
   * it reads, a batch norm; any other module puts out what its last convolution, norm or pool does.
   */
  private static List<Integer> output(List<LayerInfo> layers, String module) {
    int last = -1;
    for (int i = 0; i < layers.size(); i++) {
      String path = layers.get(i).path();
      boolean inside = path.equals(module) || path.startsWith(module + ".");
      // The inner layers of squeeze-and-excitation put out gates.
      if (inside && !path.contains(".se.")) {
        last = i;
      }
    }
    if (last < 0) {
      return List.of();
    }
    int at = module.contains(".denseblock") ? last + 1 : last;
    return layers.get(at).output();
  }

  private static String lines(List<Named> entries) {
    return String.join(
        System.lineSeparator(), entries.stream().map(e -> e.name() + " " + e.shape()).toList());
  }
}
