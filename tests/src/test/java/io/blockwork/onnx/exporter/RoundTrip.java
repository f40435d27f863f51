package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.onnx.OnnxNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A network, exported: what ONNX Runtime computes of it, and what we compute of it again. */
public final class RoundTrip {
  private static final double BOUND = 1e-5;

  /** Less than this share of the result would not tell whether the weights are right. */
  private static final double LEAST_DIFFERENCE = 1e-3;

  private static final double[] FACTORS = {1, 1.2, 1.4, 1.6, 1.8, 2};

  private RoundTrip() {}

  /**
   * Fails unless ONNX Runtime gives our values at batches of 1 and 3, and the network that is
   * loaded from the file gives the same bits.
   *
   * @param folder where the file is for a while
   */
  public static void check(Class<? extends Network> type, Path folder) throws Exception {
    Path file = folder.resolve("net.onnx");
    try (Network net = Networks.create(type)) {
      float[] images = Weights.images(net, 3);
      float[] ours = tellingValues(net, images);
      OnnxExport.of(net).to(file);
      assertThat(ModelRules.broken(ModelRules.read(file))).isEmpty();
      int length = ours.length / 3;
      try (OrtModel model = OrtModel.load(file)) {
        Differences.check(
            "batch 3", Differences.doubles(ours), model.run(images, Weights.shape(net, 3)), BOUND);
        // In inference no image knows of the others.
        Differences.check(
            "batch 1",
            Differences.doubles(Arrays.copyOf(ours, length)),
            model.run(Arrays.copyOf(images, images.length / 3), Weights.shape(net, 1)),
            BOUND);
      }
      try (Network again = OnnxNetwork.load(file)) {
        assertArrayEquals(ours, again.forward(images));
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Fills the network so that images make a difference, and returns what it gives of them. Some
   * networks let little through unless their weights are larger.
   */
  private static float[] tellingValues(Network net, float[] images) {
    for (double factor : FACTORS) {
      Weights.fill(net, factor);
      float[] values = net.forward(images);
      int length = values.length / 3;
      double difference = 0;
      for (int i = 0; i < length; i++) {
        difference = Math.max(difference, Math.abs(values[i] - values[length + i]));
      }
      if (difference > LEAST_DIFFERENCE * Differences.largest(Differences.doubles(values))) {
        return values;
      }
    }
    throw new AssertionError("all images look alike to " + net.architecture().name());
  }
}
