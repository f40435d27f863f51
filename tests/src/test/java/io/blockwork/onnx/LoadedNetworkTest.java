package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.memory.ShapeMismatchException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What helps somebody who has loaded a file, and no interface to annotate. */
class LoadedNetworkTest {
  @TempDir private Path folder;

  private OnnxNetwork relu() {
    Path file = SmallModel.of(1, 3, 4, 4).node("Relu", "output", List.of("x")).in(path());
    return OnnxNetwork.load(file);
  }

  private Path path() {
    return folder.resolve("relu.onnx");
  }

  @Test
  void imagesOfAnotherSizeNeedAnotherLoading() {
    try (OnnxNetwork net = relu();
        INDArray images = Nd4j.ones(DataType.FLOAT, 2, 3, 6, 5)) {
      assertThat(assertThrows(ShapeMismatchException.class, () -> net.forward(images)))
          .hasMessageThat()
          .isEqualTo(
              "relu: expected images [N, 3, 4, 4], got shape [2, 3, 6, 5]; resize and crop them to"
                  + " 4 x 4, or load a file that leaves the size open for them:"
                  + " OnnxNetwork.load(path, 3, 6, 5, options)");
    }
  }

  @Test
  void anotherHeightNeedsAnotherLoading() {
    try (OnnxNetwork net = relu()) {
      assertThat(net.at(4)).isSameInstanceAs(net);
      assertThat(assertThrows(IllegalArgumentException.class, () -> net.at(6)))
          .hasMessageThat()
          .isEqualTo(
              "relu: it was loaded for images of height 4, not 6; load a file that leaves the size"
                  + " open for each: OnnxNetwork.load(path, channels, height, width, options)");
    }
  }
}
