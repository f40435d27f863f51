package io.blockwork.train;

import io.blockwork.Architecture;
import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.data.CounterRandom;
import io.blockwork.data.DataException;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.ImageShape;
import io.blockwork.data.Task;
import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be found out about a training run before its first epoch, and not after hours. */
final class FitChecks {
  /** Normalised images stay within 3 or so, and unusual data need not be images. */
  private static final float LARGEST_USUAL = 50;

  private FitChecks() {}

  /**
   * Checks the network and the data against each other.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  static void require(Trainer trainer, StepSource train, Optional<Validation> validation) {
    requireLearning(trainer);
    if (trainer.earlyStopping.isPresent() && validation.isEmpty()) {
      throw new IllegalArgumentException(
          "stopping early needs validation data: call fit(train, validation)");
    }
    if (trainer.schedule.map(Schedule::needsValidation).orElse(false) && validation.isEmpty()) {
      throw new IllegalArgumentException(
          "the schedule goes by validation, and there is none: call fit(train, validation)");
    }
    if (trainer.validateEverySteps < Integer.MAX_VALUE && validation.isEmpty()) {
      throw new IllegalArgumentException(
          "validating every so many steps needs validation data: call fit(train, validation)");
    }
    validation.ifPresent(data -> requireSameClasses(train.classNames(), data.classNames()));
    validation.ifPresent(data -> requireMeasures(trainer, train.task(), data));
    if (train.task() != Task.SINGLE_LABEL && trainer.labelSmoothing > 0) {
      throw new IllegalArgumentException(
          "labels are smoothed where each image has one class, and the data has other targets: leave"
              + " labelSmoothing out, or give a loss(...) of your own");
    }
    if (trainer.loss.isEmpty() && trainer.losses.isEmpty()) {
      requireClasses(trainer.network, train.classNames());
    }
  }

  /**
   * Checks that some layer learns, in the last epoch at the latest.
   *
   * @throws IllegalArgumentException if all are frozen
   */
  static void requireLearning(Trainer trainer) {
    if (trainer.epochs > 0) {
      String[] frozen = trainer.unfreezing.frozenIn(trainer.epochs, trainer.network.frozen());
      requireLearning(trainer.network, List.of(frozen));
    }
  }

  /**
   * Checks that some layer learns.
   *
   * @param frozen prefixes of the layers that do not
   * @throws IllegalArgumentException if all are frozen, or none has parameters
   */
  static void requireLearning(Network network, List<String> frozen) {
    requireParameters(network);
    boolean learns =
        network.parameters().entries().stream()
            .anyMatch(info -> info.kind().learnable() && !Segment.isFrozen(info, frozen));
    if (!learns) {
      throw new IllegalArgumentException(
          SafeText.format(
                  "%s: all of its layers are frozen (%s), so nothing is left to learn",
                  network.architecture().name(), String.join(", ", frozen))
              + "\n  fix: freeze fewer of them with freeze(\"...\"), free all with freeze(), or let"
              + " freezeUntil end in an earlier epoch");
    }
  }

