package io.blockwork.composition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.engine.EngineOptions;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.ParameterInfo;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("A composed network computes the bits of the family's")
final class SameBitsTest {
  private static final int VALUES = 3 * 224 * 224;

  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of(
            io.blockwork.examples.composed.ResNet50.class,
            io.blockwork.examples.networks.ResNet50.class),
        Arguments.of(
            io.blockwork.examples.composed.DenseNet121.class,
            io.blockwork.examples.networks.DenseNet121.class));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void inInferenceAndTraining(
      Class<? extends ImageClassifier> composed, Class<? extends ImageClassifier> family) {
    var options =
        NetworkOptions.defaults().engine(EngineOptions.named("onednn").deterministic(true));
    var random = new SplittableRandom(5);
    float[] images = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      images[i] = (float) random.nextDouble(-1, 1);
    }
    try (ImageClassifier ours = Networks.create(composed, options);
        ImageClassifier theirs = Networks.create(family, options)) {
      List<String> names = theirs.parameters().names();
      assertEquals(names, ours.parameters().names());
      names.forEach(name -> ours.parameters().set(name, theirs.parameters().get(name)));
      float[] expected = theirs.forward(images);
      assertTrue(expected[0] != expected[1]);
      assertArrayEquals(expected, ours.forward(images));

      INDArray batch = Nd4j.createFromArray(images).reshape(1, 3, 224, 224);
      TrainingResult passed = theirs.train(batch, Loss.softmaxCrossEntropy(7));
      TrainingResult own = ours.train(batch, Loss.softmaxCrossEntropy(7));
      assertEquals(passed.loss(), own.loss());
      assertEquals(passed.output(), own.output());
      for (ParameterInfo info : theirs.parameters().entries()) {
        String name = info.name();
        assertBits(theirs.parameters().get(name), ours.parameters().get(name), name);
        if (info.kind().learnable()) {
          INDArray gradient = theirs.gradients().get(name);
          assertBits(gradient, ours.gradients().get(name), name);
        }
      }
    }
  }

  /** Equal to the last bit, where ND4J's own equality allows for a difference. */
  private static void assertBits(INDArray expected, INDArray actual, String name) {
    assertArrayEquals(
        expected.dup('c').data().asFloat(), actual.dup('c').data().asFloat(), 0f, name);
  }
}
