package io.blockwork.quantization;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("Quantised networks")
final class QuantizedNetworksTest {
  private static final int IMAGES = 24;
  private static final EngineOptions ONEDNN = EngineOptions.named("onednn");

  /** Residual sums, with and without a projection. */
  @ResNet(
      blocks = {2, 2},
      width = 16,
      stem = Stem.CIFAR,
      input = @Input(channels = 3, height = 16, width = 16),
      classes = 4)
  interface Residual extends ImageClassifier {}

  /** Concatenations, norms before convolutions, a transition. */
  @DenseNet(
      growth = 8,
      blocks = {3, 3},
      stem = Stem.CIFAR,
      input = @Input(channels = 3, height = 16, width = 16),
      classes = 4)
  interface Dense extends ImageClassifier {}

  @TempDir Path folder;

  @BeforeEach
  void requireOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  private static ArrayDataset data() {
    Nd4j.getRandom().setSeed(5);
    INDArray images = Nd4j.randn(DataType.FLOAT, IMAGES, 3, 16, 16);
    int[] labels = new int[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = i % 4;
    }
    return ArrayDataset.of(images, List.of("a", "b", "c", "d"), labels);
  }

  private static DataLoader loader() {
    return DataLoader.of(data()).batchSize(8).build();
  }

  private static INDArray images() {
    try (DataLoader loader = loader();
        var epoch = loader.epoch(1)) {
      return epoch.next().images().dup();
    }
  }

  private static <N extends ImageClassifier> N floats(Class<N> type) {
    return Networks.create(
        type, NetworkOptions.defaults().seed(3).engine(ONEDNN.kernels(Kernels.DIRECT)));
  }

  private static Quantization calibrated(ImageClassifier net) {
    try (DataLoader loader = loader()) {
      return Calibrator.of(net).method(CalibrationMethod.MIN_MAX).run(loader);
    }
  }

  private static double error(INDArray exact, INDArray other) {
    return exact.sub(other).norm2Number().doubleValue() / exact.norm2Number().doubleValue();
  }

