package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.golden.GoldenFormula;
import io.blockwork.python.Python;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks of torchvision, exported by the PyTorch of this machine, give here what they give there.
 * Three small ones are tried each time; {@code -Dblockwork.torch=all}, which the profile {@code
 * nightly} sets, tries all, and {@code -Dblockwork.torch=NAME,NAME} those.
 */
@DisplayName("Networks that this machine's PyTorch exports")
class TorchExportTest {
  private static final double BOUND = 1e-5;
  private static final List<Integer> OPSETS = List.of(7, 13, 17);
  private static final List<String> SMALL =
      List.of("squeezenet1_1", "mobilenet_v3_small", "shufflenet_v2_x0_5");
  private static final List<String> ALL =
      List.of(
          "resnet18",
          "resnet50",
          "densenet121",
          "googlenet",
          "inception_v3",
          "mobilenet_v2",
          "mobilenet_v3_small",
          "mobilenet_v3_large",
          "efficientnet_b0",
          "squeezenet1_1",
          "vgg11",
          "shufflenet_v2_x0_5",
          "shufflenet_v2_x1_0",
          "regnet_y_400mf");

  @TempDir private Path folder;

  static List<String> networks() {
    String names = System.getProperty("blockwork.torch", "");
    return names.isEmpty() ? SMALL : names.equals("all") ? ALL : List.of(names.split(","));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void giveWhatTorchGives(String name) throws Exception {
    Optional<Python> python = Python.with("torch", "torchvision");
    assumeTrue(
        python.isPresent(), "no python3 with torch and torchvision: its exports were not compared");
    String opsets = String.join(",", OPSETS.stream().map(String::valueOf).toList());
    String said =
        python.get().run("src/test/python/onnx_export.py", folder.toString(), opsets, name);
    double[][] expected =
        new ObjectMapper().readValue(folder.resolve(name + ".json").toFile(), double[][].class);
    assertWithMessage("the images look alike to it")
        .that(difference(expected[0], expected[1]))
        .isGreaterThan(100 * BOUND);
    for (int opset : OPSETS) {
      if (said.contains("not exported: " + name + " " + opset + " ")) {
        assertWithMessage(said).that(name + opset).matches("shufflenet.*7");
        continue;
      }
      try (OnnxNetwork net = OnnxNetwork.load(folder.resolve(name + "." + opset + ".onnx"))) {
        float[] values = net.forward(images(net));
        int length = expected[0].length;
        for (int n = 0; n < expected.length; n++) {
          double[] ours = new double[length];
          for (int i = 0; i < length; i++) {
            ours[i] = values[n * length + i];
          }
          assertWithMessage("%s in opset %s, image %s", name, opset, n)
              .that(difference(ours, expected[n]))
              .isLessThan(BOUND);
        }
      }
    }
  }

  /** Two images by the formula of the golden figures. */
  private static float[] images(OnnxNetwork net) {
    List<Integer> in = net.architecture().input();
    double[] values = GoldenFormula.values("input", 2, in.get(0), in.get(1), in.get(2));
    float[] images = new float[values.length];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) values[i];
    }
    return images;
  }

  /** The largest difference, beside the largest value. */
  private static double difference(double[] a, double[] b) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(b[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
    return difference / largest;
  }
}
