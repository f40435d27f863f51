package io.blockwork.properties;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.ParameterInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

@Label("Random valid networks")
class RandomNetworksTest {
  private static final int BATCH = 3;
  private static final String NET = "sample.Net";

  @Provide
  Arbitrary<NetworkModel> networks() {
    return Arbitraries.randomValue(random -> new RandomNetworks(random).any());
  }

  @Property(seed = "2026", tries = 30, shrinking = ShrinkingMode.OFF)
  @Label(
      "compile to the same bytes twice, have the predicted shape and size, and their gradients are right")
  void compileRunAndDifferentiate(
      @ForAll("networks") NetworkModel model, @ForAll("seeds") long seed) {
    InMemory compiled = InMemory.compile(NET, model.source());
    identical(compiled.files(), InMemory.compile(NET, model.source()).files());
    Class<? extends Network> type = compiled.load(NET).asSubclass(Network.class);
    var random = new Random(seed);
    Map<String, INDArray> weights = new LinkedHashMap<>();
    INDArray images = GradientCheck.normal(random, shape(BATCH, model.input()));
    try (Network network = create(type)) {
      for (ParameterInfo info : network.parameters().entries()) {
        weights.put(info.name(), weight(random, info));
        network.parameters().set(info.name(), weights.get(info.name()));
      }
      sizes(model, network);
      inference(model, network, images);
    }
    var check = new GradientCheck(() -> create(type), weights, images, loss(model, random), random);
    List<String> failures = check.failures();
    assertTrue(failures.isEmpty(), () -> String.join(System.lineSeparator(), failures));
  }

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  private static Network create(Class<? extends Network> type) {
    return Networks.create(
        type, NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(new Nd4jEngine()));
  }

  private static void identical(Map<String, byte[]> first, Map<String, byte[]> second) {
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertArrayEquals(bytes, second.get(name), name));
  }

  private static void sizes(NetworkModel model, Network network) {
    assertAll(
        () -> assertEquals(model.parameters(), network.architecture().learnable(), "parameters"),
        () -> assertEquals(model.parameters(), network.parameters().count(), "parameters"),
        () -> assertEquals(model.input(), network.architecture().input(), "input"),
        () -> assertEquals(model.output(), network.architecture().output(), "output"));
  }

  private static void inference(NetworkModel model, Network network, INDArray images) {
    INDArray output = network.forward(images);
    assertArrayEquals(shape(BATCH, model.output()), output.shape());
    assertTrue(Double.isFinite(output.sumNumber().doubleValue()), "output is not finite");
    for (int i = 0; i < BATCH; i++) {
      INDArray alone = network.forward(images.get(NDArrayIndex.interval(i, i + 1)).dup('c'));
      assertArrayEquals(
          values(output.get(NDArrayIndex.interval(i, i + 1))),
          values(alone),
          1e-11 * (1 + output.norm2Number().doubleValue()),
          "image " + i + " depends on the others of its batch");
    }
  }

  /**
   * Values that keep signals near unit size; no scale is zero, which would hide the branch before
   * it.
   */
  private static INDArray weight(Random random, ParameterInfo info) {
    long[] shape = info.dimensions();
    INDArray normal = GradientCheck.normal(random, shape);
    return switch (info.kind()) {
      case CONV_WEIGHT, LINEAR_WEIGHT -> normal.div(Math.sqrt((double) info.length() / shape[0]));
      case NORM_WEIGHT, NORM_WEIGHT_ZERO, SCALE -> normal.mul(0.2).addi(1);
      case RUNNING_VAR -> normal.mul(normal).addi(0.5);
      case LINEAR_BIAS, NORM_BIAS, BIAS, RUNNING_MEAN -> normal.mul(0.2);
      case NUM_BATCHES_TRACKED -> normal.mul(0);
    };
  }

  private static Loss loss(NetworkModel model, Random random) {
    if (!model.classifier()) {
      return Loss.meanSquaredError(GradientCheck.normal(random, shape(BATCH, model.output())));
    }
    return Loss.softmaxCrossEntropy(random.ints(BATCH, 0, model.output().get(0)).toArray());
  }

  private static long[] shape(int batch, List<Integer> shape) {
    return LongStream.concat(LongStream.of(batch), shape.stream().mapToLong(Integer::longValue))
        .toArray();
  }

  private static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }
}
