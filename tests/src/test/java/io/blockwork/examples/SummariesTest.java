package io.blockwork.examples;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.EfficientNetB0;
import io.blockwork.examples.networks.InceptionResNetV2;
import io.blockwork.examples.networks.InceptionV3;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.examples.networks.Vgg16Bn;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Summaries are read on terminals of 80 columns. */
final class SummariesTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        ResNet18.class,
        ResNet50.class,
        DenseNet121.class,
        Vgg16Bn.class,
        InceptionV3.class,
        InceptionResNetV2.class,
        EfficientNetB0.class
      })
  void everyLineFitsAndEveryLayerIsThere(Class<? extends ImageClassifier> type) {
    try (ImageClassifier net = Networks.create(type)) {
      List<String> lines = net.summary().lines().toList();
      for (String line : lines) {
        assertWithMessage(line).that(line.length()).isAtMost(80);
      }
      for (var layer : net.architecture().layers()) {
        int dot = layer.path().lastIndexOf('.');
        assertThat(lines.stream().map(l -> l.strip().split(" ")[0]).toList())
            .containsAnyOf(layer.path(), layer.path().substring(dot + 1));
      }
    }
  }
}
