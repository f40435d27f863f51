package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.TestTimeViews;
import io.blockwork.data.DataLoader;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.train.TinyNetworks.Residual;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class TestTimeViewsTest {
  private static INDArray numbered(int height, int width) {
    return Nd4j.arange(height * width).castTo(DataType.FLOAT).reshape(1, 1, height, width);
  }

  private static List<List<Float>> views(TestTimeViews views, INDArray images) {
    return views.views().apply(images).stream()
        .map(
            view -> {
              float[] values =
                  view.images().dup('c').reshape(view.images().length()).toFloatVector();
              List<Float> list = new java.util.ArrayList<>();
              for (float value : values) {
                list.add(value);
              }
              return list;
            })
        .toList();
  }

  @Test
  void mirrorImagesAreReversedInTheirRows() {
    assertThat(views(TestTimeViews.mirrored(), numbered(2, 3)))
        .containsExactly(List.of(0f, 1f, 2f, 3f, 4f, 5f), List.of(2f, 1f, 0f, 5f, 4f, 3f))
        .inOrder();
  }

  /** torch.nn.functional.pad(x, (1,) * 4, "reflect")[..., 0:3, 0:3] and [..., 2:5, 2:5]. */
  @Test
  void whatAShiftBringsInIsReflected() {
    List<List<Float>> all = views(TestTimeViews.mirroredAndShifted(1), numbered(3, 3));
    assertThat(all).hasSize(6);
    assertThat(all.get(4)).containsExactly(4f, 3f, 4f, 1f, 0f, 1f, 4f, 3f, 4f).inOrder();
    assertThat(all.get(2)).containsExactly(4f, 5f, 4f, 7f, 8f, 7f, 4f, 5f, 4f).inOrder();
  }

  @Test
  void cropsAreThoseOfTorchvision() {
    List<List<Float>> five = views(TestTimeViews.fiveCrops(2, 2), numbered(3, 5));
    assertThat(five)
        .containsExactly(
            List.of(0f, 1f, 5f, 6f),
            List.of(3f, 4f, 8f, 9f),
            List.of(5f, 6f, 10f, 11f),
            List.of(8f, 9f, 13f, 14f),
            List.of(2f, 3f, 7f, 8f))
        .inOrder();
    assertThat(views(TestTimeViews.tenCrops(2, 2), numbered(3, 5))).hasSize(10);
    TestTimeViews large = TestTimeViews.fiveCrops(4, 4);
    assertThrows(IllegalArgumentException.class, () -> views(large, numbered(3, 5)));
  }

  @Test
  void outputsAreAveraged() {
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options());
        DataLoader data = DataLoader.of(TinyNetworks.bands(30)).batchSize(8).build()) {
      INDArray images = Nd4j.rand(DataType.FLOAT, 3, 1, 8, 8);
      INDArray mirrored = images.dup('c');
      for (int i = 0; i < images.length(); i++) {
        mirrored.putScalar(i, images.getDouble(i - i % 8 + 7 - i % 8));
      }
      INDArray mean = net.forward(images).add(net.forward(mirrored)).div(2);
      assertThat(TestTimeViews.mirrored().forward(net, images).equalsWithEps(mean, 1e-6)).isTrue();
      Evaluation plain = Evaluation.of(net, data);
      assertThat(Evaluation.of(net, data, TestTimeViews.plain()).metrics())
          .isEqualTo(plain.metrics());
      assertThat(Evaluation.of(net, data, TestTimeViews.mirrored()).metrics().loss())
          .isNotEqualTo(plain.metrics().loss());
    }
  }

  @ResNet(
      blocks = {1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface Coloured extends ImageClassifier {}

  @Test
  void picturesAreClassifiedByTheMeanOfTheirViews() {
    byte[] samples = new byte[8 * 8 * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i * i);
    }
    ByteImage picture = new ByteImage(8, 8, 3, samples);
    List<String> names = List.of("a", "b", "c");
    Preprocessing preprocessing = Preprocessing.normalizeOnly();
    try (Coloured net = Networks.create(Coloured.class, TinyNetworks.options())) {
      List<Prediction> plain = net.classify(picture, preprocessing, names);
      assertThat(net.classify(picture, preprocessing, names, TestTimeViews.plain()))
          .isEqualTo(plain);
      List<Prediction> both = net.classify(picture, preprocessing, names, TestTimeViews.mirrored());
      assertThat(both).isNotEqualTo(plain);
      assertThat(
              net.classify(
                  picture.flipHorizontally(), preprocessing, names, TestTimeViews.mirrored()))
          .isEqualTo(both);
    }
  }
}