  @ParameterizedTest
  @ValueSource(classes = {Residual.class, Dense.class})
  <N extends ImageClassifier> void predictNearlyAsInFloats(Class<N> type) {
    try (N net = floats(type);
        N small = Quantizer.of(type, net).engine(ONEDNN).quantized(calibrated(net))) {
      assertThat(error(net.forward(images()), small.forward(images()))).isAtMost(0.05);
      assertThat(error(net.forward(images()), small.forward(images()))).isGreaterThan(0.0);
      assertThat(small.profile(images())).doesNotContain(" ref");
      assertThat(small.floatLayers().keySet().stream().filter(p -> p.contains("conv")).toList())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(CalibrationMethod.class)
  void everyMethodOfCalibrationServes(CalibrationMethod method) {
    try (Residual net = floats(Residual.class);
        DataLoader loader = loader()) {
      Quantization quantization = Calibrator.of(net).method(method).images(9).run(loader);
      try (Residual small =
          Quantizer.of(Residual.class, net).engine(ONEDNN).quantized(quantization)) {
        assertThat(error(net.forward(images()), small.forward(images()))).isAtMost(0.15);
      }
    }
  }

  @Test
  void quantiseTheWeightsAnewWhenTheyChange() {
    try (Residual net = floats(Residual.class);
        Residual small =
            Quantizer.of(Residual.class, net).engine(ONEDNN).quantized(calibrated(net))) {
      INDArray before = small.forward(images());
      INDArray bias = small.parameters().get("fc.bias");
      small.parameters().set("fc.bias", bias.add(1));
      assertThat(error(before.add(1), small.forward(images()))).isAtMost(1e-5);
    }
  }

  @Test
  void layersMayStayInFloats() {
    try (Residual net = floats(Residual.class)) {
      Quantization ranges = calibrated(net);
      try (Residual small =
          Quantizer.of(Residual.class, net)
              .engine(ONEDNN)
              .quantized(ranges.keepFloat(ranges.layers()))) {
        assertThat(small.floatLayers()).containsEntry("fc", "it is to stay in single precision");
        assertThat(error(net.forward(images()), small.forward(images()))).isAtMost(1e-5);
      }
    }
  }

  @Test
  void theLayersThatLoseMostAreFoundAndKept() {
    try (Residual net = floats(Residual.class);
        DataLoader loader = loader()) {
      Quantizer<Residual> quantizer = Quantizer.of(Residual.class, net).engine(ONEDNN);
      Quantization ranges = calibrated(net);
      List<LayerError> errors = quantizer.layerErrors(ranges, images());
      assertThat(errors)
          .isInOrder((a, b) -> -Double.compare(((LayerError) a).error(), ((LayerError) b).error()));
      assertThat(errors.stream().map(LayerError::layer).toList()).contains("layer1.0.conv1");
      assertThat(quantizer.within(ranges, loader, 100).floatLayers()).isEmpty();
      String report = QuantizationReport.of(quantizer, ranges, loader).toString();
      assertThat(report).contains("float32   top-1");
      assertThat(report).contains("int8      top-1");
      assertThat(report).contains("agree on");
      assertThat(report).contains(errors.get(0).layer());
    }
  }

  @Test
  void aFileBringsTheSameBits() throws IOException {
    Path file = folder.resolve("small.safetensors");
    try (Dense net = floats(Dense.class)) {
      Quantization ranges = calibrated(net);
      QuantizedFile.save(net, ranges, file);
      Path whole = folder.resolve("whole.safetensors");
      Weights.save(net.parameters(), whole);
      assertThat(QuantizedFile.quantization(file)).isEqualTo(ranges);
      try (Dense small = Quantizer.of(Dense.class, net).engine(ONEDNN).quantized(ranges);
          Dense loaded = QuantizedFile.load(Dense.class, file, ONEDNN)) {
        INDArray expected = small.forward(images());
        if (OneDnnEngine.weightBits() == Byte.SIZE) {
          assertThat(loaded.forward(images())).isEqualTo(expected);
        } else {
          // Weights of eight bits are rounded once more, to seven.
          assertThat(error(expected, loaded.forward(images()))).isAtMost(0.05);
        }
        QuantizedFile.save(loaded, ranges, folder.resolve("again.safetensors"));
      }
      assertThat(Files.readAllBytes(folder.resolve("again.safetensors")))
          .isEqualTo(Files.readAllBytes(file));
      try (Dense plain = QuantizedFile.load(Dense.class, file, EngineOptions.named("nd4j"))) {
        assertThat(error(net.forward(images()), plain.forward(images()))).isAtMost(0.05);
      }
      try (Weights weights = Weights.open(file)) {
        WeightsException refused =
            assertThrows(WeightsException.class, () -> net.parameters().load(weights));
        assertThat(refused).hasMessageThat().contains("load them with QuantizedFile.load");
        assertThat(refused).hasMessageThat().contains("weights of QuantizedNetworksTest_Dense are");
      }
      WeightsException ordinary =
          assertThrows(WeightsException.class, () -> QuantizedFile.load(Dense.class, whole));
      assertThat(ordinary).hasMessageThat().contains("expected a quantised network of format 1");
      WeightsException other =
          assertThrows(WeightsException.class, () -> QuantizedFile.load(Residual.class, file));
      assertThat(other)
          .hasMessageThat()
          .isEqualTo(
              file
                  + ": holds the quantised weights of QuantizedNetworksTest_Dense, which do not fit"
                  + " QuantizedNetworksTest_Residual: there is no conv1.weight\n"
                  + "  fix: load the file as the network that it was saved from, or quantise"
                  + " QuantizedNetworksTest_Residual and save it with QuantizedFile.save");
    }
  }

  @Test
  void mistakesAreNamed() {
    try (Residual net = floats(Residual.class);
        Residual oracle =
            Networks.create(
                Residual.class, NetworkOptions.defaults().engine(EngineOptions.named("nd4j")));
        DataLoader loader = loader()) {
      assertThat(assertThrows(IllegalArgumentException.class, () -> Calibrator.of(net).images(0)))
          .hasMessageThat()
          .isEqualTo("images: expected at least 1, got 0");
      assertThat(
              assertThrows(
                  UnsupportedOperationException.class, () -> Calibrator.of(oracle).run(loader)))
          .hasMessageThat()
          .contains("the engine nd4j does not quantise networks; onednn does");
      assertThat(
              assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      Quantizer.of(Residual.class, net)
                          .within(new Quantization(java.util.Map.of(), Set.of()), loader, -1)))
          .hasMessageThat()
          .contains("points: expected 0 or more of 100");
    }
  }
}
