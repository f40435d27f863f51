package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName(
    "The examples' networks give our values in ONNX Runtime, and our bits when they come back")
final class NetworksExportTest {
  /** Those of more than 100 layers, and the wide ones. */
  private static final Set<String> SLOW =
      Set.of(
          "DenseNet161",
          "DenseNet169",
          "DenseNet201",
          "DenseNet264",
          "PreActResNet164",
          "ResNeXt101_32x8d",
          "ResNet101",
          "ResNet110",
          "ResNet1202",
          "ResNet152",
          "WideResNet101_2",
          "WideResNet50_2");

  @TempDir private Path folder;

  private static final Path EXAMPLES = Path.of("../examples/src/main/java/io/blockwork/examples");

  /** Every annotated interface of the examples' packages. */
  static List<Class<? extends Network>> networks() throws Exception {
    List<Class<? extends Network>> networks = new ArrayList<>();
    for (String name : List.of("networks", "composed")) {
      try (Stream<Path> files = Files.list(EXAMPLES.resolve(name))) {
        for (Path file : files.sorted().toList()) {
          String type = file.getFileName().toString().replace(".java", "");
          if (Files.readString(file).contains("interface " + type + " extends ")) {
            networks.add(
                Class.forName("io.blockwork.examples." + name + "." + type)
                    .asSubclass(Network.class));
          }
        }
      }
    }
    assertThat(networks.size()).isAtLeast(30);
    return networks;
  }

  static List<Class<? extends Network>> quick() throws Exception {
    return networks().stream().filter(type -> !SLOW.contains(type.getSimpleName())).toList();
  }

  static List<Class<? extends Network>> slow() throws Exception {
    return networks().stream().filter(type -> SLOW.contains(type.getSimpleName())).toList();
  }

  @ParameterizedTest
  @MethodSource("quick")
  void givesOurValues(Class<? extends Network> type) throws Exception {
    RoundTrip.check(type, folder);
  }

  @Tag("nightly")
  @ParameterizedTest
  @MethodSource("slow")
  void largeOnesGiveOurValues(Class<? extends Network> type) throws Exception {
    RoundTrip.check(type, folder);
  }

  /** pytorch#169178: a ResNet-18 that loads, runs, and is never right. */
  @Test
  void resNet18NamesTheClassesThatWeName() throws Exception {
    Path file = folder.resolve("net.onnx");
    try (ResNet18 net = Networks.create(ResNet18.class)) {
      Weights.fill(net);
      for (int opset : new int[] {13, 18, 25}) {
        OnnxExport.of(net).foldNorms().opset(opset).to(file);
        float[] images = Weights.images(net, 4);
        try (OrtModel model = OrtModel.load(file)) {
          assertEquals(
              best(net.forward(images), 4), best(model.run(images, Weights.shape(net, 4)), 4));
        }
      }
    }
  }

  private static List<Integer> best(float[] logits, int batch) {
    List<Integer> classes = new ArrayList<>();
    int length = logits.length / batch;
    for (int row = 0; row < batch; row++) {
      int best = 0;
      for (int c = 1; c < length; c++) {
        best = logits[row * length + c] > logits[row * length + best] ? c : best;
      }
      classes.add(best);
    }
    return classes;
  }

  /**
   * pytorch#166797: a bias of ResNet-50 that does not have the shape that its convolution wants.
   */
  @Test
  void resNet50HasBiasesOfOneValueAChannel() throws IOException {
    Path file = folder.resolve("net.onnx");
    try (ResNet50 net = Networks.create(ResNet50.class)) {
      OnnxExport.of(net).foldNorms().to(file);
      ModelProto model = ModelRules.read(file);
      int biases = 0;
      for (TensorProto tensor : model.getGraph().getInitializerList()) {
        if (tensor.getName().endsWith(".bias")) {
          biases++;
          String weight = tensor.getName().replace(".bias", ".weight");
          long channels =
              model.getGraph().getInitializerList().stream()
                  .filter(each -> each.getName().equals(weight))
                  .findFirst()
                  .orElseThrow()
                  .getDims(0);
          assertEquals(List.of(channels), tensor.getDimsList(), tensor.getName());
        }
      }
      assertEquals(54, biases);
    }
  }
}
