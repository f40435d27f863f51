package io.blockwork.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.golden.GoldenFormula;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.properties.InMemory;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Every module of small networks, by itself and all in one pass, against torchvision. */
class FeaturesTest {
  private static final double TOLERANCE = 1e-12;
  private static final double BFLOAT16 = 1e-2;

  private static final Map<String, String> ANNOTATIONS =
      Map.of(
          "ResNet",
          "@ResNet(blocks = {1, 2, 1, 1}, bottleneck = true, classes = 10,"
              + " input = @Input(height = 48, width = 40))",
          "BasicResNet",
          "@ResNet(blocks = {1, 1, 1, 2}, classes = 10, input = @Input(height = 40, width = 48))",
          "DenseNet",
          "@DenseNet(blocks = {2, 3, 2}, growth = 8, stemChannels = 16, bnSize = 2, classes = 10,"
              + " input = @Input(height = 48, width = 40))",
          "Block",
          "@ResidualBlock(channels = 32, planes = 16, stride = 2, bottleneck = true,"
              + " input = @Input(channels = 32, height = 9, width = 8))");

  @ParameterizedTest
  @ValueSource(strings = {"ResNet", "BasicResNet", "DenseNet", "Block"})
  void everyModuleHasTorchvisionsValue(String network) throws ReflectiveOperationException {
    Reference reference = Reference.of(network);
    List<String> modules = List.copyOf(reference.values().keySet());
    Class<? extends Network> type = compile(network, modules);
    try (Network created = create(type)) {
      INDArray images = array("input", reference.input());
      for (int i = 0; i < modules.size(); i++) {
        Object value = type.getMethod("tap" + i, INDArray.class).invoke(created, images);
        compare(modules.get(i), reference, (INDArray) value);
      }
      Object all = type.getMethod("all", INDArray.class).invoke(created, images);
      RecordComponent[] components = all.getClass().getRecordComponents();
      assertEquals(modules.size(), components.length);
      for (int i = 0; i < components.length; i++) {
        compare(modules.get(i), reference, (INDArray) components[i].getAccessor().invoke(all));
      }
    }
  }

  @Test
  void comesAsPlainNumbersToo() {
    try (FeatureNet net =
        Networks.create(FeatureNet.class, NetworkOptions.defaults().engine(new Nd4jEngine()))) {
      INDArray images = Nd4j.rand(DataType.FLOAT, 3, 3, 8, 8);
      float[] expected = net.late(images).dup('c').data().asFloat();
      assertArrayEquals(expected, net.late(images.dup('c').data().asFloat()), 0f);
      assertThrows(ShapeMismatchException.class, () -> net.late(new float[5]));
    }
  }

  @Test
  void isComputedByManyThreadsAtOnceForAnyBatch() throws Exception {
    try (FeatureNet net =
        Networks.create(FeatureNet.class, NetworkOptions.defaults().engine(new Nd4jEngine()))) {
      INDArray images = Nd4j.rand(DataType.FLOAT, 70, 3, 8, 8);
      INDArray expected = net.late(images);
      assertArrayEquals(new long[] {70, 8, 4, 4}, expected.shape());
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Callable<INDArray>> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          int from = i;
          int to = 2 * i + 1;
          calls.add(
              () -> {
                INDArray some = images.get(NDArrayIndex.interval(from, to)).dup();
                return from % 2 == 0 ? net.late(some) : net.pair(some).late();
              });
        }
        List<Future<INDArray>> results = threads.invokeAll(calls);
        for (int i = 0; i < 12; i++) {
          INDArray part = expected.get(NDArrayIndex.interval(i, 2 * i + 1));
          assertEquals(0, part.sub(results.get(i).get()).norm2Number().doubleValue(), 1e-4);
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /** oneDNN cuts the batch into micro-batches; its layouts must not show in any result. */
  @Test
  void isTheSameOnOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN's library cannot be loaded here");
    INDArray images = Nd4j.rand(DataType.FLOAT, 5, 3, 8, 8);
    var options = NetworkOptions.defaults().dataType(DataType.FLOAT);
    try (FeatureNet oracle = Networks.create(FeatureNet.class, options.engine(new Nd4jEngine()));
        FeatureNet alone = Networks.create(FeatureNet.class, options.engine(new OneDnnEngine()));
        FeatureNet parts =
            Networks.create(
                FeatureNet.class, options.engine(new OneDnnEngine().microBatch(2, true)))) {
      FeatureNet.Pair expected = oracle.pair(images);
      for (FeatureNet net : List.of(alone, parts)) {
        assertClose(expected.early(), net.pair(images).early());
        assertClose(expected.late(), net.pair(images).late());
        assertClose(expected.late(), net.late(images));
        assertClose(oracle.stem(images), net.stem(images));
      }
    }
  }

  /**
   * bfloat16 keeps 8 bits: each rounding is off by up to 1 in 256, a result after several layers by
   * a little more.
   */
  @Test
  void isCloseInBfloat16() {
    assumeTrue(
        OneDnnEngine.isAvailable() && OneDnnEngine.isNative(Precision.BFLOAT16),
        "no native bfloat16 on this machine");
    INDArray images = Nd4j.rand(DataType.FLOAT, 5, 3, 8, 8);
    OneDnnEngine engine = new OneDnnEngine();
    var options = NetworkOptions.defaults();
    try (FeatureNet exact = Networks.create(FeatureNet.class, options.engine(engine));
        FeatureNet rounded =
            Networks.create(
                FeatureNet.class,
                options.engine(
                    new OneDnnEngine(EngineOptions.defaults().precision(Precision.BFLOAT16))))) {
      assertClose(exact.stem(images), rounded.stem(images), BFLOAT16);
      assertClose(exact.late(images), rounded.late(images), BFLOAT16);
      FeatureNet.Pair expected = exact.pair(images);
      FeatureNet.Pair actual = rounded.pair(images);
      assertClose(expected.early(), actual.early(), BFLOAT16);
      assertClose(expected.late(), actual.late(), BFLOAT16);
    }
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    assertClose(expected, actual, 1e-5);
  }

  private static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    assertArrayEquals(expected.shape(), actual.shape());
    double norm = expected.norm2Number().doubleValue();
    assertEquals(0, expected.sub(actual).norm2Number().doubleValue(), tolerance * norm);
  }

