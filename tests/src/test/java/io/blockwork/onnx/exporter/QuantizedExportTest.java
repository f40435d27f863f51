package io.blockwork.onnx.exporter;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.onnx.OnnxNetwork;
import io.blockwork.onnx.proto.ModelProto;
import io.blockwork.onnx.proto.NodeProto;
import io.blockwork.quantization.CalibrationMethod;
import io.blockwork.quantization.Calibrator;
import io.blockwork.quantization.Quantizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Networks in 8-bit integers, as ONNX Runtime takes them. */
@DisplayName("Exports in 8-bit integers")
final class QuantizedExportTest {
  private static final int IMAGES = 24;
  private static final long[] SHAPE = {IMAGES, 3, 32, 32};
  private static final EngineOptions ONEDNN = EngineOptions.named("onednn");

  /** Residual sums, with and without a projection, behind a max pool. */
  @SuppressWarnings("blockwork.small-input") // Its max pool is wanted.
  @ResNet(
      blocks = {2, 1},
      width = 16,
      bottleneck = true,
      input = @Input(height = 32, width = 32),
      classes = 4)
  interface Residual extends ImageClassifier {}

  /** Concatenations, norms before convolutions, a transition. */
  @DenseNet(
      growth = 8,
      blocks = {3, 2},
      stem = Stem.CIFAR,
      input = @Input(height = 32, width = 32),
      classes = 4)
  interface Dense extends ImageClassifier {}

  @TempDir private Path folder;

