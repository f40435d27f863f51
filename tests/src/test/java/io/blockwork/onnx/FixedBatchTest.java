package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.loss.Loss;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.onnx.exporter.OnnxExport;
import io.blockwork.onnx.exporter.OrtModel;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a file computes for the number of images that it fixes, and for others where it can. */
class FixedBatchTest {
  @TempDir private Path folder;

  private static float[] images(OnnxNetwork net, int count) {
    int image = net.architecture().input().stream().reduce(1, (a, b) -> a * b);
    float[] values = new float[count * image];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.cos(3 * i);
    }
    return values;
  }

  private static float[] onnxRuntime(Path file, OnnxNetwork net, int rank, float... images)
      throws Exception {
    List<Integer> in = net.architecture().input();
    int image = in.stream().reduce(1, (a, b) -> a * b);
    long[] shape = {images.length / image, in.get(0), in.get(1), in.get(2)};
    try (OrtModel model = OrtModel.load(file)) {
      return model.all(images, Arrays.copyOf(shape, rank)).values().iterator().next();
    }
  }

  private static void assertNear(float[] ours, float[] theirs) {
    assertThat(ours).usingTolerance(1e-5).containsExactly(theirs).inOrder();
  }

  @ParameterizedTest
  @EnumSource(FixedBatch.class)
  void theFilesOwnNumberGivesWhatOnnxRuntimeGives(FixedBatch form) throws Exception {
    Path file = form.model().in(folder.resolve("model.onnx"));
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      float[] images = images(net, form.images());
      int rank = form == FixedBatch.EACH_IMAGE_HAS_THE_SAME_BIAS ? 2 : 4;
      assertNear(net.forward(images), onnxRuntime(file, net, rank, images));
    }
  }

  @ParameterizedTest
  @EnumSource(FixedBatch.class)
  void anotherNumberRunsOnlyWhereNothingDependsOnIt(FixedBatch form) {
    try (OnnxNetwork net = OnnxNetwork.load(form.model().in(folder.resolve("model.onnx")))) {
      float[] own = images(net, form.images());
      float[] more = images(net, form.images() + 1);
      if (form.isNeeded()) {
        assertThat(net.architecture().batch()).isEqualTo(OptionalInt.of(form.images()));
        assertThrows(ShapeMismatchException.class, () -> net.forward(more));
      } else {
        assertThat(net.architecture().batch()).isEmpty();
        float[] scores = net.forward(more);
        assertNear(
            Arrays.copyOf(scores, scores.length / (form.images() + 1) * form.images()),
            net.forward(own));
      }
    }
  }

  /** One message, whichever way images are given. */
  @Test
  void theErrorNamesTheNumberThatTheFileFixes() {
    Path file = FixedBatch.A_VALUE_IS_COMPUTED_FROM_IT.model().in(folder.resolve("halves.onnx"));
    String expected =
        "halves: expected images [2, 3, 2, 2], got 5 of them: its ONNX file fixes the number of"
            + " images at 2, and what it computes depends on that; pass 2 at a time, or export the"
            + " model with a dynamic batch axis";
    try (OnnxNetwork net = OnnxNetwork.load(file);
        INDArray five = Nd4j.ones(DataType.FLOAT, 5, 3, 2, 2);
        INDArray output = Nd4j.create(DataType.FLOAT, 5, 3, 2, 2)) {
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(five)))
          .hasMessageThat()
          .isEqualTo(expected);
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(five, output)))
          .hasMessageThat()
          .isEqualTo(expected);
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(new float[60])))
          .hasMessageThat()
          .isEqualTo(expected);
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.profile(five)))
          .hasMessageThat()
          .isEqualTo(expected);
    }
  }

  @Test
  void theSummarySaysIt() {
    Path file = FixedBatch.A_VALUE_IS_COMPUTED_FROM_IT.model().in(folder.resolve("halves.onnx"));
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      assertThat(net.summary()).containsMatch("input +2 at a time +3 x 2 x 2");
    }
  }

  /** Nothing in the exported graph tells any more what depended on the number. */
  @ParameterizedTest
  @EnumSource(FixedBatch.class)
  void anExportKeepsIt(FixedBatch form) throws Exception {
    Path file = form.model().in(folder.resolve("model.onnx"));
    Path again = folder.resolve("again.onnx");
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      OnnxExport.of(net).to(again);
      float[] images = images(net, form.images());
      float[] scores = net.forward(images);
      assertNear(onnxRuntime(again, net, 4, images), scores);
      try (OnnxNetwork back = OnnxNetwork.load(again)) {
        assertThat(back.architecture().batch()).isEqualTo(net.architecture().batch());
        assertThat(back.forward(images)).isEqualTo(scores);
      }
    }
  }

  @Test
  void constantsThatDifferFromImageToImageAreRefused() {
    Path file =
        SmallModel.of(2, 3, 2, 2)
            .numbers("c", List.of(2L, 3L, 1L, 1L))
            .node("Relu", "relu", List.of("x"))
            .node("Add", "output", List.of("relu", "c"))
            .in(folder.resolve("model.onnx"));
    assertThat(assertThrows(OnnxException.class, () -> OnnxNetwork.load(file)))
        .hasMessageThat()
        .contains("Add output: the constant c");
  }

  @Test
  void trainingIsNoWayAround() {
    Path file = FixedBatch.A_VALUE_IS_COMPUTED_FROM_IT.model().in(folder.resolve("halves.onnx"));
    try (OnnxNetwork net = OnnxNetwork.load(file);
        INDArray five = Nd4j.ones(DataType.FLOAT, 5, 3, 2, 2)) {
      assertThat(
              assertThrows(
                  ShapeMismatchException.class, () -> net.train(five, Loss.meanSquaredError(five))))
          .hasMessageThat()
          .contains("fixes the number of images at 2");
    }
  }

  /** An epoch would have been lost when its last batch came. */
  @Test
  void batchesOfAnotherNumberAreFoundBeforeTheFirstStep() {
    Path file = FixedBatch.A_VALUE_IS_COMPUTED_FROM_IT.model().in(folder.resolve("halves.onnx"));
    try (OnnxNetwork net = OnnxNetwork.load(file)) {
      Trainer trainer = Trainer.of(net).loss(batch -> Loss.softmaxCrossEntropy(batch.targets()));
      assertThat(refused(trainer, loader(6, 3), loader(4, 2)))
          .startsWith(
              "halves: its ONNX file fixes the number of images at 2, but a batch of the training"
                  + " data has 3 (");
      assertThat(refused(trainer, loader(5, 2), loader(4, 2)))
          .startsWith(
              "halves: its ONNX file fixes the number of images at 2, but the last batch of the"
                  + " training data has 1 (");
      assertThat(refused(trainer, loader(4, 2), loader(5, 2)))
          .contains("but the last batch of the validation data has 1 (");
      assertThat(refused(trainer, loader(4, 2), loader(1, 2)))
          .contains("but a batch of the validation data has 1 (");
      assertThat(refused(trainer.accumulate(2), loader(8, 1), loader(4, 2)))
          .contains("but a batch of the training data has 1 (");
      trainer.synchronizedNorms(true);
      assertThat(refused(trainer, loader(7, 1), loader(4, 2)))
          .contains("but the last batch of the training data has 1 (");
      assertThat(
              assertThrows(
                  IllegalArgumentException.class, () -> trainer.fit(loader(8, 1), loader(4, 2))))
          .hasMessageThat()
          .isEqualTo(
              "halves: it has no parameters, so there is nothing to learn; add a convolution or a"
                  + " linear layer");
    }
  }

  private static String refused(Trainer trainer, DataLoader train, DataLoader validation) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> trainer.fit(train, validation))
                .getMessage());
    assertThat(message).endsWith(", or export the model with a dynamic batch axis");
    return message;
  }

  private static DataLoader loader(int images, int batch) {
    INDArray values = Nd4j.ones(DataType.FLOAT, images, 3, 2, 2);
    var data = ArrayDataset.of(values, List.of("a", "b"), new int[images]);
    return DataLoader.of(data).batchSize(batch).workers(0).build();
  }
}