  @Test
  void seesNewParametersAndRefusesWhatForwardRefuses() {
    FeatureNet net =
        Networks.create(FeatureNet.class, NetworkOptions.defaults().engine(new Nd4jEngine()));
    INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 8, 8);
    INDArray before = net.stem(images);
    net.parameters().set("conv1.weight", net.parameters().get("conv1.weight").mul(2));
    assertEquals(before.mul(2), net.stem(images));
    assertThrows(
        ShapeMismatchException.class, () -> net.late(Nd4j.rand(DataType.FLOAT, 2, 3, 8, 9)));
    assertThrows(IllegalArgumentException.class, () -> net.late(images.castTo(DataType.DOUBLE)));
    net.close();
    assertThrows(IllegalStateException.class, () -> net.late(images));
  }

  private static Class<? extends Network> compile(String network, List<String> modules) {
    StringBuilder source = new StringBuilder();
    boolean block = network.equals("Block");
    source.append(
        """
        import io.blockwork.*;
        import org.nd4j.linalg.api.ndarray.INDArray;
        %s
        public interface Net extends %s {
        """
            .formatted(
                Objects.requireNonNull(ANNOTATIONS.get(network)),
                block ? "Network" : "ImageClassifier"));
    List<String> components = new ArrayList<>();
    for (int i = 0; i < modules.size(); i++) {
      String output = "@Output(\"%s\") INDArray tap%d".formatted(modules.get(i), i);
      source.append(output).append("(INDArray images);\n");
      components.add(output);
    }
    source.append("All all(INDArray images);\n");
    source.append("record All(").append(String.join(",\n", components)).append(") {}\n}\n");
    return InMemory.compile("Net", source.toString()).load("Net").asSubclass(Network.class);
  }

  private static <N extends Network> N create(Class<N> type) {
    N net =
        Networks.create(
            type, NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(new Nd4jEngine()));
    for (ParameterInfo info : net.parameters().entries()) {
      long[] shape = info.shape().stream().mapToLong(Integer::longValue).toArray();
      net.parameters().set(info.name(), array(info.name(), shape));
    }
    return net;
  }

  private static INDArray array(String name, long... shape) {
    return Nd4j.create(GoldenFormula.values(name, shape), shape, DataType.DOUBLE);
  }

  private static void compare(String module, Reference reference, INDArray value) {
    JsonNode expected = Objects.requireNonNull(reference.values().get(module));
    assertArrayEquals(Reference.array(expected.get(0)), value.shape(), module);
    double[] values = value.dup('c').data().asDouble();
    double norm = expected.get(1).asDouble();
    assertEquals(norm, value.norm2Number().doubleValue(), TOLERANCE * norm, module);
    double dot = 0;
    double[] probe = GoldenFormula.values("probe.input", values.length);
    for (int i = 0; i < values.length; i++) {
      dot += values[i] * probe[i];
    }
    assertEquals(expected.get(2).asDouble(), dot, 100 * TOLERANCE * norm, module);
    for (int i = 0; i < expected.get(3).size(); i++) {
      assertEquals(expected.get(3).get(i).asDouble(), values[i], TOLERANCE * norm, module);
    }
  }
}
