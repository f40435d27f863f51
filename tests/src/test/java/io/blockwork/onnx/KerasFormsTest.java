package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.onnx.SmallModel.integer;
import static io.blockwork.onnx.SmallModel.integers;

import io.blockwork.onnx.exporter.OrtModel;
import io.blockwork.onnx.proto.AttributeProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks of Keras as tf2onnx writes them: images with the channels last that are normalised and
 * turned, padding at one side, ReLU6 as a clip, and rows, columns and channels flattened in Keras's
 * order, or their mean.
 */
class KerasFormsTest {
  private static final long[] IMAGES = {2, 9, 8, 3};

  @TempDir private Path folder;

  private static SmallModel trunk() {
    var automatic =
        AttributeProto.newBuilder()
            .setName("auto_pad")
            .setType(AttributeProto.AttributeType.STRING);
    return SmallModel.of(IMAGES)
        .numbers("mean", List.of(3L), 0.4, 0.5, 0.6)
        .numbers("factor", List.of(3L), 2, 3, 4)
        .numbers("w", List.of(4L, 3L, 3L, 3L))
        .numbers("each", List.of(4L, 1L, 3L, 3L))
        .numbers("bias", List.of(4L, 1L, 1L))
        .numbers("least", List.of(), 0)
        .numbers("most", List.of(), 6)
        .node("Sub", "centred", List.of("x", "mean"))
        .node("Mul", "normal", List.of("centred", "factor"))
        .node("Transpose", "turned", List.of("normal"), integers("perm", List.of(0L, 3L, 1L, 2L)))
        .node(
            "Conv",
            "conv",
            List.of("turned", "w"),
            integers("strides", List.of(2L, 2L)),
            text(automatic, "SAME_UPPER"))
        .node("Clip", "relu6", List.of("conv", "least", "most"))
        .node(
            "Conv",
            "depthwise",
            List.of("relu6", "each"),
            integer("group", 4),
            integers("pads", List.of(0L, 0L, 1L, 1L)),
            integers("strides", List.of(2L, 2L)))
        .node("Add", "biased", List.of("depthwise", "bias"));
  }

  private static AttributeProto text(AttributeProto.Builder attribute, String text) {
    try {
      // Field "s", whose class is called otherwise in the jar.
      byte[] bytes = new byte[text.length() + 2];
      bytes[0] = 4 << 3 | 2;
      bytes[1] = (byte) text.length();
      for (int i = 0; i < text.length(); i++) {
        bytes[i + 2] = (byte) text.charAt(i);
      }
      return attribute.mergeFrom(bytes).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SmallModel flattened() {
    return trunk()
        .integers("rows", -1, 16)
        .numbers("dense", List.of(16L, 5L))
        .numbers("shift", List.of(5L))
        .node("Transpose", "back", List.of("biased"), integers("perm", List.of(0L, 2L, 3L, 1L)))
        .node("Reshape", "flat", List.of("back", "rows"))
        .node("MatMul", "product", List.of("flat", "dense"))
        .node("Add", "scores", List.of("product", "shift"))
        .node("Softmax", "output", List.of("scores"), integer("axis", -1));
  }

  private static SmallModel averaged() {
    return trunk()
        .numbers("dense", List.of(4L, 5L))
        .node(
            "ReduceMean",
            "mean_of_places",
            List.of("biased"),
            integers("axes", List.of(2L, 3L)),
            integer("keepdims", 0))
        .node("MatMul", "output", List.of("mean_of_places", "dense"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void giveWhatOnnxRuntimeGives(boolean flat) throws Exception {
    Path file = (flat ? flattened() : averaged()).in(folder.resolve("keras.onnx"));
    Nd4j.getRandom().setSeed(4);
    try (OrtModel model = OrtModel.load(file);
        OnnxNetwork net = OnnxNetwork.load(file);
        INDArray last = Nd4j.rand(DataType.FLOAT, IMAGES)) {
      float[] theirs =
          model.all(last.dup('c').reshape(-1).toFloatVector(), IMAGES).values().iterator().next();
      assertThat(net.architecture().input()).containsExactly(3, 9, 8).inOrder();
      float[] ours = net.forward(last.permute(0, 3, 1, 2).dup('c')).reshape(-1).toFloatVector();
      assertThat(ours).usingTolerance(1e-5).containsExactly(theirs).inOrder();
    }
  }
}
