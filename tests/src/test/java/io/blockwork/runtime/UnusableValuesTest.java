package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.Engines;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.Gradients;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values that would give results which look like any other, and mean nothing. */
class UnusableValuesTest {
  private static final String NAME = "MemoryTest_Residual";

  private static MemoryTest.Residual network(String engine) {
    assumeTrue(engine.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    return Networks.create(
        MemoryTest.Residual.class, NetworkOptions.defaults().seed(1).engine(Engines.named(engine)));
  }

  private static INDArray images() {
    return Nd4j.linspace(DataType.FLOAT, -1, 0.01, 2L * 3 * 12 * 12).reshape(2, 3, 12, 12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void weightsThatAreNotFiniteAreNamed(String engine) {
    try (MemoryTest.Residual net = network(engine)) {
      INDArray before = net.forward(images());
      for (String name : List.of("layer1.0.conv2.weight", "layer2.0.bn1.running_var", "fc.bias")) {
        INDArray good = net.parameters().get(name);
        for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
          INDArray value = good.dup();
          value.putScalar(value.length() - 1, bad);
          net.parameters().set(name, value);
          for (Runnable forward :
              List.<Runnable>of(
                  () -> net.forward(images()),
                  () -> net.forward(images()),
                  () -> net.forward(images().data().asFloat()),
                  () -> net.forward(images(), before.dup()))) {
            assertThat(assertThrows(IllegalStateException.class, forward::run))
                .hasMessageThat()
                .isEqualTo(
                    NAME
                        + ": "
                        + name
                        + " holds a NaN or an infinity, so the output would be meaningless; load or train other weights");
          }
        }
        net.parameters().set(name, good);
      }
      assertThat(net.forward(images())).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void imagesThatAreNotFiniteAreNamed(String engine) {
    try (MemoryTest.Residual net = network(engine)) {
      for (double bad :
          new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
        for (int at : new int[] {432, 433, 863}) {
          INDArray images = images();
          images.putScalar(at, bad);
          for (Runnable forward :
              List.<Runnable>of(
                  () -> net.forward(images),
                  () -> net.forward(images.dup('f')),
                  () -> net.forward(images.data().asFloat()),
                  () -> net.forward(images, Nd4j.create(DataType.FLOAT, 2, 10)))) {
            assertThat(assertThrows(IllegalArgumentException.class, forward::run))
                .hasMessageThat()
                .isEqualTo(
                    NAME
                        + ": expected images of finite values, but image 1 of the batch holds a NaN or an infinity; check how it was read and normalised");
          }
        }
      }
      INDArray largest = images();
      largest.putScalar(0, -Float.MAX_VALUE);
      net.forward(largest);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void arraysOfAWorkspaceThatWasLeftAreRefused(String engine) {
    List<INDArray> left = new ArrayList<>();
    try (MemoryTest.Residual net = network(engine)) {
      try (MemoryWorkspace scope =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace("UnusableValuesTest")) {
        INDArray images = images().dup();
        assertThat(images.isAttached()).isTrue();
        left.add(images);
        left.add(Nd4j.create(DataType.FLOAT, 2, 10));
        net.forward(images, left.get(1));
      }
      checkRefused(net, left);
      try (MemoryWorkspace scope =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace("UnusableValuesTest")) {
        checkRefused(net, left);
      }
      Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
      checkRefused(net, left);
    }
  }

  private static void checkRefused(MemoryTest.Residual net, List<INDArray> left) {
    INDArray images = left.get(0);
    Loss loss = Loss.softmaxCrossEntropy(0, 1);
    INDArray target = left.get(1);
    for (Runnable use :
        List.<Runnable>of(
            () -> net.forward(images),
            () -> net.forward(images(), target),
            () -> net.train(images, loss),
            () -> net.train(images(), Loss.meanSquaredError(target)),
            () -> net.firstNonFinite(images))) {
      RuntimeException e = assertThrows(RuntimeException.class, use::run);
      assertThat(e).hasMessageThat().contains("UnusableValuesTest");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void gradientsOfAClosedNetworkAreRefused(String engine) {
    INDArray gradient;
    Gradients gradients;
    try (MemoryTest.Residual net = network(engine)) {
      net.train(images(), Loss.softmaxCrossEntropy(0, 1));
      gradients = net.gradients();
      gradient = gradients.get("fc.weight");
      assertThat(gradient.norm2Number().doubleValue()).isGreaterThan(0);
    }
    assertThat(gradient.wasClosed()).isTrue();
    assertThat(assertThrows(IllegalStateException.class, gradient::sumNumber))
        .hasMessageThat()
        .contains("closed");
    assertThat(assertThrows(IllegalStateException.class, gradients::flat))
        .hasMessageThat()
        .isEqualTo(
            "these gradients belong to a network that is closed: copy them before you close it");
  }
}
