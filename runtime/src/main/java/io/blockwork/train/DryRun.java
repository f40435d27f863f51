package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TestTimeViews;
import io.blockwork.TrainingResult;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.io.SafeText;
import io.blockwork.weights.SafetensorsWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Takes one batch through everything that a training run does, and leaves all as it was. */
final class DryRun {
  private static final double SECOND = 1e9;

  private final Trainer trainer;
  private final Network network;
  private final DataLoader train;

  DryRun(Trainer trainer, DataLoader train) {
    this.trainer = trainer;
    this.network = trainer.network;
    this.train = train;
  }

  /** What was done, for people. */
  String run(Optional<DataLoader> validation) {
    try (Snapshot before = Snapshot.of(network.parameters())) {
      StringBuilder text = new StringBuilder("dry run: ");
      for (int first : train.changes()) {
        text.append(first == 1 ? "" : SafeText.format("\n  from epoch %d on ", first));
        text.append(train(first));
      }
      validation.ifPresent(data -> text.append("\n  ").append(validate(data)));
      trainer.checkpoints.ifPresent(store -> text.append("\n  ").append(keep(store)));
      return text.toString();
    }
  }

  private String train(int number) {
    StepSettings settings = trainer.stepSettings();
    Optimizer optimizer = settings.optimizer(network);
    try (Epoch epoch = train.epoch(number)) {
      Batch batch = settings.next(epoch);
      INDArray images = batch.images().castTo(network.parameters().dataType());
      // The first pass binds its plan, which takes longer than all that follow.
      settings.pass(network, images, batch);
      long begin = System.nanoTime();
      TrainingResult result = settings.pass(network, images, batch);
      if (settings.accumulate() > 1) {
        optimizer.accumulate(batch.size());
      }
      optimizer.step();
      long nanos = System.nanoTime() - begin;
      Finite.firstExceptionOf(network.parameters())
          .ifPresent(
              name -> {
                throw new DivergedException(
                    SafeText.format(
                        "dry run: %s holds a NaN or an infinity after one step (loss %s)%n"
                            + "  fix: use a smaller learning rate, a warm-up, or clipNorm",
                        name, result.total()),
                    name.substring(0, name.lastIndexOf('.')));
              });
      return SafeText.format(
          "a step on %d images takes %.3f s (loss %.4f), so an epoch of %d batches about %s",
          batch.size(),
          nanos / SECOND,
          result.loss(),
          train.batches(),
          duration(nanos * train.batches() / settings.batchesAtOnce()));
    }
  }

  private String validate(DataLoader data) {
    try (Epoch epoch = data.epoch(1)) {
      Batch batch = epoch.next();
      Metrics metrics =
          Evaluation.of(
                  network,
                  data,
                  TestTimeViews.plain(),
                  trainer.measuring(),
                  List.of(batch),
                  seen -> {})
              .metrics();
      return SafeText.format(
          "validation runs: %s on %d images that nothing was learnt of yet", metrics, batch.size());
    }
  }

  private String keep(CheckpointStore store) {
    SafetensorsWriter writer = new SafetensorsWriter();
    Map<String, INDArray> values = network.parameters().copies();
    values.forEach(writer::tensor);
    try (CheckpointStore.Lock lock = store.lock()) {
      store.write(CheckpointStore.DRY_RUN, writer);
      store.delete(CheckpointStore.DRY_RUN);
    } finally {
      values.values().forEach(INDArray::close);
    }
    return SafeText.format("checkpoints can be written: %s", store.describe(CheckpointStore.LAST));
  }

  private static String duration(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toMinutes() > 0
        ? SafeText.format("%d min", Math.round(time.toSeconds() / 60.0))
        : SafeText.format("%.1f s", nanos / SECOND);
  }
}
