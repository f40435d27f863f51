package io.blockwork.sizes;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ModelCard;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.Batch;
import io.blockwork.data.CenterCrop;
import io.blockwork.data.CounterRandom;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Epoch;
import io.blockwork.data.ImageDataset;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomResizedCrop;
import io.blockwork.data.Resize;
import io.blockwork.engine.EngineOptions;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Preprocessing;
import io.blockwork.loss.Loss;
import io.blockwork.sizes.SizedNetworks.Residual;
import io.blockwork.sizes.SizedNetworks.Residual16;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingListener;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

@DisplayName("Images grow from epoch to epoch")
final class ProgressiveTest {
  private static final Normalize NORMALIZE =
      new Normalize(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));

  @TempDir private Path folder;

  /** Pictures of noise, each brighter in the third that its class is. */
  private record Pictures(int size) implements ImageDataset {
    private static final int SIDE = 24;

    @Override
    public int label(int index) {
      return index % 3;
    }

    @Override
    public List<String> classNames() {
      return List.of("top", "middle", "bottom");
    }

    @Override
    public ByteImage image(int index) {
      CounterRandom random = new CounterRandom(index);
      byte[] samples = new byte[SIDE * SIDE * 3];
      for (int i = 0; i < samples.length; i++) {
        boolean bright = i / (samples.length / 3) == label(index);
        samples[i] = (byte) (random.nextInt(128) + (bright ? 100 : 0));
      }
      return new ByteImage(SIDE, SIDE, 3, samples);
    }
  }

  private static Dataset at(int side) {
    return new Pictures(20).with(Pipeline.of(new RandomResizedCrop(side), NORMALIZE));
  }

  private static DataLoader growing() {
    return DataLoader.of(at(8)).from(2, at(12)).from(4, at(16)).batchSize(8).shuffle(true).build();
  }

  private static DataLoader validation(int side) {
    Pipeline pipeline = Pipeline.of(new Resize(side + 2), new CenterCrop(side), NORMALIZE);
    return DataLoader.of(new Pictures(9).with(pipeline)).batchSize(8).build();
  }

  private static NetworkOptions options() {
    return NetworkOptions.defaults().seed(3).engine(EngineOptions.named("nd4j"));
  }

  private static Residual network() {
    return Networks.create(Residual.class, options());
  }

  private static Trainer trainer(Residual net) {
    return Trainer.of(net).updater(new Momentum(0.05, 0.9)).epochs(4).progress(false);
  }

  @Test
  void anEpochTakesTheSizeThatItIsToTake() {
    try (Residual byTrainer = network();
        Residual byHand = network();
        DataLoader growing = growing()) {
      trainer(byTrainer).fit(growing);
      Optimizer optimizer = Optimizer.of(byHand, new Momentum(0.05, 0.9));
      int[] sides = {8, 12, 12, 16};
      for (int epoch = 1; epoch <= 4; epoch++) {
        try (DataLoader loader =
                DataLoader.of(at(sides[epoch - 1])).batchSize(8).shuffle(true).build();
            Epoch batches = loader.epoch(epoch)) {
          for (Batch batch : batches) {
            byHand.train(batch.images(), Loss.softmaxCrossEntropy(batch.labels()));
            optimizer.step();
          }
        }
      }
      assertThat(byTrainer.parameters().flat()).isEqualTo(byHand.parameters().flat());
    }
  }

  @Test
  void aRunThatWasStoppedGoesOnBitForBit() {
    INDArray whole;
    try (Residual net = network();
        DataLoader growing = growing()) {
      trainer(net).fit(growing, validation(16));
      whole = net.parameters().flat().dup();
    }
    // In the last epoch of a size, in the first of another, and in the very last step.
    for (int stop : new int[] {2, 5, 10, 12}) {
      try (Residual net = network();
          DataLoader growing = growing()) {
        Trainer trainer =
            trainer(net).checkpoints(folder).checkpointEvery(1).listener(stopping(stop));
        assertThrows(
            CancellationException.class,
            () -> trainer.fit(growing, validation(16)),
            () -> "" + stop);
      }
    }
    try (Residual net = network();
        DataLoader growing = growing()) {
      trainer(net).checkpoints(folder).fit(growing, validation(16));
      assertThat(net.parameters().flat()).isEqualTo(whole);
    }
  }

  private static TrainingListener stopping(int step) {
    return new TrainingListener() {
      @Override
      public void onStep(Step at) {
        if (at.step() == step) {
          throw new CancellationException("stopped");
        }
      }
    };
  }

  @Test
  void aRunOfOtherSizesDoesNotGoOnFromACheckpoint() {
    try (Residual net = network();
        DataLoader growing = growing();
        DataLoader other =
            DataLoader.of(at(8)).from(3, at(12)).batchSize(8).shuffle(true).build()) {
      trainer(net).epochs(1).checkpoints(folder).fit(growing);
      Trainer again = trainer(net).checkpoints(folder);
      assertThat(assertThrows(RuntimeException.class, () -> again.fit(other)))
          .hasMessageThat()
          .contains(
              "different settings\n"
                  + "  20 items (3 x 8 x 8 from epoch 1, 3 x 12 x 12 from epoch 2, 3 x 16 x 16 from epoch 4)"
                  + " there, not here\n"
                  + "  20 items (3 x 8 x 8 from epoch 1, 3 x 12 x 12 from epoch 3) here, not there\n"
                  + "  fix: ");
    }
  }

  @Test
  void weightsTellOfTheSizeThatTheyWereValidatedAt() {
    Path file = folder.resolve("weights.safetensors");
    try (Residual net = network();
        DataLoader train = DataLoader.of(at(8)).batchSize(8).build()) {
      trainer(net).epochs(1).fit(train, validation(12));
      Weights.save(net.parameters(), file);
    }
    try (Residual net = network();
        Weights weights = Weights.open(file)) {
      net.parameters().load(weights);
      Preprocessing told = ModelCard.of(net.parameters()).preprocessing().orElseThrow();
      assertThat(told.crop()).isEqualTo(12);
      ByteImage picture = new Pictures(1).image(0);
      INDArray forward = net.forward(told.apply(picture));
      assertThat(net.classify(picture).get(0).index()).isEqualTo(forward.argMax(1).getInt(0));
      assertThat(forward.shape()).isEqualTo(new long[] {1, 3});
    }
  }

  @Test
  void aSizeThatTheNetworkLacksIsRefusedBeforeTheFirstStep() {
    try (Residual net = network();
        DataLoader train = DataLoader.of(at(8)).from(3, at(10)).batchSize(8).build()) {
      INDArray before = net.parameters().flat().dup();
      assertThat(assertThrows(IllegalArgumentException.class, () -> trainer(net).fit(train)))
          .hasMessageThat()
          .startsWith(
              "SizedNetworks_Residual takes images of 3 x 16 x 16 or 3 x 8 x 8 or 3 x 12 x 12"
                  + " (channels, height, width), but those of the training (from epoch 3 on) data"
                  + " are 3 x 10 x 10 (item 0)");
      assertThat(net.parameters().flat()).isEqualTo(before);
    }
    try (Residual16 net = Networks.create(Residual16.class, options());
        DataLoader growing = growing()) {
      Trainer trainer = Trainer.of(net);
      assertThat(assertThrows(IllegalArgumentException.class, () -> trainer.fit(growing)))
          .hasMessageThat()
          .startsWith("SizedNetworks_Residual16 takes images of 3 x 16 x 16 (channels");
    }
  }

  @Test
  void aDryRunTriesEachSize() {
    try (Residual net = network();
        DataLoader growing = growing()) {
      INDArray before = net.parameters().flat().dup();
      String told = trainer(net).dryRun(growing, validation(16));
      assertThat(told)
          .containsMatch("(?s)dry run: a step .*from epoch 2 on a .*from epoch 4 on a ");
      assertThat(net.parameters().flat()).isEqualTo(before);
    }
  }

  @Test
  void theDataOfLaterEpochsMustBeTheSame() {
    DataLoader.Builder loader = DataLoader.of(at(8)).from(3, at(12));
    assertThat(assertThrows(IllegalArgumentException.class, () -> loader.from(1, at(12))))
        .hasMessageThat()
        .isEqualTo(
            "data from epoch 1 on: the first epoch has that of DataLoader.of, so say 2 or a later"
                + " one");
    assertThat(assertThrows(IllegalArgumentException.class, () -> loader.from(3, at(16))))
        .hasMessageThat()
        .isEqualTo("data from epoch 3 on: it was said already what that epoch takes");
    Dataset fewer = new Pictures(19).with(Pipeline.of(new RandomResizedCrop(12), NORMALIZE));
    assertThat(assertThrows(IllegalArgumentException.class, () -> loader.from(5, fewer)))
        .hasMessageThat()
        .isEqualTo(
            "data from epoch 5 on: expected the same 20 items with the same 3 classes in another"
                + " shape, got 19 items with 3 classes");
    try (DataLoader built = loader.build()) {
      assertThat(built.changes()).containsExactly(1, 3).inOrder();
      assertThat(built.dataset(2).shape().height()).isEqualTo(8);
      assertThat(built.dataset(9).shape().height()).isEqualTo(12);
    }
  }
}
