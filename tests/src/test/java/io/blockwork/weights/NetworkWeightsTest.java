package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Generated networks load files and then compute what PyTorch computes with them. */
class NetworkWeightsTest {
  /**
   * PyTorch's float64 logits for the files {@code tiny-resnet*} and the images of {@link #images}.
   */
  private static final double[][] LOGITS = {
    {0.12086722682809, -0.49331836279995, 0.61231402118489},
    {-0.13548464388397, -0.51800479012253, 0.59659660829461}
  };

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "tiny-resnet-zip.pth, 1e-6",
    "tiny-resnet-legacy.pth, 1e-6",
    "tiny-resnet.safetensors, 1e-6",
    "tiny-resnet-dataparallel.pth, 1e-6",
    "written/tiny.npz, 1e-6",
    "tiny-resnet-half.pth, 2e-3"
  })
  void computesPyTorchsLogitsAfterLoading(String file, double tolerance) {
    for (DataType dataType : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      NetworkOptions options = NetworkOptions.defaults().dataType(dataType);
      try (ImageClassifier net = Networks.create(WeightedNetworks.TinyResNet.class, options);
          Weights weights = Weights.open(Samples.path(file))) {
        // A plan bound before loading has to notice the new values.
        net.forward(images(dataType));
        assertThat(net.parameters().load(weights).complete()).isTrue();
        assertLogits(net.forward(images(dataType)), tolerance);
      }
    }
  }

  @Test
  void computesTheSameAfterSavingAndLoading() {
    for (String name : new String[] {"net.safetensors", "net.npz"}) {
      Path file = folder.resolve(name);
      try (ImageClassifier net = Networks.create(WeightedNetworks.TinyResNet.class);
          ImageClassifier other = Networks.create(WeightedNetworks.TinyResNet.class);
          Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
        net.parameters().load(weights);
        Weights.save(net.parameters(), file);
        try (Weights saved = Weights.open(file)) {
          other.parameters().load(saved);
        }
        assertThat(other.forward(images(DataType.FLOAT)))
            .isEqualTo(net.forward(images(DataType.FLOAT)));
      }
    }
  }

  @Test
  void takesAllButTheHeadOfAnotherNumberOfClasses() {
    try (ImageClassifier net = Networks.create(WeightedNetworks.TinyResNetOfTen.class);
        Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      INDArray head = net.parameters().get("fc.weight");
      WeightsException error =
          assertThrows(WeightsException.class, () -> net.parameters().load(weights));
      assertThat(error).hasMessageThat().contains("fc.weight: [3, 8] in the file, [10, 8]");
      LoadReport report = net.parameters().load(weights.ignoring("fc."));
      assertThat(report.ignored()).containsExactly("fc.weight", "fc.bias");
      assertThat(net.parameters().get("fc.weight")).isEqualTo(head);
      assertThat(net.parameters().get("conv1.weight")).isEqualTo(weights.get("conv1.weight"));
    }
  }

  @Test
  void readsEveryOldNameOfDenseNet121() {
    Path file = folder.resolve("densenet121.safetensors");
    try (ImageClassifier net = Networks.create(WeightedNetworks.DenseNet121.class);
        ImageClassifier other =
            Networks.create(
                WeightedNetworks.DenseNet121.class, NetworkOptions.defaults().seed(1))) {
      SafetensorsWriter writer = new SafetensorsWriter();
      for (String name : net.parameters().names()) {
        String old = name.replaceAll("(denselayer\\d+\\.)(norm|conv)([12])\\.", "$1$2.$3.");
        if (!name.endsWith("num_batches_tracked")) {
          writer.tensor(old, net.parameters().get(name));
        }
      }
      writer.write(file);
      try (Weights weights = Weights.open(file)) {
        assertThat(weights.has("features.denseblock4.denselayer16.norm.2.running_var")).isTrue();
        LoadReport report = other.parameters().load(weights);
        // Two norms of four tensors and two convolutions in each of 58 layers.
        assertThat(report.renamed()).hasSize(58 * 10);
      }
      assertThat(other.parameters().flat()).isEqualTo(net.parameters().flat());
    }
  }

  private static void assertLogits(INDArray logits, double tolerance) {
    for (int image = 0; image < 2; image++) {
      for (int k = 0; k < 3; k++) {
        assertWithMessage("logit %s of image %s", k, image)
            .that(logits.getDouble(image, k))
            .isWithin(tolerance)
            .of(LOGITS[image][k]);
      }
    }
  }

  /** The formula that made the reference: SplitMix64 over the CRC of "input", unit variance. */
  private static INDArray images(DataType dataType) {
    CRC32 crc = new CRC32();
    crc.update("input".getBytes(StandardCharsets.UTF_8));
    double[] values = new double[2 * 3 * 8 * 8];
    for (int i = 0; i < values.length; i++) {
      long z = (crc.getValue() << 32) + i + 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      values[i] = (2 * ((z >>> 11) * 0x1p-53) - 1) * Math.sqrt(3);
    }
    return Nd4j.create(values, new long[] {2, 3, 8, 8}, dataType);
  }
}
