package io.blockwork.sizes;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.CounterRandom;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.loss.Loss;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.onnx.OnnxNetwork;
import io.blockwork.onnx.exporter.OnnxExport;
import io.blockwork.quantization.Calibrator;
import io.blockwork.quantization.Quantizer;
import io.blockwork.sizes.SizedNetworks.Bare;
import io.blockwork.sizes.SizedNetworks.Bare8;
import io.blockwork.sizes.SizedNetworks.Composed;
import io.blockwork.sizes.SizedNetworks.Composed24;
import io.blockwork.sizes.SizedNetworks.Dense;
import io.blockwork.sizes.SizedNetworks.Dense16;
import io.blockwork.sizes.SizedNetworks.Residual;
import io.blockwork.sizes.SizedNetworks.Residual12;
import io.blockwork.sizes.SizedNetworks.Residual16;
import io.blockwork.sizes.SizedNetworks.Residual8;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("A network for several sizes of images is at each what one for that size alone is")
final class SizesTest {
  private static NetworkOptions options(String engine) {
    NetworkOptions options =
        NetworkOptions.defaults().seed(7).engine(EngineOptions.named(engine).deterministic(true));
    return engine.equals("nd4j") ? options.dataType(DataType.DOUBLE) : options;
  }

  static Stream<Arguments> pairs() {
    return Stream.of("nd4j", "onednn")
        .flatMap(
            engine ->
                Stream.of(
                    Arguments.of(engine, Residual.class, Residual8.class),
                    Arguments.of(engine, Residual.class, Residual12.class),
                    Arguments.of(engine, Residual.class, Residual16.class),
                    Arguments.of(engine, Dense.class, Dense16.class),
                    Arguments.of(engine, Bare.class, Bare8.class),
                    Arguments.of(engine, Composed.class, Composed24.class)));
  }

