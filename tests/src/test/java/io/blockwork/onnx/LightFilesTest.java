package io.blockwork.onnx;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.onnx.exporter.OrtModel;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole networks from other frameworks, of ONNX's own tests: operators of 2018, initialisers among
 * the inputs. Their weights are constants, made by operations; here they get others.
 */
@DisplayName("Whole networks of other frameworks")
class LightFilesTest {
  private static final double BOUND = 1e-5;
  private static final int[] IMAGE = {3, 224, 224};

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"inception_v1", "resnet50", "squeezenet", "vgg19"})
  void computeWhatOnnxRuntimeComputes(String name) throws Exception {
    Path file = folder.resolve(name + ".onnx");
    WeightedModel.write(OnnxFiles.folder("light").resolve("light_" + name + ".onnx"), file);
    float[] first = image(1);
    float[] second = image(7);
    try (OnnxNetwork net = OnnxNetwork.load(file);
        OrtModel model = OrtModel.load(file)) {
      // Their files are for one image; ours take any number.
      float[] ours = net.forward(joined(first, second));
      float[] theirs = joined(scores(model, first), scores(model, second));
      assertThat(ours).hasLength(theirs.length);
      assertWithMessage("the images look alike to it")
          .that(difference(first(theirs), second(theirs)))
          .isGreaterThan(0.01);
      assertThat(difference(ours, theirs)).isLessThan(BOUND);
    }
  }

  private static float[] scores(OrtModel model, float... image) throws Exception {
    return model.all(image, 1, IMAGE[0], IMAGE[1], IMAGE[2]).values().iterator().next();
  }

  /** Waves, coarse or fine; noise looks all alike to deep networks. */
  private static float[] image(int waves) {
    float[] image = new float[IMAGE[0] * IMAGE[1] * IMAGE[2]];
    for (int i = 0; i < image.length; i++) {
      int row = i / IMAGE[2] % IMAGE[1];
      int column = i % IMAGE[2];
      int channel = i / (IMAGE[1] * IMAGE[2]);
      image[i] = (float) Math.sin(0.07 * waves * (row + 2 * column) + channel * waves);
    }
    return image;
  }

  private static float[] joined(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static float[] first(float... both) {
    return Arrays.copyOf(both, both.length / 2);
  }

  private static float[] second(float... both) {
    return Arrays.copyOfRange(both, both.length / 2, both.length);
  }

  /** The largest difference, beside the largest value. */
  private static double difference(float[] a, float[] b) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(b[i]));
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
    }
    return difference / largest;
  }
}
