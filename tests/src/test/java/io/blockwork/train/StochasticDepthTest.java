package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.ResNetVersion;
import io.blockwork.Stem;
import io.blockwork.loss.Loss;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The member {@code stochasticDepth} of {@code @ResNet}. */
final class StochasticDepthTest {
  private static final int IMAGES = 200;

  /** Two blocks: the first branch is dropped with 0.25, the second with 0.5. */
  @ResNet(
      blocks = {2},
      width = 4,
      stem = Stem.CIFAR,
      stochasticDepth = 0.5,
      input = @Input(channels = 1, height = 4, width = 4),
      classes = 2)
  interface Dropping extends ImageClassifier {}

  @ResNet(
      blocks = {2},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(channels = 1, height = 4, width = 4),
      classes = 2)
  interface Plain extends ImageClassifier {}

  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      version = ResNetVersion.V2,
      squeezeExcitation = 2,
      stochasticDepth = 0.5,
      input = @Input(channels = 1, height = 4, width = 4),
      classes = 2)
  interface PreActivated extends ImageClassifier {}

  private static INDArray images() {
    return Nd4j.rand(DataType.FLOAT, 8, 1, 4, 4);
  }

  @Test
  void inferenceAndParametersAreThoseOfTheNetworkWithout() {
    INDArray images = images();
    try (Dropping dropping = Networks.create(Dropping.class, TinyNetworks.options());
        Plain plain = Networks.create(Plain.class, TinyNetworks.options())) {
      assertThat(dropping.parameters().names()).isEqualTo(plain.parameters().names());
      assertThat(dropping.forward(images)).isEqualTo(plain.forward(images));
    }
  }

  /**
   * Of images of zeros, every norm gives its bias. With biases of 1 and 10 at the ends of the
   * branches an image's sum says which branches it has kept, and that they were scaled up for it.
   */
  @Test
  void laterBranchesAreDroppedMoreOften() {
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options())) {
      net.parameters().set("layer1.0.bn2.bias", Nd4j.ones(DataType.FLOAT, 4));
      net.parameters().set("layer1.1.bn2.bias", Nd4j.ones(DataType.FLOAT, 4).mul(10));
      net.parameters().set("layer1.1.bn2.weight", Nd4j.zeros(DataType.FLOAT, 4));
      net.parameters().set("fc.weight", Nd4j.ones(DataType.FLOAT, 2, 4).mul(0.25));
      net.parameters().set("fc.bias", Nd4j.zeros(DataType.FLOAT, 2));
      INDArray equal = Nd4j.zeros(DataType.FLOAT, IMAGES, 1, 4, 4);
      INDArray output = net.train(equal, Loss.softmaxCrossEntropy(new int[IMAGES])).output();
      int firstDropped = 0;
      int secondDropped = 0;
      Set<Long> sums = new TreeSet<>();
      for (int i = 0; i < IMAGES; i++) {
        double sum = output.getDouble(i, 0);
        secondDropped += sum < 10 ? 1 : 0;
        firstDropped += sum % 20 < 1 ? 1 : 0;
        sums.add(Math.round(3 * sum));
      }
      // Sums of 0 or 4/3 and of 0 or 20.
      assertThat(sums).containsExactly(0L, 4L, 60L, 64L);
      assertThat(firstDropped).isIn(com.google.common.collect.Range.closed(25, 75));
      assertThat(secondDropped).isIn(com.google.common.collect.Range.closed(70, 130));
    }
  }

  @Test
  void preActivatedBlocksDropTheirBranchesToo() {
    INDArray images = images();
    try (Network net = Networks.create(PreActivated.class, TinyNetworks.options())) {
      INDArray first = net.train(images, Loss.softmaxCrossEntropy(new int[8])).output().dup();
      INDArray second = net.train(images, Loss.softmaxCrossEntropy(new int[8])).output().dup();
      assertThat(first).isNotEqualTo(second);
    }
  }
}