  @BeforeEach
  void requireOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  private static INDArray images() {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, SHAPE);
  }

  private static <N extends ImageClassifier> N network(Class<N> type) {
    return Networks.create(type, NetworkOptions.defaults().seed(3).engine(ONEDNN));
  }

  private static Quantization calibrated(ImageClassifier net) {
    var data = ArrayDataset.of(images(), List.of("a", "b", "c", "d"), new int[IMAGES]);
    try (DataLoader loader = DataLoader.of(data).batchSize(8).build()) {
      return Calibrator.of(net).method(CalibrationMethod.MIN_MAX).run(loader);
    }
  }

  /** How often each operator stands in what ONNX Runtime makes of a file. */
  private Map<String, Long> optimized(Path file) throws Exception {
    Path made = folder.resolve("optimized.onnx");
    try (SessionOptions options = new SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.setOptimizedModelFilePath(made.toString());
      OrtEnvironment.getEnvironment().createSession(file.toString(), options).close();
    }
    return ModelProto.parseFrom(Files.readAllBytes(made)).getGraph().getNodeList().stream()
        .collect(Collectors.groupingBy(NodeProto::getOpType, Collectors.counting()));
  }

  private static float[] onnxRuntime(Path file) throws Exception {
    try (OrtModel model = OrtModel.load(file)) {
      return model.run(images().dup('c').reshape(-1).toFloatVector(), SHAPE);
    }
  }

  private static double error(float[] exact, float[] other) {
    double size = 0;
    double change = 0;
    for (int i = 0; i < exact.length; i++) {
      size += (double) exact[i] * exact[i];
      change += Math.pow((double) exact[i] - other[i], 2);
    }
    return Math.sqrt(change / size);
  }

  private static float[] scores(ImageClassifier net) {
    return net.forward(images()).dup('c').reshape(-1).toFloatVector();
  }

  @ParameterizedTest
  @ValueSource(classes = {Residual.class, Dense.class})
  <N extends ImageClassifier> void computeNearlyWhatOursComputes(Class<N> type) throws Exception {
    Path file = folder.resolve("small.onnx");
    try (N net = network(type)) {
      Quantization ranges = calibrated(net);
      OnnxExport.of(net).quantization(ranges).to(file);
      float[] exact = scores(net);
      float[] theirs = onnxRuntime(file);
      assertThat(error(exact, theirs)).isLessThan(0.06);
      assertThat(error(exact, theirs)).isGreaterThan(0.0);
      try (N small = Quantizer.of(type, net).engine(ONEDNN).quantized(ranges)) {
        assertThat(error(scores(small), theirs)).isLessThan(0.08);
      }
    }
  }

  @Test
  void convolutionsSumsAndPoolsAreFused() throws Exception {
    Path file = folder.resolve("small.onnx");
    try (Residual net = network(Residual.class)) {
      OnnxExport.of(net).quantization(calibrated(net)).to(file);
      Map<String, Long> found = optimized(file);
      assertWithMessage("%s", found).that(found).containsEntry("QLinearConv", 12L);
      assertThat(found).containsEntry("QLinearAdd", 3L);
      assertThat(found).containsEntry("QLinearGlobalAveragePool", 1L);
      assertThat(found).containsEntry("QGemm", 1L);
      assertThat(found).containsEntry("QuantizeLinear", 1L);
      assertThat(found.keySet()).containsNoneOf("Conv", "FusedConv", "Add", "Relu");
    }
  }

  @Test
  void concatenationsAreFused() throws Exception {
    Path file = folder.resolve("small.onnx");
    try (Dense net = network(Dense.class)) {
      OnnxExport.of(net).quantization(calibrated(net)).to(file);
      Map<String, Long> found = optimized(file);
      assertWithMessage("%s", found).that(found).containsEntry("QLinearConv", 12L);
      assertThat(found).containsKey("QLinearConcat");
      assertThat(found.keySet()).containsNoneOf("Conv", "FusedConv", "Concat");
    }
  }

  @Test
  void layersMayStayInFloats() throws Exception {
    Path file = folder.resolve("small.onnx");
    try (Residual net = network(Residual.class)) {
      Quantization ranges = calibrated(net).keepFloat(Set.of("layer1.0.conv2"));
      OnnxExport.of(net).quantization(ranges).to(file);
      // The one before it as well, since its result is read as it is.
      assertThat(optimized(file)).containsEntry("QLinearConv", 10L);
      assertThat(error(scores(net), onnxRuntime(file))).isLessThan(0.06);
    }
  }

  /** The integers become floats, the bounds of the activations stay. */
  @Test
  void theFileIsTakenBackInFloats() {
    Path file = folder.resolve("small.onnx");
    try (Residual net = network(Residual.class)) {
      OnnxExport.of(net).quantization(calibrated(net)).to(file);
      try (OnnxNetwork loaded = OnnxNetwork.load(file)) {
        float[] floats = loaded.forward(images()).dup('c').reshape(-1).toFloatVector();
        assertThat(error(scores(net), floats)).isLessThan(0.03);
      }
    }
  }

  /** The file's scales and zeros are those of the ranges that it was made with. */
  @ParameterizedTest
  @ValueSource(classes = {Residual.class, Dense.class})
  <N extends ImageClassifier> void theFileIsTakenBackInIntegers(Class<N> type) {
    Path file = folder.resolve("small.onnx");
    try (N net = network(type)) {
      Quantization ranges = calibrated(net);
      OnnxExport.of(net).quantization(ranges).to(file);
      try (N small = Quantizer.of(type, net).engine(ONEDNN).quantized(ranges);
          OnnxNetwork loaded = OnnxNetwork.loadQuantized(file, ONEDNN)) {
        float[] ours = scores(small);
        float[] theirs = loaded.forward(images()).dup('c').reshape(-1).toFloatVector();
        assertThat(error(ours, theirs)).isLessThan(0.01);
        assertThat(error(scores(net), theirs)).isLessThan(0.03);
        for (String parameter : loaded.parameters().names()) {
          assertThat(loaded.floatLayers())
              .doesNotContainKey(parameter.substring(0, parameter.lastIndexOf('.')));
        }
      }
    }
  }

  @Test
  void whatTheFileKeepsInFloatsStaysSo() {
    Path file = folder.resolve("small.onnx");
    try (Residual net = network(Residual.class)) {
      OnnxExport.of(net).quantization(calibrated(net).keepFloat(Set.of("layer1.0.conv2"))).to(file);
      try (OnnxNetwork loaded = OnnxNetwork.loadQuantized(file, ONEDNN)) {
        assertThat(loaded.floatLayers())
            .containsEntry("layer1.0.conv2", "it is to stay in single precision");
        assertThat(loaded.floatLayers()).doesNotContainKey("layer1.0.conv3");
      }
    }
  }

  @Test
  void whatDoesNotGoTogetherIsTold() {
    try (Residual net = network(Residual.class)) {
      OnnxExport export = OnnxExport.of(net).quantization(calibrated(net)).features("layer1");
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> export.to(folder.resolve("no.onnx")));
      assertThat(e).hasMessageThat().contains("leave out features");
    }
  }
}
