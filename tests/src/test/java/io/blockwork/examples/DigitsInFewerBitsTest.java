package io.blockwork.examples;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.Batch;
import io.blockwork.data.CsvImages;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Epoch;
import io.blockwork.data.Split;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.examples.quickstart.DigitsNet;
import io.blockwork.examples.quickstart.Quickstart;
import io.blockwork.loss.Loss;
import io.blockwork.quantization.Calibrator;
import io.blockwork.quantization.Quantizer;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The quickstart's network, data and settings, in bfloat16 and in 8-bit integers. */
class DigitsInFewerBitsTest {
  private static final int EPOCHS = 12;
  private static final long SEED = 1;

  /** Points of accuracy that integers may lose. */
  private static final double LOSS = 0.3;

  @Test
  void losesHardlyAnyAccuracyInIntegers() throws IOException {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
    Split<Dataset> digits = Split.stratified(digits(), 0.2, SEED);
    EngineOptions engine = EngineOptions.named("onednn").threads(1);
    try (DigitsNet net =
        Networks.create(DigitsNet.class, NetworkOptions.defaults().seed(SEED).engine(engine))) {
      train(net, digits.train());
      double floats = accuracy(net, digits.heldOut());
      assertThat(floats).isAtLeast(0.98);
      try (DataLoader images = DataLoader.of(digits.train()).batchSize(64).build();
          DigitsNet integers =
              Quantizer.of(DigitsNet.class, net)
                  .engine(engine)
                  .quantized(Calibrator.of(net).run(images))) {
        assertThat(integers.floatLayers()).doesNotContainKey("layer1.0.conv1");
        assertThat(accuracy(integers, digits.heldOut())).isAtLeast(floats - LOSS / 100);
      }
    }
  }

  /** With master weights in single precision. */
  @Test
  void reachesTheAccuracyOfTheQuickstartInBfloat16() throws IOException {
    assumeTrue(
        OneDnnEngine.isAvailable() && OneDnnEngine.isNative(Precision.BFLOAT16),
        "no native bfloat16 on this machine");
    Split<Dataset> digits = Split.stratified(digits(), 0.2, SEED);
    // Layers this small are not worth a second thread.
    OneDnnEngine engine =
        new OneDnnEngine(EngineOptions.defaults().precision(Precision.BFLOAT16).threads(1));
    NetworkOptions options = NetworkOptions.defaults().seed(SEED).engine(engine);
    try (DigitsNet net = Networks.create(DigitsNet.class, options)) {
      train(net, digits.train());
      assertThat(accuracy(net, digits.heldOut())).isAtLeast(0.98);
    }
  }

  private static Dataset digits() throws IOException {
    List<String> names = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
    try (InputStream in =
        new GZIPInputStream(
            Objects.requireNonNull(Quickstart.class.getResourceAsStream("digits.csv.gz")))) {
      return CsvImages.read(in, "digits.csv.gz", 8, 8, 16, CsvImages.Label.LAST, names);
    }
  }

  private static void train(DigitsNet net, Dataset data) {
    var momentum = new Momentum(0.1, 0.9);
    Optimizer optimizer = Optimizer.of(net, momentum).weightDecay(1e-4);
    try (DataLoader loader = DataLoader.of(data).batchSize(32).shuffle(true).seed(SEED).build()) {
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        momentum.learningRate(0.1 * (1 + Math.cos(Math.PI * epoch / EPOCHS)) / 2);
        try (Epoch batches = loader.epoch(epoch + 1)) {
          for (Batch batch : batches) {
            net.train(batch.images(), Loss.softmaxCrossEntropy(batch.labels()));
            optimizer.step();
          }
        }
      }
    }
  }

  private static double accuracy(DigitsNet net, Dataset data) {
    int right = 0;
    try (DataLoader loader = DataLoader.of(data).batchSize(64).build();
        Epoch batches = loader.epoch(1)) {
      for (Batch batch : batches) {
        INDArray best = net.forward(batch.images()).argMax(1);
        for (int i = 0; i < batch.size(); i++) {
          right += best.getInt(i) == batch.labels()[i] ? 1 : 0;
        }
      }
    }
    return (double) right / data.size();
  }
}
