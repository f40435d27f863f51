package io.blockwork.train;

import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import io.blockwork.loss.AuxiliaryLoss;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes event files that TensorBoard reads ({@code tensorboard --logdir FOLDER}): the losses and
 * the learning rate of each step, the metrics of each epoch. A training run that is resumed writes
 * another file, which tells TensorBoard from which step on it replaces what was there.
 */
public final class TensorBoardLog implements TrainingListener {
  private final Path folder;
  private Optional<EventFile> file = Optional.empty();

  /** Of that file, or of the last one. */
  private Path path;

  /**
   * A log; nothing is written before a training run starts.
   *
   * @param folder for the event files; it is made if it is missing
   */
  public TensorBoardLog(Path folder) {
    Objects.requireNonNull(folder, "folder");
    this.folder = folder;
    this.path = folder;
  }

  @Override
  public void onStart(Start start) {
    String name =
        SafeText.format(
            "events.out.tfevents.%010d.blockwork.%s",
            System.currentTimeMillis() / 1000, UUID.randomUUID());
    path = folder.resolve(name);
    try {
      EventFile events = new EventFile(path);
      file = Optional.of(events);
      events.start(start.step());
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void onStep(Step step) {
    scalar(step.step(), "step/loss", step.loss());
    for (AuxiliaryLoss each : step.auxiliary()) {
      scalar(step.step(), "step/loss_" + each.output(), each.loss());
    }
    scalar(step.step(), "step/learning_rate", step.learningRate());
  }

  @Override
  public void onValidation(long step, Evaluation evaluation) {
    metrics(step, "validation", evaluation.metrics());
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    EpochResult epoch = history.last().orElseThrow();
    metrics(epoch.steps(), "train", epoch.training());
    epoch.validation().ifPresent(m -> metrics(epoch.steps(), "validation", m));
    scalar(epoch.steps(), "epoch/images_per_second", epoch.imagesPerSecond());
  }

  private void metrics(long step, String name, Metrics metrics) {
    scalar(step, name + "/loss", metrics.loss());
    for (AuxiliaryLoss each : metrics.auxiliary()) {
      scalar(step, name + "/loss_" + each.output(), each.loss());
    }
    if (!Double.isNaN(metrics.top1())) {
      scalar(step, name + "/top1", metrics.top1());
    }
    if (!Double.isNaN(metrics.top5())) {
      scalar(step, name + "/top5", metrics.top5());
    }
    metrics.values().forEach((metric, value) -> scalar(step, name + "/" + metric, value));
  }

  private void scalar(long step, String tag, double value) {
    file.ifPresent(
        events -> {
          try {
            events.scalar(step, tag, value);
          } catch (IOException e) {
            throw cannotWrite(e);
          }
        });
  }

  @Override
  public void onEnd() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    } finally {
      file = Optional.empty();
    }
  }

  private FileException cannotWrite(IOException e) {
    return new FileException(SafeText.of(path) + ": " + FileProblem.writing(path, e), e);
  }
}
