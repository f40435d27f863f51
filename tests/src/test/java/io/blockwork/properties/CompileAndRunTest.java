package io.blockwork.properties;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.ImageClassifier;
import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.loss.Loss;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@DisplayName("A user's source, compiled, loaded and run")
final class CompileAndRunTest {
  private static final String SOURCE =
      """
      package user;

      import io.blockwork.DenseNet;
      import io.blockwork.ImageClassifier;
      import io.blockwork.Input;
      import io.blockwork.Network;
      import io.blockwork.Networks;
      import io.blockwork.ResNet;
      import io.blockwork.Stem;
      import java.util.function.Supplier;

      public final class App implements Supplier<Network> {
        @ResNet(blocks = {1, 1}, width = 8, stem = Stem.CIFAR, input = @Input(height = 16, width = 12), classes = 4)
        public interface Small extends ImageClassifier {}

        @DenseNet(growth = 4, blocks = {2, 2}, stem = Stem.CIFAR, input = @Input(height = 16, width = 12), classes = 4)
        public interface Dense extends ImageClassifier {}

        public Network get() {
          return Networks.create(Dense.class);
        }
      }
      """;

  private final InMemory compiled = InMemory.compile("user.App", SOURCE);

  @ParameterizedTest
  @ValueSource(strings = {"user.App$Small", "user.App$Dense"})
  void classifiesAndLearns(String name) {
    Class<? extends ImageClassifier> type = compiled.load(name).asSubclass(ImageClassifier.class);
    try (ImageClassifier network = Networks.create(type)) {
      INDArray images = GradientCheck.normal(new Random(0), 6, 3, 16, 12).castTo(DataType.FLOAT);
      assertEquals(4, network.classes());
      assertArrayEquals(new long[] {6, 4}, network.forward(images).shape());
      Loss loss = Loss.softmaxCrossEntropy(0, 1, 2, 3, 0, 1);
      Optimizer optimizer = Optimizer.of(network, new Momentum(0.05, 0.9));
      TrainingResult first = network.train(images, loss);
      for (int i = 0; i < 20; i++) {
        optimizer.step();
        network.train(images, loss);
      }
      double last = network.train(images, loss).loss();
      assertTrue(last < 0.9 * first.loss(), () -> "loss went from " + first.loss() + " to " + last);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = "user.App")
  void userCodeFindsItsNetwork(String name) throws ReflectiveOperationException {
    Object app = compiled.load(name).getConstructor().newInstance();
    try (Network network = (Network) ((Supplier<?>) app).get()) {
      assertEquals(List.of(4), network.architecture().output());
    }
  }
}