  private static INDArray images(Network like, int n) {
    List<Integer> in = like.architecture().input();
    double[] values = new double[n * in.get(0) * in.get(1) * in.get(2)];
    CounterRandom random = new CounterRandom(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return Nd4j.createFromArray(values)
        .reshape('c', n, in.get(0), in.get(1), in.get(2))
        .castTo(like.parameters().dataType());
  }

  @ParameterizedTest(name = "{0}: {1} is {2}")
  @MethodSource("pairs")
  void equalsTheNetworkOfThatSizeAloneBitForBit(
      String engine, Class<? extends Network> several, Class<? extends Network> one) {
    try (Network sized = Networks.create(several, options(engine));
        Network alone = Networks.create(one, options(engine))) {
      assertThat(sized.parameters().flat()).isEqualTo(alone.parameters().flat());
      INDArray images = images(alone, 4);
      assertThat(sized.forward(images)).isEqualTo(alone.forward(images));
      int height = alone.architecture().input().get(1);
      assertThat(sized.at(height).forward(images)).isEqualTo(alone.forward(images));
      assertThat(sized.at(height).architecture().layers()).isEqualTo(alone.architecture().layers());
      INDArray into = Nd4j.create(sized.parameters().dataType(), alone.forward(images).shape());
      sized.forward(images, into);
      assertThat(into).isEqualTo(alone.forward(images));

      double loss = sized.trainWithInputGradient(images, loss(alone)).loss();
      assertThat(loss).isEqualTo(alone.trainWithInputGradient(images, loss(alone)).loss());
      assertThat(sized.gradients().flat()).isEqualTo(alone.gradients().flat());
      // Running statistics have moved alike.
      assertThat(sized.forward(images)).isEqualTo(alone.forward(images));
    }
  }

  private static Loss loss(Network network) {
    return network instanceof ImageClassifier
        ? Loss.softmaxCrossEntropy(0, 1, 2, 1)
        : new SquaredError();
  }

  /** Of any output. */
  private record SquaredError() implements Loss {
    @Override
    public void check(long... shape) {}

    @Override
    public double evaluate(INDArray output, INDArray gradient) {
      gradient.assign(output);
      return output.norm2Number().doubleValue();
    }
  }

  private static Residual residual() {
    return Networks.create(Residual.class, options("onednn"));
  }

  @Test
  void sharesAllButTheSize() {
    try (Residual net = residual()) {
      ImageClassifier small = net.at(8);
      assertThat(small).isInstanceOf(Residual.class);
      assertThat(net.at(16)).isSameInstanceAs(net);
      assertThat(small.at(16)).isSameInstanceAs(net);
      assertThat(small.at(12)).isSameInstanceAs(net.at(12));
      assertThat(small.parameters()).isSameInstanceAs(net.parameters());
      assertThat(small.gradients()).isSameInstanceAs(net.gradients());
      assertThat(small.engine()).isSameInstanceAs(net.engine());
      assertThat(small.architecture().name()).isEqualTo("SizedNetworks_Residual");
      assertThat(small.architecture().modules()).isEqualTo(net.architecture().modules());
      assertThat(small.architecture().heads()).containsExactly("fc");
      assertThat(net.inputs())
          .containsExactly(List.of(3, 16, 16), List.of(3, 8, 8), List.of(3, 12, 12))
          .inOrder();
      assertThat(small.inputs()).containsExactly(List.of(3, 8, 8));
      assertThat(net.summary()).endsWith("also for images of 3 x 8 x 8, 3 x 12 x 12\n");
      assertThat(small.summary()).contains("3 x 8 x 8");

      small.freeze("layer1");
      assertThat(net.frozen()).containsExactly("layer1");
      small.train(images(small, 4), Loss.softmaxCrossEntropy(0, 1, 2, 1));
      assertThat(net.gradients().get("layer1.0.conv1.weight").norm2Number().doubleValue())
          .isEqualTo(0);
      net.train(images(net, 4), Loss.softmaxCrossEntropy(0, 1, 2, 1));
      assertThat(net.gradients().get("layer1.0.conv1.weight").norm2Number().doubleValue())
          .isEqualTo(0);
    }
  }

  @Test
  void whatIsSetAtOneSizeHoldsAtTheOthers() {
    INDArray bias = Nd4j.createFromArray(1f, 2f, 3f);
    try (Residual net = residual()) {
      INDArray images = images(net.at(12), 2);
      net.parameters().set("fc.bias", Nd4j.zeros(DataType.FLOAT, 3));
      INDArray before = net.forward(images);
      net.at(8).parameters().set("fc.bias", bias);
      INDArray moved = net.at(12).forward(images).sub(before);
      assertThat(moved.equalsWithEps(bias.broadcast(2, 3), 1e-5)).isTrue();
    }
  }

  @Test
  void methodsForValuesInsideGoByTheSizeOfTheImages() {
    try (Residual net = residual();
        Residual8 alone = Networks.create(Residual8.class, options("onednn"))) {
      INDArray images = images(alone, 2);
      assertThat(net.features(images)).isEqualTo(alone.features(images));
      assertThat(net.features(images(net, 1)).shape()).isEqualTo(new long[] {1, 8, 16, 16});
      float[] values = images.dup('c').data().asFloat();
      assertThat(((Residual) net.at(8)).plainFeatures(values))
          .isEqualTo(alone.plainFeatures(values));
      assertThat(net.at(8).forward(values)).isEqualTo(alone.forward(values));
    }
  }

  @Test
  void refusesOtherSizesAndNamesItsOwn() {
    try (Residual net = residual()) {
      INDArray images = Nd4j.zeros(DataType.FLOAT, 1, 3, 10, 10);
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(images)))
          .hasMessageThat()
          .isEqualTo(
              "SizedNetworks_Residual: expected images [N, 3, 16, 16] or [N, 3, 8, 8] or"
                  + " [N, 3, 12, 12], got shape [1, 3, 10, 10]; resize and crop them to 16 x 16, or"
                  + " declare the network's @Input so");
      ImageClassifier small = net.at(8);
      INDArray large = images(net, 1);
      assertThat(assertThrows(ShapeMismatchException.class, () -> small.forward(large)))
          .hasMessageThat()
          .contains("expected images [N, 3, 8, 8], got");
      for (ImageClassifier any : List.of(net, small)) {
        assertThat(assertThrows(IllegalArgumentException.class, () -> any.at(10)))
            .hasMessageThat()
            .isEqualTo(
                "SizedNetworks_Residual: there is no network for images of height 10, only for"
                    + " 16, 8, 12; name the height in @Input(sizes = ...)");
      }
    }
    try (Residual8 net = Networks.create(Residual8.class, options("nd4j"))) {
      assertThat(net.at(8)).isSameInstanceAs(net);
      assertThat(assertThrows(IllegalArgumentException.class, () -> net.at(16)))
          .hasMessageThat()
          .contains("height 16, only for 8;");
    }
  }

  @Test
  void isClosedAsAWhole() {
    Residual net = residual();
    ImageClassifier small = net.at(8);
    INDArray images = images(small, 1);
    small.close();
    assertThrows(IllegalStateException.class, net::parameters);
    assertThat(assertThrows(IllegalStateException.class, () -> small.forward(images)))
        .hasMessageThat()
        .contains("is closed");
    net.close();
  }

  @Test
  void classifiesAtTheSizeThatItsWeightsTellOf() {
    List<String> names = List.of("a", "b", "c");
    ByteImage picture = new ByteImage(20, 20, 3, bytes(20 * 20 * 3));
    try (Residual net = residual();
        Residual12 alone = Networks.create(Residual12.class, options("onednn"))) {
      var at12 =
          new ModelCard(Optional.empty(), names, Optional.of(Preprocessing.imageNet(14, 12)));
      at12.describe(net.parameters());
      at12.describe(alone.parameters());
      List<Prediction> expected = alone.classify(picture);
      assertThat(net.classify(picture)).isEqualTo(expected);
      // Who asks for another size gets it: the same part of the picture, in proportion.
      assertThat(net.at(8).preprocessing()).isEqualTo(Preprocessing.imageNet(9, 8));
      assertThat(net.at(8).classify(picture)).hasSize(3);
    }
  }

  @Test
  void anExportHasTheSizeThatItIsAskedFor(@TempDir Path folder) {
    try (Residual net = residual()) {
      for (int height : new int[] {16, 8}) {
        Path file = folder.resolve(height + ".onnx");
        OnnxExport.of(net.at(height)).to(file);
        try (OnnxNetwork loaded = OnnxNetwork.load(file)) {
          assertThat(loaded.architecture().input()).containsExactly(3, height, height).inOrder();
          INDArray images = images(loaded, 2);
          assertThat(loaded.forward(images).equalsWithEps(net.forward(images), 1e-5)).isTrue();
        }
      }
    }
  }

  @Test
  void oneCalibrationServesAllSizesInIntegers() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    try (Residual net = residual()) {
      INDArray images = images(net, 8);
      var data = ArrayDataset.of(images, List.of("a", "b", "c"), new int[8]);
      Quantization ranges;
      try (DataLoader loader = DataLoader.of(data).batchSize(8).build()) {
        ranges = Calibrator.of(net).run(loader);
      }
      EngineOptions onednn = EngineOptions.named("onednn");
      try (Residual8 alone = Networks.create(Residual8.class, options("onednn"));
          Residual bytes = Quantizer.of(Residual.class, net).engine(onednn).quantized(ranges);
          Residual8 bytesAlone =
              Quantizer.of(Residual8.class, alone).engine(onednn).quantized(ranges)) {
        INDArray small = images(alone, 4);
        assertThat(bytes.forward(small)).isEqualTo(bytesAlone.forward(small));
        assertThat(bytes.forward(small)).isNotEqualTo(net.forward(small));
        assertThat(bytes.forward(small).equalsWithEps(net.forward(small), 0.2)).isTrue();
      }
    }
  }

  private static byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    for (int i = 0; i < n; i++) {
      bytes[i] = (byte) (i * 37);
    }
    return bytes;
  }
}
