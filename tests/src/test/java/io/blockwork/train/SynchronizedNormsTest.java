package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Networks;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Mixup;
import io.blockwork.train.TinyNetworks.OnePixel;
import io.blockwork.train.TinyNetworks.Residual;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Several batches whose norms are to see them as one. */
final class SynchronizedNormsTest {
  private static final int SIZE = 25;

  /** All values after two epochs, running statistics too, and what was measured meanwhile. */
  private record End(List<INDArray> values, TrainingHistory history) {}

  private static End train(int batch, UnaryOperator<Trainer> way) {
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options());
        DataLoader data = TinyNetworks.training(SIZE, batch)) {
      TrainingHistory history = way.apply(Trainer.of(net).epochs(2)).fit(data);
      return new End(List.copyOf(net.parameters().copies().values()), history);
    }
  }

  @Test
  void aStepIsThatOfOneLargeBatchToTheLastBit() {
    // 25 images: the last step of an epoch has fewer batches, and a batch that is not full.
    End large = train(12, trainer -> trainer);
    End joined = train(4, trainer -> trainer.accumulate(3).synchronizedNorms(true));
    assertThat(joined.values).isEqualTo(large.values);
    for (int epoch = 0; epoch < 2; epoch++) {
      EpochResult expected = large.history.epochs().get(epoch);
      EpochResult actual = joined.history.epochs().get(epoch);
      assertThat(actual.steps()).isEqualTo(expected.steps());
      assertThat(actual.training()).isEqualTo(expected.training());
    }
  }

  @Test
  void withoutItNormsSeeTheSmallBatches() {
    End large = train(12, trainer -> trainer);
    assertThat(train(4, trainer -> trainer.accumulate(3)).values).isNotEqualTo(large.values);
    assertThat(train(12, trainer -> trainer.synchronizedNorms(true)).values)
        .isEqualTo(large.values);
  }

  @Test
  void whatWasMixedBatchByBatchStaysSo() {
    try (DataLoader loader =
        DataLoader.of(TinyNetworks.bands(10)).batchSize(4).mix(new Mixup(1)).build()) {
      List<Batch> parts = new ArrayList<>();
      for (Batch batch : loader.epoch(1)) {
        parts.add(batch.copy());
      }
      Batch joined = Batch.joined(parts);
      assertThat(joined.size()).isEqualTo(10);
      assertThat(joined.number()).isEqualTo(2);
      assertThat(joined.indices()).isEqualTo(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
      assertThat(joined.labels()).isEqualTo(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 0});
      int row = 0;
      for (Batch part : parts) {
        for (int i = 0; i < part.size(); i++) {
          assertThat(joined.images().slice(row)).isEqualTo(part.images().slice(i));
          INDArray shares = part.probabilities().orElseThrow().getRow(i);
          assertThat(joined.probabilities().orElseThrow().getRow(row)).isEqualTo(shares);
          row++;
        }
      }
    }
    assertThrows(IllegalArgumentException.class, () -> Batch.joined(List.of()));
  }

  @Test
  void aDryRunTakesTheMemoryOfTheWholeStep() {
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options());
        DataLoader data = TinyNetworks.training(SIZE, 4)) {
      String told =
          Trainer.of(net).accumulate(3).synchronizedNorms(true).progress(false).dryRun(data, data);
      assertThat(told).startsWith("dry run: a step on 12 images takes ");
    }
  }

  @Test
  void aLearningRateIsLookedForWithTheSameSteps() {
    assertThat(rates(4, trainer -> trainer.accumulate(3).synchronizedNorms(true)))
        .isEqualTo(rates(12, trainer -> trainer));
    assertThat(rates(4, trainer -> trainer.accumulate(3)))
        .isNotEqualTo(rates(4, trainer -> trainer));
  }

  private static List<LearningRates.Point> rates(int batch, UnaryOperator<Trainer> way) {
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options());
        DataLoader data = TinyNetworks.training(SIZE, batch)) {
      return way.apply(Trainer.of(net)).findLearningRate(data, 1e-3, 1e-2, 8).points();
    }
  }

  @Test
  void normsOfOnePixelLearnFromImagesThatComeOneByOne() {
    try (OnePixel net = Networks.create(OnePixel.class, TinyNetworks.options())) {
      Trainer trainer = Trainer.of(net).epochs(1).accumulate(4);
      assertThat(refused(trainer, 8)).contains("and each batch has one");
      trainer.synchronizedNorms(true);
      assertThat(refused(trainer, 9)).contains("and the last batch has one");
      try (DataLoader data = TinyNetworks.training(8, 1)) {
        assertThat(trainer.fit(data).last().orElseThrow().steps()).isEqualTo(2);
      }
    }
  }

  private static String refused(Trainer trainer, int images) {
    try (DataLoader data = TinyNetworks.training(images, 1)) {
      return String.valueOf(
          assertThrows(IllegalArgumentException.class, () -> trainer.fit(data)).getMessage());
    }
  }
}
