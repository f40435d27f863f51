package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.NetworkOptions;
import io.blockwork.golden.GoldenFormula;
import io.blockwork.onnx.file.OnnxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Networks of torchvision's classes, in the four dialects in which PyTorch 2.11 writes them. */
class TorchFilesTest {
  private static final double BOUND = 1e-5;

  private static JsonNode networks(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("outputs.json").toFile()).get("networks");
  }

  @TestFactory
  Stream<DynamicTest> computesWhatTorchComputes() throws IOException {
    Path folder = OnnxFiles.folder("torch");
    JsonNode networks = networks(folder);
    List<Path> files =
        OnnxFiles.list(folder).stream()
            .filter(file -> file.toString().endsWith(".onnx"))
            .filter(file -> !file.getFileName().toString().startsWith("vgg.dynamo"))
            .toList();
    assertThat(files).hasSize(30);
    return files.stream()
        .map(
            file -> {
              String name = file.getFileName().toString();
              JsonNode network = networks.get(name.substring(0, name.indexOf('.')));
              return DynamicTest.dynamicTest(name, () -> compare(file, network));
            });
  }

  private static void compare(Path file, JsonNode network) {
    long[] shape = new long[4];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = network.get("input").get(i).asLong();
    }
    double[] images = GoldenFormula.values("input", shape);
    JsonNode expected = network.get("output");
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      NetworkOptions options = NetworkOptions.defaults().dataType(type);
      try (OnnxNetwork net = OnnxNetwork.load(file, options)) {
        INDArray output = net.forward(Nd4j.createFromArray(images).castTo(type).reshape(shape));
        assertThat(output.shape()).isEqualTo(new long[] {expected.size(), expected.get(0).size()});
        double largest = 0;
        double error = 0;
        for (int n = 0; n < expected.size(); n++) {
          for (int c = 0; c < expected.get(n).size(); c++) {
            double value = expected.get(n).get(c).asDouble();
            largest = Math.max(largest, Math.abs(value));
            error = Math.max(error, Math.abs(value - output.getDouble(n, c)));
          }
        }
        assertWithMessage("%s in %s", file.getFileName(), type)
            .that(error / largest)
            .isLessThan(BOUND);
      }
    }
  }

  /** Adaptive pooling with uneven windows, spelled out in ten operations. */
  @Test
  void refusesByNameWhatHasNoOperation() {
    Path folder = OnnxFiles.folder("torch");
    for (String name : List.of("vgg.dynamo.onnx", "vgg.dynamo_dynamic_external.onnx")) {
      OnnxException e =
          assertThrows(OnnxException.class, () -> OnnxNetwork.load(folder.resolve(name)));
      assertThat(e).hasMessageThat().contains("GatherND node_GatherND_7");
      assertThat(e).hasMessageThat().contains("the operator is not supported; these are: Add, ");
    }
  }

  @Test
  void runsBatchesOfAnySizeThoughTheFileFixesIt() {
    Path file = OnnxFiles.folder("torch").resolve("resnet_basic.dynamo.onnx");
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      List<Integer> input = net.architecture().input();
      INDArray images = Nd4j.rand(DataType.FLOAT, 5, input.get(0), input.get(1), input.get(2));
      INDArray all = net.forward(images);
      IntStream.range(0, 5)
          .forEach(
              i -> {
                INDArray one = images.slice(i).reshape(1, input.get(0), input.get(1), input.get(2));
                assertThat(net.forward(one).equalsWithEps(all.slice(i).reshape(1, -1), 1e-4))
                    .isTrue();
              });
    }
  }
}
