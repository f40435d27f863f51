package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.FloatImage;
import io.blockwork.loss.Loss;
import io.blockwork.train.TinyNetworks.Residual;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Losses, statistics, images and outputs that are not finite: who is told, and what is kept. */
final class NotFiniteTest {
  private static final List<String> CLASSES = List.of("top", "middle", "bottom");

  @TempDir Path folder;

  private static Residual network() {
    return Networks.create(Residual.class, TinyNetworks.options());
  }

  private static DataLoader loader(Dataset data, int batch) {
    return DataLoader.of(data).batchSize(batch).workers(0).build();
  }

  private static INDArray weights(Residual net) {
    return net.parameters().get("layer1.0.conv1.weight");
  }

  /** Images whose squares are past the largest number. */
  private static ArrayDataset huge(int count) {
    return TinyNetworks.bands(count)
        .with(
            (image, random) -> {
              float[] values = image.values().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] *= 1e25f;
              }
              return new FloatImage(image.shape(), values);
            });
  }

  @Test
  void runningStatisticsThatAreNotFiniteEndTheTraining() {
    try (Residual net = network()) {
      DivergedException e =
          assertThrows(
              DivergedException.class,
              () -> Trainer.of(net).epochs(1).checkpoints(folder).fit(loader(huge(16), 8)));
      assertThat(e).hasMessageThat().contains("running_");
      assertThat(e).hasMessageThat().contains("holds a NaN or an infinity");
      assertThat(e).hasMessageThat().contains("scale the images down");
      assertThat(e).hasMessageThat().contains("; no checkpoint has been written yet\n");
      assertThat(Files.exists(folder.resolve("last.safetensors"))).isFalse();
    }
  }

  /** A loss that is not a number from some batch on, counted from 0. */
  private static Trainer diverging(Trainer trainer, int from) {
    AtomicInteger batches = new AtomicInteger();
    return trainer.loss(
        batch -> {
          Loss usual = Loss.softmaxCrossEntropy(batch.targets());
          boolean fails = batches.getAndIncrement() >= from;
          return (output, gradient) -> {
            double loss = usual.evaluate(output, gradient);
            return fails ? Double.NaN : loss;
          };
        });
  }

  /** What ends a training, whose loss is not a number from some batch on. */
  private DivergedException divergence(Residual net, int from) {
    Trainer trainer = diverging(Trainer.of(net).epochs(3).checkpoints(folder), from);
    return assertThrows(DivergedException.class, () -> trainer.fit(TinyNetworks.training(16, 8)));
  }

  @Test
  void aTrainingThatDivergesTellsWhetherThereIsACheckpoint() {
    String last = folder.resolve("last.safetensors").toString();
    try (Residual net = network()) {
      assertThat(divergence(net, 0))
          .hasMessageThat()
          .startsWith(
              "epoch 1, batch 1: the loss is NaN, after 0 steps: the output of every layer is"
                  + " finite: look at the loss and its gradient; no checkpoint has been written"
                  + " yet\n");
      assertThat(divergence(net, 3))
          .hasMessageThat()
          .contains("; the last good checkpoint is " + last);
      // Gone on from, and not written again.
      assertThat(divergence(net, 0))
          .hasMessageThat()
          .contains("; the last good checkpoint is " + last);
    }
  }

  @Test
  void statisticsThatAreNotFiniteAreToldOfThoughEveryOutputIs() {
    try (Residual net = network()) {
      DivergedException e =
          assertThrows(
              DivergedException.class,
              () -> diverging(Trainer.of(net).epochs(1), 0).fit(loader(huge(8), 8)));
      assertThat(e)
          .hasMessageThat()
          .containsMatch("running_var is not finite, though the output of every layer still is;");
      assertThat(e).hasMessageThat().doesNotContain("look at the loss");
      assertThat(e).hasMessageThat().contains("fix: scale the images down");
    }
  }

  @Test
  void anImageThatIsNotFiniteIsNamedBeforeTheWeightsSeeIt() {
    INDArray images = Nd4j.rand(4, 1, 8, 8);
    images.putScalar(2, 0, 3, 3, Float.NaN);
    Dataset data = ArrayDataset.of(images, CLASSES, 0, 1, 2, 0);
    try (Residual net = network()) {
      INDArray before = weights(net);
      DivergedException e =
          assertThrows(
              DivergedException.class, () -> Trainer.of(net).epochs(1).fit(loader(data, 4)));
      assertThat(e).hasMessageThat().contains("the image of item 2 holds a NaN or an infinity");
      assertThat(e).hasMessageThat().doesNotContain("learning rate");
      assertThat(weights(net)).isEqualTo(before);
      assertThrows(IllegalArgumentException.class, () -> Evaluation.of(net, loader(data, 4)));
    }
  }

  @Test
  void outputsThatAreNotFiniteAreNoHits() {
    Meter meter = new Meter();
    INDArray outputs = Nd4j.createFromArray(new float[][] {{Float.NaN, Float.NaN}, {0, 1}});
    meter.add(0, List.of(), outputs, 0, 1);
    assertThat(meter.metrics().top1()).isEqualTo(0.5);
    try (Residual net = network()) {
      // Finite, but too large to be added up.
      for (String name : List.of("fc.weight", "fc.bias")) {
        net.parameters().set(name, net.parameters().get(name).assign(3e38));
      }
      DivergedException e =
          assertThrows(
              DivergedException.class, () -> Evaluation.of(net, loader(TinyNetworks.bands(6), 6)));
      assertThat(e).hasMessageThat().contains("the output of TinyNetworks_Residual holds a NaN");
    }
  }
}
