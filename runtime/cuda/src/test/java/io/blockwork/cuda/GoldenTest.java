package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.ImageClassifier;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Networks on the emulator against PyTorch's figures in float64. */
class GoldenTest {
  private final CudaEngine engine = Emulator.get().engine(Numerics.FLOAT);

  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of("tiny_resnet_basic", TestNetworks.TinyResNetBasic.class),
        Arguments.of("cifar_resnet20", TestNetworks.ResNet20.class));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void computesWhatPyTorchComputes(String name, Class<? extends ImageClassifier> type)
      throws IOException {
    JsonNode golden = read(name);
    try (Network network = Networks.create(type, NetworkOptions.defaults().engine(engine))) {
      fill(network);
      inference(golden, network);
      INDArray images = filled("input", longs(golden.at("/train/inputShape")));
      int classes = network.architecture().output().get(0);
      int[] labels = labels((int) images.size(0), classes);
      Loss loss = Loss.softmaxCrossEntropy(labels);
      training(golden, network, images, loss);
      steps(golden, network, images, loss);
    }
  }

  private static JsonNode read(String name) throws IOException {
    try (InputStream in = GoldenTest.class.getResourceAsStream("golden/" + name + ".json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in, name));
    }
  }

  private static void inference(JsonNode golden, Network network) {
    JsonNode expected = golden.at("/eval/output");
    INDArray output = network.forward(filled("input", longs(golden.at("/eval/inputShape"))));
    double bound =
        Math.max(
            10 * golden.at("/float32/evalOutputMaxDeviation").asDouble(),
            2e-6 * golden.at("/float32/evalOutputMaxAbs").asDouble());
    for (int i = 0; i < expected.size(); i++) {
      for (int j = 0; j < expected.get(i).size(); j++) {
        assertEquals(expected.get(i).get(j).asDouble(), output.getDouble(i, j), bound);
      }
    }
  }

  private static void training(JsonNode golden, Network network, INDArray images, Loss loss) {
    TrainingResult result = network.trainWithInputGradient(images, loss);
    double expected = golden.at("/train/loss").asDouble();
    assertEquals(expected, result.loss(), 2e-6 * expected);
    for (JsonNode row : golden.at("/train/gradients")) {
      String name = row.get(0).asText();
      double norm = row.get(1).asDouble();
      double got = network.gradients().get(name).norm2Number().doubleValue();
      assertEquals(norm, got, 1e-4 * norm, "gradient of " + name);
    }
    double images1 = golden.at("/train/inputGradient").get(0).asDouble();
    double images2 = result.inputGradient().orElseThrow().norm2Number().doubleValue();
    assertEquals(images1, images2, 1e-4 * images1);
    int at = 0;
    for (ParameterInfo info : network.parameters().entries()) {
      if (info.name().contains(".running_")) {
        double norm = golden.at("/train/runningNorms").get(at++).asDouble();
        double got = network.parameters().get(info.name()).norm2Number().doubleValue();
        assertEquals(norm, got, 2e-6 * norm, info.name());
      }
    }
  }

  private static void steps(JsonNode golden, Network network, INDArray images, Loss loss) {
    fill(network);
    network.train(images, loss);
    Optimizer optimizer = Optimizer.of(network, new Momentum(0.001, 0.9)).weightDecay(1e-4);
    for (JsonNode expected : golden.at("/train/lossAfterSmallSteps")) {
      optimizer.step();
      double got = network.train(images, loss).loss();
      assertEquals(expected.asDouble(), got, 1e-4 * expected.asDouble());
    }
  }

  private static long[] longs(JsonNode array) {
    long[] all = new long[array.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = array.get(i).asLong();
    }
    return all;
  }

  private static void fill(Network network) {
    for (ParameterInfo info : network.parameters().entries()) {
      network.parameters().set(info.name(), filled(info.name(), info.dimensions()));
    }
  }

  /** The formula behind the figures: every value follows from its tensor's name and its index. */
  private static INDArray filled(String name, long... shape) {
    int length = 1;
    for (long size : shape) {
      length = Math.toIntExact(length * size);
    }
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    long fanIn = shape.length > 1 ? length / shape[0] : 1;
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      double u = (hash(seed(name) + i) >>> 11) * 0x1p-53;
      values[i] =
          (float)
              switch (leaf) {
                case "num_batches_tracked" -> 0;
                case "input" -> (2 * u - 1) * Math.sqrt(3.0);
                case "running_var" -> 0.75 + 0.5 * u;
                case "bias", "running_mean" -> 0.2 * (u - 0.5);
                default -> shape.length > 1 ? (2 * u - 1) * Math.sqrt(3.0 / fanIn) : 0.75 + 0.5 * u;
              };
    }
    return shape.length == 0 ? Nd4j.scalar(0f) : Nd4j.createFromArray(values).reshape('c', shape);
  }

  private static int[] labels(int batch, int classes) {
    int[] labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = (int) Long.remainderUnsigned(hash(seed("labels") + i), classes);
    }
    return labels;
  }

  private static long seed(String name) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return crc.getValue() << 32;
  }

  private static long hash(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
