package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.PlainTar;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Engines;
import io.blockwork.engine.Precision;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Images;
import io.blockwork.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Published weights on real pictures: Yerlan Idelbayev's CIFAR ResNet-20 ({@code
 * resnet20-12fca82f.th}) on 2,000 JPEGs of CIFAR-10's test set. The figures are PyTorch's on the
 * same files. Neither file is part of the project: they are looked for in {@code ../shared/data},
 * or where {@code -Dblockwork.data=DIR} says.
 */
class PublishedCifarTest {
  private static final int TEST_IMAGES = 2000;
  private static final int PER_CLASS = 200;
  private static final int CORRECT = 1627;

  /** In four pictures the two best logits are closer than 0.02: a grey level can move the count. */
  private static final int DOUBTFUL = 2;

  private static final double[][] LOGITS = {
    {7.8901, -1.0877, 2.6342, -1.0125, -2.8370, -6.9533, -3.3481, -6.4984, 6.9738, 4.2098},
    {11.0396, -5.7107, -1.8939, 7.9744, -0.1182, 1.9746, -3.2381, -3.3063, -1.3428, -5.4816},
    {12.7640, -4.8673, 1.8963, 6.1046, -11.1717, 1.0268, 3.5816, -5.4281, -3.0640, -0.8727},
    {7.4323, -2.5088, -2.0695, -2.5599, 4.2132, -3.2982, 4.0563, -2.6911, -1.1641, -1.4339},
    {13.5405, 0.8205, 1.2811, -8.1200, 2.6083, -6.7035, -4.6230, -2.3102, 3.2949, 0.1662}
  };

  private Path data = Path.of("");

  @BeforeEach
  void findData() {
    data = Path.of(System.getProperty("blockwork.data", "../../shared/data"));
    assumeTrue(
        Files.isRegularFile(data.resolve("resnet20-12fca82f.th")),
        () -> "no published weights in " + data.toAbsolutePath() + ": set -Dblockwork.data=DIR");
  }

  @Test
  void readsTheCheckpoint() {
    try (Weights weights = Weights.open(data.resolve("resnet20-12fca82f.th"))) {
      assertThat(weights.format()).isEqualTo(WeightFormat.TORCH_LEGACY);
      assertThat(weights.names()).hasSize(97);
      assertThat(weights.metadata()).containsKey("best_prec1");
      INDArray conv = weights.get("module.conv1.weight");
      assertThat(conv.getDouble(0, 0, 0, 0)).isEqualTo(-0.13818146288394928);
      assertThat(conv.getDouble(0, 0, 0, 2)).isEqualTo(0.8207383155822754);
      assertThat(weights.get("module.linear.bias").getDouble(2)).isEqualTo(0.11120541393756866);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void classifiesAsPyTorchDoes(String engine) throws IOException {
    assumeTrue(engine.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    int correct = correct(Engines.named(engine), true);
    assertThat(correct).isAtLeast(CORRECT - DOUBTFUL);
    assertThat(correct).isAtMost(CORRECT + DOUBTFUL);
  }

  /** Half a point of accuracy: 10 images. */
  @Test
  void bfloat16LosesLessThanHalfAPoint() throws IOException {
    assumeTrue(
        OneDnnEngine.isAvailable() && OneDnnEngine.isNative(Precision.BFLOAT16),
        "no native bfloat16 on this machine");
    int correct =
        correct(new OneDnnEngine(EngineOptions.defaults().precision(Precision.BFLOAT16)), false);
    assertThat(correct).isAtLeast(CORRECT - TEST_IMAGES / 200);
  }

  /** How many of the images the network gets right. */
  private int correct(Engine engine, boolean asPyTorch) throws IOException {
    NetworkOptions options = NetworkOptions.defaults().engine(engine);
    List<ByteImage> images = testImages(data.resolve("cifar10-jpg.tar"));
    assertThat(images).hasSize(TEST_IMAGES);
    try (ImageClassifier net = Networks.create(WeightedNetworks.CifarResNet20.class, options);
        Weights weights = Weights.open(data.resolve("resnet20-12fca82f.th"))) {
      LoadReport report = net.parameters().load(weights);
      assertThat(report.loaded()).hasSize(97);
      int correct = 0;
      for (int from = 0; from < TEST_IMAGES; from += PER_CLASS) {
        ByteImage[] batch = images.subList(from, from + PER_CLASS).toArray(ByteImage[]::new);
        INDArray logits = net.forward(Preprocessing.normalizeOnly().apply(batch));
        if (from == 0 && asPyTorch) {
          assertFirstLogits(logits);
        }
        long[] classes = logits.argMax(1).toLongVector();
        for (long c : classes) {
          correct += c == from / PER_CLASS ? 1 : 0;
        }
      }
      return correct;
    }
  }

  private static void assertFirstLogits(INDArray logits) {
    for (int i = 0; i < LOGITS.length; i++) {
      for (int k = 0; k < LOGITS[i].length; k++) {
        assertWithMessage("logit %s of image %s", k, i)
            .that(logits.getDouble(i, k))
            .isWithin(1e-3)
            .of(LOGITS[i][k]);
      }
    }
  }

  /** The pictures under {@code test/}, in the archive's order: classes alphabetical. */
  private static List<ByteImage> testImages(Path tar) throws IOException {
    List<ByteImage> images = new ArrayList<>();
    PlainTar.forEach(
        tar,
        (name, content) -> {
          if (name.startsWith("test/") && name.endsWith(".jpg")) {
            images.add(Images.decode(content, name));
          }
        });
    return images;
  }
}
