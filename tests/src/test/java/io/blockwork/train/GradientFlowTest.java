package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.Engine;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.examples.composed.CifarNet;
import io.blockwork.loss.Loss;
import io.blockwork.train.TinyNetworks.Residual;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("Gradient flow")
final class GradientFlowTest {
  private static final Loss LOSS = Loss.softmaxCrossEntropy(0, 2, 1, 0);

  @TempDir Path folder;

  /** Composed of nodes, without the sums of a residual network. */
  @Model(input = @Input(channels = 1, height = 8, width = 8))
  @CifarNet(blocks = 1, residual = false, classes = 3)
  interface Plain extends ImageClassifier {}

  private static Residual network() {
    return Networks.create(Residual.class, TinyNetworks.options());
  }

  private static INDArray images(DataType type) {
    return Nd4j.rand(type, 4, 1, 8, 8);
  }

  static Stream<Engine> engines() {
    return Stream.of(new Nd4jEngine(), new OneDnnEngine());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("engines")
  void hasTheNormsOfConvolutionsAndLinearLayersInOrder(Engine engine) {
    assumeTrue(engine instanceof Nd4jEngine || OneDnnEngine.isAvailable());
    NetworkOptions options = NetworkOptions.defaults().seed(2).engine(engine);
    for (Class<? extends ImageClassifier> type : List.of(Residual.class, Plain.class)) {
      try (ImageClassifier net = Networks.create(type, options)) {
        GradientFlow flow = GradientFlow.of(net);
        net.train(images(DataType.FLOAT), LOSS);
        flow.record();
        List<String> paths =
            net.parameters().names().stream()
                .filter(name -> name.endsWith(".weight"))
                .filter(name -> net.gradients().get(name).rank() > 1)
                .map(name -> name.substring(0, name.length() - ".weight".length()))
                .toList();
        assertThat(paths.size()).isAtLeast(6);
        assertThat(flow.layers().stream().map(GradientFlow.Layer::path).toList()).isEqualTo(paths);
        for (GradientFlow.Layer layer : flow.layers()) {
          double sum = 0;
          for (double value :
              net.gradients().get(layer.path() + ".weight").dup().data().asDouble()) {
            sum += value * value;
          }
          assertWithMessage(layer.path()).that(sum).isGreaterThan(0.0);
          assertWithMessage(layer.path())
              .that(layer.norms().get(0))
              .isWithin(1e-12 * Math.sqrt(sum))
              .of(Math.sqrt(sum));
        }
      }
    }
  }

  @Test
  void isTheSameInDouble() {
    NetworkOptions options = TinyNetworks.options().dataType(DataType.DOUBLE);
    try (Residual net = Networks.create(Residual.class, options)) {
      GradientFlow flow = GradientFlow.of(net);
      net.train(images(DataType.DOUBLE), LOSS);
      flow.record();
      INDArray head = net.gradients().get("fc.weight");
      assertThat(last(flow).norms().get(0)).isWithin(1e-14).of(head.norm2Number().doubleValue());
    }
  }

  @Test
  void hearsOfEveryStepOfATrainer() {
    try (Residual net = network()) {
      GradientFlow flow = GradientFlow.of(net);
      Trainer.of(net).epochs(2).clipNorm(1e-3).listener(flow).fit(TinyNetworks.training(20, 10));
      assertThat(flow.steps()).isEqualTo(4);
      assertThat(last(flow).norms()).hasSize(4);
      // Before clipping.
      assertThat(last(flow).norms().get(0)).isGreaterThan(0.01);
    }
  }

  @Test
  void keepsGradientsWhoseSquaresSinglePrecisionCannotHold() {
    try (Residual net = network()) {
      GradientFlow flow = GradientFlow.of(net);
      net.train(images(DataType.FLOAT), LOSS);
      for (double value : new double[] {1e-30, 1e30}) {
        net.gradients().get("fc.weight").assign(value);
        flow.record();
      }
      double root = Math.sqrt(net.gradients().get("fc.weight").length());
      assertThat(last(flow).norms().get(0)).isWithin(1e-36).of(1e-30 * root);
      assertThat(last(flow).norms().get(1)).isWithin(1e24).of(1e30 * root);
    }
  }

  @Test
  void writesATableAndFiguresThatAreReadBackExactly() throws IOException {
    try (Residual net = network()) {
      GradientFlow flow = trained("net", net, 3);
      List<String> table = flow.table().lines().toList();
      assertThat(table.get(0))
          .isEqualTo("net: norm of the gradient of each layer's weights, 3 steps");
      assertThat(table).hasSize(2 + flow.layers().size());
      assertThat(table.get(2)).startsWith("conv1 ");
      flow.writeCsv(folder.resolve("flow.csv"));
      List<String> lines = Files.readAllLines(folder.resolve("flow.csv"));
      assertThat(lines.get(0)).isEqualTo("step,layer,type,norm");
      assertThat(lines).hasSize(1 + 3 * flow.layers().size());
      int at = 1;
      for (int step = 0; step < 3; step++) {
        for (GradientFlow.Layer layer : flow.layers()) {
          String[] fields = lines.get(at++).split(",", -1);
          assertThat(fields[0]).isEqualTo(String.valueOf(step + 1));
          assertThat(fields[1]).isEqualTo(layer.path());
          assertThat(fields[2]).isEqualTo(layer.type());
          assertThat(Double.parseDouble(fields[3])).isEqualTo(layer.norms().get(step));
        }
      }
    }
  }

  @Test
  void drawsOneNetworkAndSeveral() throws IOException {
    try (Residual net = network();
        Plain plain = Networks.create(Plain.class, TinyNetworks.options())) {
      GradientFlow flow = trained("residual", net, 2);
      flow.writePng(folder.resolve("flow.png"));
      BufferedImage one = ImageIO.read(folder.resolve("flow.png").toFile());
      BufferedImage two = GradientFlow.draw(List.of(flow, trained("plain", plain, 1)));
      assertThat(one.getWidth()).isEqualTo(two.getWidth());
      // Lines have colours of their own.
      assertThat(colours(two)).isGreaterThan(colours(GradientFlow.draw(List.of(flow))));
    }
  }

  @Test
  void aLayerWithoutAGradientIsLeftOutOfThePicture() throws IOException {
    try (Residual net = network()) {
      net.freeze("conv1", "layer1", "layer2");
      GradientFlow flow = trained("head", net, 1);
      assertThat(flow.layers().get(0).norms()).containsExactly(0.0);
      flow.writePng(folder.resolve("one.png"));
      assertThat(ImageIO.read(folder.resolve("one.png").toFile()).getHeight()).isGreaterThan(100);
      net.freeze("conv1", "layer1", "layer2", "fc");
      GradientFlow frozen = trained("frozen", net, 1);
      IllegalStateException nothing =
          assertThrows(
              IllegalStateException.class, () -> frozen.writePng(folder.resolve("none.png")));
      assertThat(nothing).hasMessageThat().contains("frozen: every gradient is zero");
      assertThat(Files.exists(folder.resolve("none.png"))).isFalse();
    }
  }

  @Test
  void saysWhatIsMissing() {
    try (Residual net = network()) {
      GradientFlow flow = GradientFlow.of(net);
      assertThat(flow.name()).isEqualTo(net.architecture().name());
      IllegalStateException early = assertThrows(IllegalStateException.class, flow::record);
      assertThat(early).hasMessageThat().contains("run a training pass first");
      assertThat(flow.table()).contains("0 steps");
      assertThat(flow.layers().get(0).median()).isNaN();
      IllegalStateException empty =
          assertThrows(
              IllegalStateException.class, () -> flow.writePng(folder.resolve("none.png")));
      assertThat(empty).hasMessageThat().contains("no training pass was recorded");
      assertThrows(IllegalArgumentException.class, () -> GradientFlow.draw(List.of(flow, flow)));
      assertThrows(IllegalArgumentException.class, () -> GradientFlow.draw(List.of()));
    }
  }

  private static GradientFlow trained(String name, ImageClassifier net, int steps) {
    GradientFlow flow = GradientFlow.of(name, net);
    for (int i = 0; i < steps; i++) {
      net.train(images(DataType.FLOAT), LOSS);
      flow.record();
    }
    return flow;
  }

  private static GradientFlow.Layer last(GradientFlow flow) {
    List<GradientFlow.Layer> layers = flow.layers();
    return layers.get(layers.size() - 1);
  }

  private static long colours(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    return java.util.Arrays.stream(pixels).distinct().count();
  }
}