  /**
   * Checks that there is something to learn at all.
   *
   * @throws IllegalArgumentException if the network is made of pools, sums and the like alone
   */
  static void requireParameters(Network network) {
    if (network.parameters().count() == 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: it has no parameters, so there is nothing to learn; add a convolution or a linear"
                  + " layer",
              network.architecture().name()));
    }
  }

  /** What training goes by has to be in the validation. */
  private static void requireMeasures(Trainer trainer, Task task, Validation data) {
    if (data.task() != task) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the training data is for %s, but the validation data for %s", task, data.task()));
    }
    trainer.earlyStopping.ifPresent(when -> requireMeasure(when.measure(), task, data));
    trainer
        .schedule
        .filter(Plateau.class::isInstance)
        .ifPresent(plateau -> requireMeasure(((Plateau) plateau).measure(), task, data));
  }

  private static void requireMeasure(EarlyStopping.Measure measure, Task task, Validation data) {
    boolean known =
        measure.equals(EarlyStopping.Measure.LOSS)
            || measure.equals(EarlyStopping.Measure.TOP1) && task == Task.SINGLE_LABEL
            || data.metrics().contains(measure.name());
    if (!known) {
      throw new IllegalArgumentException(
          SafeText.format(
                  "the training goes by %s, which the validation does not tell of; it tells of loss%s%s",
                  measure,
                  task == Task.SINGLE_LABEL ? ", top-1" : "",
                  data.metrics().isEmpty() ? "" : ", " + String.join(", ", data.metrics()))
              + "\n  fix: name the metric in metrics(...), or go by another measure");
    }
  }

  /**
   * Checks loaders, alone and against each other.
   *
   * @throws IllegalArgumentException if the network cannot be trained on them
   */
  static void require(Trainer trainer, DataLoader train, Optional<DataLoader> validation) {
    requireData(trainer, train);
    validation.ifPresent(
        loader -> {
          requireShape(trainer.network, "validation", loader.dataset());
          if (trainer.validateEverySteps < Integer.MAX_VALUE && loader == train) {
            throw new IllegalArgumentException(
                "validating within an epoch needs a loader of its own: build another of the same"
                    + " data");
          }
          if (loader.batches() == 0) {
            throw new IllegalArgumentException(
                "the validation data does not fill a single batch: "
                    + loader
                    + "; use more items, a smaller batch, or dropLast(false)");
          }
          Network sized = trainer.network.at(loader.dataset().shape().height());
          new BatchChecks(sized, "validation", loader, 1).requireNumber();
        });
  }

  /**
   * Checks the training data alone.
   *
   * @throws IllegalArgumentException if the network cannot be trained on it
   */
  static void requireData(Trainer trainer, DataLoader train) {
    Network network = trainer.network;
    int together = trainer.stepSettings().batchesAtOnce();
    if (train.batches() == 0) {
      throw new IllegalArgumentException(
          "the training data does not fill a single batch: "
              + train
              + "; use more items or a smaller batch");
    }
    for (int epoch : train.changes()) {
      Dataset data = train.dataset(epoch);
      requireShape(network, epoch == 1 ? "training" : from(epoch), data);
      Network sized = network.at(data.shape().height());
      var batches = new BatchChecks(sized, "training", train, together);
      batches.requireNumber();
      batches.requireValuesForNorms();
    }
  }

  private static String from(int epoch) {
    return SafeText.format("training (from epoch %d on)", epoch);
  }

  /** With a loss of the user's own, the outputs may mean anything. */
  private static void requireClasses(Network network, List<String> names) {
    Architecture architecture = network.architecture();
    if (names.isEmpty() || architecture.output().size() != 1) {
      return;
    }
    int classes = architecture.output().get(0);
    if (names.size() != classes) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s tells %d classes apart, but the training data has %d: %s%n"
                  + "  fix: declare the network with classes = %d, or give data.withClasses(names) a"
                  + " name for each class of the network",
              architecture.name(),
              classes,
              names.size(),
              TrainedClasses.line(names),
              names.size()));
    }
  }

  /** The same classes under other labels would be learnt anew, and old answers be wrong. */
  static void requireOrder(Network network, List<String> names) {
    List<String> known = ModelCard.of(network.parameters()).classNames();
    if (!names.equals(known) && new HashSet<>(names).equals(new HashSet<>(known))) {
      throw new IllegalArgumentException(
          SafeText.format(
                  "%s: its weights know the classes of the training data in another order",
                  network.architecture().name())
              + TrainedClasses.comparison("weights", known, "data", names)
              + "\n  fix: data.withClasses(net.classNames()) numbers them alike");
    }
  }

  private static void requireShape(Network network, String which, Dataset data) {
    Architecture architecture = network.architecture();
    List<Integer> expected = architecture.input();
    if (data.size() == 0) {
      return;
    }
    ImageShape shape = data.shape();
    if (!network.inputs().contains(List.of(shape.channels(), shape.height(), shape.width()))) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s takes images of %s (channels, height, width), but those of the %s data"
                  + " are %s (%s)%n  fix: add RandomResizedCrop(%d), or Resize and CenterCrop(%d), to"
                  + " the pipeline, or declare the network's input so",
              architecture.name(),
              network.inputs().stream()
                  .map(in -> new ImageShape(in.get(0), in.get(1), in.get(2)).toString())
                  .collect(Collectors.joining(" or ")),
              which,
              shape,
              data.describe(0),
              expected.get(1),
              expected.get(1)));
    }
  }

  /** What looks wrong about data, and may be meant. */
  static List<String> doubts(Network network, Dataset data) {
    List<String> doubts = new ArrayList<>();
    List<String> known = ModelCard.of(network.parameters()).classNames();
    List<String> names = data.classNames();
    if (!known.isEmpty()
        && !names.isEmpty()
        && !new HashSet<>(known).equals(new HashSet<>(names))) {
      doubts.add(
          SafeText.format(
                  "%s: its weights were trained on other classes than the data has; they are learnt"
                      + " anew",
                  network.architecture().name())
              + TrainedClasses.comparison("weights", known, "data", names));
    }
    largest(data)
        .filter(value -> value > LARGEST_USUAL)
        .ifPresent(
            value ->
                doubts.add(
                    SafeText.format(
                        "the image of %s has values of up to %.0f: they look like bytes that nothing"
                            + " has scaled; divide them by 255, and normalise them (Normalize)",
                        data.describe(0), value)));
    return doubts;
  }

  /** The largest value of the first image; empty if it is damaged. */
  private static Optional<Float> largest(Dataset data) {
    if (data.size() == 0) {
      return Optional.empty();
    }
    FloatBuffer values = FloatBuffer.allocate(data.shape().length());
    try {
      data.read(0, new CounterRandom(0, 0, 0), values);
    } catch (DataException e) {
      return Optional.empty();
    }
    float largest = 0;
    for (float value : values.array()) {
      largest = Math.max(largest, value);
    }
    return Optional.of(largest);
  }

  /** Data without names of classes is its owner's affair. */
  private static void requireSameClasses(List<String> training, List<String> validation) {
    if (!training.isEmpty() && !validation.isEmpty() && !training.equals(validation)) {
      throw new IllegalArgumentException(
          "the validation data has other classes than the training data, so equal labels"
              + " mean different classes"
              + TrainedClasses.comparison("training", training, "validation", validation)
              + "\n  fix: validation.withClasses(training.classNames()) numbers them alike");
    }
  }
}
