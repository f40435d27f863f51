package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResidualBlock;
import io.blockwork.Stem;
import io.blockwork.engine.Engines;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Preprocessing;
import io.blockwork.jvm.ChildJvm;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Inference on {@code float[]}, without arrays of ND4J, and where it can without ND4J at all. */
class PlainValuesTest {
  @DenseNet(
      growth = 8,
      blocks = {2, 2},
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 5)
  interface Dense extends ImageClassifier {}

  @ResidualBlock(channels = 4, planes = 4, input = @Input(channels = 4, height = 6, width = 6))
  interface Block extends io.blockwork.Network {}

  private static float[] values(int length) {
    Random random = new Random(7);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static NetworkOptions options(String engine, DataType type) {
    return NetworkOptions.defaults().dataType(type).engine(Engines.named(engine));
  }

  @ParameterizedTest
  @CsvSource({
    "onednn,FLOAT,1",
    "onednn,FLOAT,3",
    "onednn,FLOAT,70",
    "nd4j,FLOAT,3",
    "nd4j,DOUBLE,70"
  })
  void givesWhatArraysGive(String engine, DataType type, int n) {
    try (Dense net = Networks.create(Dense.class, options(engine, type))) {
      float[] images = values(n * 3 * 12 * 12);
      INDArray array = Nd4j.create(images, new long[] {n, 3, 12, 12}, 'c').castTo(type);
      float[] expected = net.forward(array).castTo(DataType.FLOAT).data().asFloat();
      assertThat(net.forward(images)).isEqualTo(expected);
      assertThat(images).isEqualTo(values(images.length));
    }
  }

  @Test
  void aNetworkWithoutAHeadGivesMaps() {
    try (Block net = Networks.create(Block.class, NetworkOptions.defaults())) {
      float[] images = values(2 * 4 * 6 * 6);
      INDArray array = Nd4j.create(images, new long[] {2, 4, 6, 6}, 'c');
      assertThat(net.forward(images)).isEqualTo(net.forward(array).data().asFloat());
    }
  }

  @Test
  void anotherNumberOfValuesIsRefused() {
    try (Dense net = Networks.create(Dense.class)) {
      for (int length : new int[] {0, 431, 433}) {
        var refused =
            assertThrows(ShapeMismatchException.class, () -> net.forward(new float[length]));
        assertThat(refused)
            .hasMessageThat()
            .isEqualTo(
                "PlainValuesTest_Dense: expected images [N, 3, 12, 12] with N of at least 1, which are N x 432 values, got %d values"
                    .formatted(length));
      }
      net.close();
      assertThrows(IllegalStateException.class, () -> net.forward(new float[432]));
    }
  }

  @Test
  void aPictureOfAnotherSizeIsRefusedEvenIfItHasAsManyPixels() {
    try (Dense net = Networks.create(Dense.class)) {
      List<String> names = List.of("a", "b", "c", "d", "e");
      ByteImage wide =
          io.blockwork.image.Images.of(new BufferedImage(24, 6, BufferedImage.TYPE_INT_RGB));
      var refused =
          assertThrows(
              ShapeMismatchException.class,
              () -> net.classify(wide, Preprocessing.normalizeOnly(), names));
      assertThat(refused).hasMessageThat().contains("expected images of [3, 12, 12]");
      assertThat(refused).hasMessageThat().contains("made one of [3, 6, 24]");
      assertThat(refused).hasMessageThat().endsWith("as Preprocessing.imageNet(14, 12) does");
      ByteImage square =
          io.blockwork.image.Images.of(new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB));
      assertThat(net.classify(square, Preprocessing.normalizeOnly(), names)).hasSize(5);
    }
  }

  /** Loads weights and predicts, in a process of its own. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      try (Dense net = Networks.create(Dense.class);
          Weights weights = Weights.open(Path.of(arguments[0]))) {
        net.parameters().load(weights);
        // Two images may be divided in one way here and in another there, which rounds otherwise.
        net.forward(values(2 * 432));
        ByteImage picture =
            io.blockwork.image.Images.of(new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB));
        List<String> names = List.of("a", "b", "c", "d", "e");
        net.classify(picture, Preprocessing.normalizeOnly(), names);
        System.out.println(Arrays.toString(net.forward(values(432))));
      }
    }
  }

  @Test
  void predictsWithoutStartingNd4j(@TempDir Path folder) throws IOException, InterruptedException {
    Assumptions.assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    Path file = folder.resolve("weights.safetensors");
    String expected;
    try (Dense net = Networks.create(Dense.class, NetworkOptions.defaults().seed(5))) {
      Weights.save(net.parameters(), file);
      expected = Arrays.toString(net.forward(values(432)));
    }
    Process process =
        new ProcessBuilder(ChildJvm.command(List.of("-verbose:class"), Program.class, file))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertWithMessage(output).that(process.waitFor()).isEqualTo(0);
    assertThat(output).contains(expected);
    for (String nd4j : List.of("org.nd4j.linalg.factory.Nd4j ", "org.nd4j.nativeblas.NativeOps")) {
      assertWithMessage("classes that were loaded: " + nd4j).that(output).doesNotContain(nd4j);
    }
  }
}
