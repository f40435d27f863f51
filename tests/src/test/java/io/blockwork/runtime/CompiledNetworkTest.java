package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.Engines;
import io.blockwork.loss.Loss;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class CompiledNetworkTest {
  private static final NetworkOptions DOUBLE =
      NetworkOptions.defaults().dataType(DataType.DOUBLE).engine(Engines.named("nd4j"));

  private static INDArray images(int n) {
    double[] values = new double[n * 60];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sin(1 + 1.7 * i + 0.01 * i * i);
    }
    return Nd4j.create(values, new long[] {n, 2, 6, 5}, DataType.DOUBLE);
  }

  @Test
  void gradientsMatchFiniteDifferences() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      INDArray images = images(3);
      Loss loss = Loss.softmaxCrossEntropy(2, 0, 1);
      INDArray inputGradient =
          net.trainWithInputGradient(images, loss).inputGradient().orElseThrow();
      for (String name : net.gradients().names()) {
        INDArray gradient = net.gradients().get(name).dup();
        INDArray value = net.parameters().get(name);
        for (long i = 0; i < gradient.length(); i += 3) {
          double slope = slope(net, value, i, images, loss, v -> net.parameters().set(name, v));
          assertThat(gradient.getDouble(i)).isWithin(1e-7).of(slope);
        }
      }
      for (long i = 0; i < images.length(); i += 7) {
        assertThat(inputGradient.getDouble(i))
            .isWithin(1e-7)
            .of(slope(net, images, i, images, loss, v -> {}));
      }
    }
  }

  private static double slope(
      TinyNetwork net,
      INDArray at,
      long i,
      INDArray images,
      Loss loss,
      Consumer<INDArray> changed) {
    double h = 1e-6;
    double before = at.getDouble(i);
    at.putScalar(i, before + h);
    changed.accept(at);
    double up = net.train(images, loss).loss();
    at.putScalar(i, before - h);
    changed.accept(at);
    double down = net.train(images, loss).loss();
    at.putScalar(i, before);
    changed.accept(at);
    return (up - down) / (2 * h);
  }

  @Test
  void anyBatchGivesTheSameRows() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      INDArray images = images(70);
      INDArray all = net.forward(images);
      INDArray permuted = images.dup('f');
      assertThat(net.forward(permuted)).isEqualTo(all);
      for (int i = 0; i < 70; i += 23) {
        INDArray row = net.forward(images.get(NDArrayIndex.interval(i, i + 1)));
        assertThat(row.getDouble(0, 1)).isWithin(1e-14).of(all.getDouble(i, 1));
      }
    }
  }

  @Test
  void manyThreadsGetWhatOneGets() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      INDArray images = images(2);
      INDArray expected = net.forward(images);
      List<INDArray> results =
          IntStream.range(0, 64).parallel().mapToObj(i -> net.forward(images)).toList();
      results.forEach(r -> assertThat(r).isEqualTo(expected));
    }
  }

  @Test
  void theSeedDecidesTheParameters() {
    try (TinyNetwork a = TinyNetwork.create(DOUBLE.seed(1));
        TinyNetwork b = TinyNetwork.create(DOUBLE.seed(1));
        TinyNetwork c = TinyNetwork.create(DOUBLE.seed(2))) {
      assertThat(a.parameters().flat()).isEqualTo(b.parameters().flat());
      assertThat(a.parameters().flat()).isNotEqualTo(c.parameters().flat());
      assertThat(a.parameters().get("bn1.running_var").minNumber().doubleValue()).isEqualTo(1);
      assertThat(a.parameters().get("fc.weight").amaxNumber().doubleValue()).isAtMost(0.5);
    }
  }

  @Test
  void inferenceSeesChangedParameters() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      INDArray before = net.forward(images(1));
      net.parameters().set("bn1.weight", Nd4j.valueArrayOf(new long[] {4}, 3.0, DataType.DOUBLE));
      assertThat(net.forward(images(1))).isNotEqualTo(before);
    }
  }

  @Test
  void imagesInAnotherOrderAreToldHowToTurn() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      INDArray last = Nd4j.rand(DataType.DOUBLE, 2, 6, 5, 2);
      INDArray one = Nd4j.rand(DataType.DOUBLE, 2, 6, 5);
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(last)))
          .hasMessageThat()
          .endsWith("got shape [2, 6, 5, 2]; channels come first: images.permute(0, 3, 1, 2)");
      assertThat(net.forward(last.permute(0, 3, 1, 2)).shape()).isEqualTo(new long[] {2, 3});
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(one)))
          .hasMessageThat()
          .endsWith("; a single image needs a batch: images.reshape(1, 2, 6, 5)");
      assertThat(net.forward(one.reshape(1, 2, 6, 5)).shape()).isEqualTo(new long[] {1, 3});
    }
  }

  @Test
  void momentumStepsAsTorch() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      Optimizer optimizer = Optimizer.of(net, new Momentum(0.1, 0.9)).weightDecay(1e-2);
      INDArray p = net.parameters().flat().dup();
      INDArray v = Nd4j.zeros(DataType.DOUBLE, p.length());
      for (int i = 0; i < 3; i++) {
        net.train(images(3), Loss.softmaxCrossEntropy(0, 1, 2));
        v = v.mul(0.9).add(net.gradients().flat()).add(p.mul(1e-2));
        p = p.sub(v.mul(0.1));
        optimizer.step();
        assertThat(net.parameters().flat().distance2(p)).isLessThan(1e-14);
      }
      assertThat(net.parameters().get("bn1.num_batches_tracked").getLong(0)).isEqualTo(3);
    }
  }

  @Test
  void frozenLayersStay() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      net.freeze("conv1", "bn1");
      INDArray before = net.parameters().get("conv1.weight");
      INDArray mean = net.parameters().get("bn1.running_mean");
      net.train(images(3), Loss.softmaxCrossEntropy(0, 1, 2));
      Optimizer.of(net, new Momentum(0.1, 0.9)).weightDecay(0.1).step();
      assertThat(net.parameters().get("conv1.weight")).isEqualTo(before);
      assertThat(net.parameters().get("bn1.running_mean")).isEqualTo(mean);
      assertThat(net.gradients().get("conv1.weight").amaxNumber().doubleValue()).isEqualTo(0);
      assertThat(net.gradients().get("fc.weight").amaxNumber().doubleValue()).isGreaterThan(0);
    }
  }

  @Test
  void wrongInputIsNamed() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      assertThat(fails(() -> net.forward(images(1).reshape(1, 2, 5, 6))))
          .isEqualTo(
              "Tiny: expected images [N, 2, 6, 5], got shape [1, 2, 5, 6]; resize and crop them to 6"
                  + " x 5, or declare the network's @Input so");
      assertThat(fails(() -> net.forward(images(1).reshape(2, 6, 5)))).contains("[2, 6, 5]");
      assertThat(fails(() -> net.forward(images(1).castTo(DataType.FLOAT))))
          .contains("expected images of type DOUBLE, got FLOAT");
      assertThat(fails(() -> net.forward(Nd4j.create(DataType.DOUBLE, 0, 2, 6, 5))))
          .contains("N of at least 1");
      assertThat(fails(() -> net.train(images(2), Loss.softmaxCrossEntropy(0, 3))))
          .isEqualTo("label of image 1: expected a class from 0 to 2, got 3");
      assertThat(fails(() -> net.train(images(2), Loss.softmaxCrossEntropy(0))))
          .contains("expected 2, one for each image, got 1");
      assertThat(fails(() -> Loss.softmaxCrossEntropy(Nd4j.createFromArray(0.0, Double.NaN))))
          .contains("label of image 1: expected a class index, got NaN");
      assertThat(fails(() -> net.freeze("layer9"))).contains("conv1, bn1, avgpool, fc");
    }
  }

  @Test
  void closedNetworksSaySo() {
    TinyNetwork net = TinyNetwork.create(DOUBLE);
    net.forward(images(1));
    net.close();
    net.close();
    assertThat(assertThrows(IllegalStateException.class, () -> net.forward(images(1))))
        .hasMessageThat()
        .contains("closed");
  }

  @Test
  void missingProcessorIsExplained() {
    assertThat(fails(() -> Networks.create(NotAnnotated.class)))
        .contains("has none of the annotations");
    assertThat(fails(() -> Networks.create(TinyNetwork.class))).contains("is not an interface");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@io.blockwork.Model @io.blockwork.networks.GoogLeNet",
        "@io.blockwork.Model @io.blockwork.Onnx(\"net.onnx\")",
        "@io.blockwork.ResNet(blocks = {1, 1})"
      })
  void networksThatNoProcessorSawAreNotTakenForPlainInterfaces(
      String annotations, @TempDir Path folder) throws Exception {
    Path source =
        Files.writeString(
            folder.resolve("Net.java"),
            annotations + " public interface Net extends io.blockwork.ImageClassifier {}");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", folder.toString(), source.toString());
    assertThat(status).isEqualTo(0);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Class<? extends io.blockwork.Network> type =
          loader.loadClass("Net").asSubclass(io.blockwork.Network.class);
      assertThat(fails(() -> Networks.create(type)))
          .contains("the annotation processor did not run");
    }
  }

  /** A network interface that nobody annotated. */
  private interface NotAnnotated extends io.blockwork.ImageClassifier {}

  @Test
  void summaryCountsWhatTheLayersHave() {
    try (TinyNetwork net = TinyNetwork.create(DOUBLE)) {
      assertThat(net.summary())
          .contains("conv1    Conv2d             4 x 6 x 5          72      0.00");
      assertThat(net.summary()).contains("4 slots, 748 bytes");
    }
  }

  private static String fails(org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertThat(message).isNotNull();
    return String.valueOf(message);
  }
}
