package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.Loss;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("Options of engines, from a network's side")
final class EngineOptionsTest {
  private static final int BATCH = 16;

  /** What a network with these options computes: outputs of inference, and gradients. */
  private static List<INDArray> results(EngineOptions options) {
    NetworkOptions network = NetworkOptions.defaults().seed(7).engine(options);
    INDArray images = Nd4j.linspace(DataType.FLOAT, -1, 0.001, BATCH * 60L).reshape(BATCH, 2, 6, 5);
    try (TinyNetwork net = TinyNetwork.create(network)) {
      assertThat(net.engine().name()).isEqualTo(options.name().orElseThrow());
      INDArray output = net.forward(images);
      net.train(images, Loss.softmaxCrossEntropy(new int[BATCH]));
      return List.of(output, net.gradients().flat().dup());
    }
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBitsOnNd4j() {
    EngineOptions options = EngineOptions.named("nd4j");
    List<INDArray> expected = results(options);
    for (int threads : new int[] {1, 2, 5}) {
      assertThat(results(options.threads(threads))).isEqualTo(expected);
    }
  }

  @Test
  void deterministicRunsRepeatTheirBits() {
    for (String name : List.of("nd4j", "onednn")) {
      assumeTrue(name.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
      EngineOptions options = EngineOptions.named(name).deterministic(true).threads(2);
      List<INDArray> expected = results(options);
      for (int run = 0; run < 3; run++) {
        assertThat(results(options)).isEqualTo(expected);
      }
    }
  }

  @Test
  void nd4jHasOnlyDirectKernels() {
    EngineOptions options = EngineOptions.named("nd4j").threads(2);
    List<INDArray> direct = results(options.kernels(Kernels.DIRECT));
    for (Kernels kernels : Kernels.values()) {
      assertThat(results(options.kernels(kernels))).isEqualTo(direct);
    }
  }
}
