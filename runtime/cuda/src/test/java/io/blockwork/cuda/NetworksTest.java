package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.engine.Engine;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.loss.Loss;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Generated networks infer and train as they do on ND4J's engine. */
class NetworksTest {
  private static final int BATCH = 4;

  /** Outputs, relative to their norm. */
  private static final Map<Numerics, Double> BOUNDS =
      Map.of(Numerics.FLOAT, 2e-5, Numerics.BFLOAT16, 8e-2);

  private static final Map<Numerics, Engine> ENGINES = new EnumMap<>(Numerics.class);

  @BeforeAll
  static void emulate() {
    Emulator emulator = Emulator.get();
    BOUNDS.keySet().forEach(n -> ENGINES.put(n, emulator.engine(n)));
  }

  static Stream<Class<? extends ImageClassifier>> networks() {
    return Stream.of(
        TestNetworks.TinyResNetBasic.class,
        TestNetworks.Bottlenecks.class,
        TestNetworks.Excited.class,
        TestNetworks.Dropping.class);
  }

  private record Trained(List<Double> losses, INDArray gradients, INDArray parameters) {}

  @ParameterizedTest
  @MethodSource("networks")
  void infersAsTheOtherEngineDoes(Class<? extends ImageClassifier> type) {
    INDArray expected = infer(type, new Nd4jEngine());
    ENGINES.forEach(
        (numerics, engine) -> compare("output", numerics, expected, infer(type, engine)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void trainsAsTheOtherEngineDoes(Class<? extends ImageClassifier> type) {
    Trained expected = train(type, new Nd4jEngine());
    Trained got = train(type, Objects.requireNonNull(ENGINES.get(Numerics.FLOAT)));
    for (int i = 0; i < expected.losses().size(); i++) {
      assertEquals(expected.losses().get(i), got.losses().get(i), 1e-4, "loss " + i);
    }
    compare("gradients", Numerics.FLOAT, expected.gradients(), got.gradients(), 1e-3);
    compare("parameters", Numerics.FLOAT, expected.parameters(), got.parameters(), 1e-4);
    Trained rounded = train(type, Objects.requireNonNull(ENGINES.get(Numerics.BFLOAT16)));
    for (int i = 0; i < expected.losses().size(); i++) {
      assertEquals(expected.losses().get(i), rounded.losses().get(i), 0.15, "bf16 loss " + i);
    }
  }

  @Test
  void profilesEveryKernelByItsLayer() {
    Engine engine = Objects.requireNonNull(ENGINES.get(Numerics.BFLOAT16));
    try (Network network = create(TestNetworks.TinyResNetBasic.class, engine)) {
      String table = network.profile(images(network, BATCH));
      for (String text : List.of("4 images", "as one graph", "conv1 ", "cuDNN engine", "avgpool")) {
        assertTrue(table.contains(text), table);
      }
    }
  }

  private static void compare(String what, Numerics numerics, INDArray expected, INDArray got) {
    compare(what, numerics, expected, got, BOUNDS.getOrDefault(numerics, 0.0));
  }

  private static void compare(
      String what, Numerics numerics, INDArray expected, INDArray got, double bound) {
    double error =
        expected.sub(got).norm2Number().doubleValue() / expected.norm2Number().doubleValue();
    assertEquals(0, error, bound, what + ", " + numerics);
  }

  private static INDArray images(Network network, int batch) {
    List<Integer> in = network.architecture().input();
    INDArray images = Nd4j.create(DataType.FLOAT, batch, in.get(0), in.get(1), in.get(2));
    SplittableRandom random = new SplittableRandom(1);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, 2 * random.nextDouble() - 1);
    }
    return images;
  }

  private static <N extends Network> N create(Class<N> type, Engine engine) {
    return Networks.create(type, NetworkOptions.defaults().seed(5).engine(engine));
  }

  private static INDArray infer(Class<? extends ImageClassifier> type, Engine engine) {
    try (Network network = create(type, engine)) {
      INDArray images = images(network, BATCH);
      INDArray first = network.forward(images);
      // Another batch size, plain values, and parameters that change, by the same network.
      float[] one = network.forward(images.slice(0).dup('c').data().asFloat());
      assertEquals(first.getDouble(0, 0), one[0], 0.05 * Math.abs(one[0]) + 0.01);
      INDArray bias = network.parameters().get(head(network));
      network.parameters().set(head(network), bias.add(1));
      INDArray second = network.forward(images);
      assertEquals(1, second.getDouble(0, 0) - first.getDouble(0, 0), 0.1);
      return second;
    }
  }

  private static String head(Network network) {
    return network.parameters().names().contains("fc.bias") ? "fc.bias" : "classifier.bias";
  }

  private static Trained train(Class<? extends ImageClassifier> type, Engine engine) {
    try (Network network = create(type, engine)) {
      INDArray images = images(network, BATCH);
      Loss loss = Loss.softmaxCrossEntropy(0, 1, 2, 1);
      Optimizer optimizer = Optimizer.of(network, new Momentum(0.02, 0.9)).weightDecay(1e-4);
      List<Double> losses = new ArrayList<>();
      INDArray gradients = Nd4j.empty(DataType.FLOAT);
      for (int step = 0; step < 3; step++) {
        TrainingResult result = network.train(images, loss);
        losses.add(result.loss());
        if (step == 0) {
          gradients = network.gradients().flat().dup();
        }
        optimizer.step();
      }
      losses.add(network.forward(images).norm2Number().doubleValue());
      return new Trained(losses, gradients, network.parameters().flat().dup());
    }
  }
}
