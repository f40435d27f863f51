package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.onnx.exporter.OnnxExport;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network from a file takes as long as the annotation's, since the same kernels run. */
@DisplayName("Kernels of networks from ONNX files")
class SameKernelsTest {
  /** Layer, kernel, milliseconds, share, speed, megabytes, implementation. */
  private static final Pattern ROW =
      Pattern.compile("(\\S+) +(\\S+) +\\S+ +\\S+% +\\S+ +(\\S+) +(\\S.*)");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "io.blockwork.examples.networks.ResNet50, 1",
    "io.blockwork.examples.networks.ResNet50, 16",
    "io.blockwork.examples.networks.DenseNet121, 1",
    "io.blockwork.examples.networks.DenseNet121, 16"
  })
  void areThoseOfTheAnnotation(Class<? extends Network> type, int batch) {
    NetworkOptions options = NetworkOptions.defaults().engine(EngineOptions.named("onednn"));
    Path file = folder.resolve("net.onnx");
    INDArray images = Nd4j.zeros(DataType.FLOAT, batch, 3, 224, 224);
    List<String> annotation;
    try (Network net = Networks.create(type, options)) {
      OnnxExport.of(net).to(file);
      annotation = kernels(net.profile(images));
    }
    assertThat(annotation.size()).isGreaterThan(50);
    try (OnnxNetwork net = OnnxNetwork.load(file, options)) {
      assertThat(kernels(net.profile(images))).containsExactlyElementsIn(annotation).inOrder();
    }
  }

  /** What runs, in order, without the names of the layers and the times. */
  private static List<String> kernels(String profile) {
    return profile
        .lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row -> row.group(2) + " " + row.group(3) + " MB " + row.group(4))
        .toList();
  }
}
