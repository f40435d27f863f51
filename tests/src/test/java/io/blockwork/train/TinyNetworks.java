package io.blockwork.train;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.CounterRandom;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.Engines;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Networks and data that train in a moment. */
final class TinyNetworks {
  private static final int CLASSES = 3;
  private static final int PLANE = 64;

  private TinyNetworks() {}

  /** Two stages of one block. */
  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(channels = 1, height = 8, width = 8),
      classes = 3)
  interface Residual extends ImageClassifier {}

  /** The last of its four stages sees a map of one pixel. */
  @SuppressWarnings("blockwork.single-pixel-norm")
  @ResNet(
      blocks = {1, 1, 1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(channels = 1, height = 8, width = 8),
      classes = 3)
  interface OnePixel extends ImageClassifier {}

  /** Drops values in training. */
  @DenseNet(
      growth = 4,
      blocks = {2, 2},
      stem = Stem.CIFAR,
      dropout = 0.2,
      input = @Input(channels = 1, height = 8, width = 8),
      classes = 3)
  interface Dropping extends ImageClassifier {}

  /** The engine that binds in no time, unless {@code -Dblockwork.engine} names another. */
  static NetworkOptions options() {
    return NetworkOptions.defaults()
        .seed(3)
        .engine(Engines.named(System.getProperty(Engines.PROPERTY, "nd4j")));
  }

  /** Noise with a bright band whose place is the class. */
  static ArrayDataset bands(int size) {
    INDArray images = Nd4j.create(DataType.FLOAT, size, 1, 8, 8);
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      CounterRandom random = new CounterRandom(i);
      labels[i] = i % CLASSES;
      for (int at = 0; at < PLANE; at++) {
        double band = at / 8 == 1 + 2 * labels[i] ? 1 : 0;
        images.putScalar((long) i * PLANE + at, band + random.nextDouble() - 0.5);
      }
    }
    return ArrayDataset.of(images, List.of("top", "middle", "bottom"), labels);
  }

  static DataLoader training(int size, int batch) {
    return DataLoader.of(bands(size)).batchSize(batch).shuffle(true).seed(5).build();
  }
}
