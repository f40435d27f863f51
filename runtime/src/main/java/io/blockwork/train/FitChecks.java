package io.blockwork.train;

import io.blockwork.LayerInfo;
import io.blockwork.Network;
import io.blockwork.data.DataLoader;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Optional;

/** What can be found out about a training run before its first epoch, and not after hours. */
final class FitChecks {
  private FitChecks() {}

  /**
   * Checks the network and the data against each other.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  static void require(Trainer trainer, StepSource train, Optional<Validation> validation) {
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
  }

  /**
   * Checks loaders, alone and against each other.
   *
   * @throws IllegalArgumentException if the network cannot be trained on them
   */
  static void require(Trainer trainer, DataLoader train, Optional<DataLoader> validation) {
    requireData(trainer.network, train);
    validation.ifPresent(
        loader -> {
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
        });
  }

  /**
   * Checks the training data alone.
   *
   * @throws IllegalArgumentException if the network cannot be trained on it
   */
  static void requireData(Network network, DataLoader train) {
    if (train.batches() == 0) {
      throw new IllegalArgumentException(
          "the training data does not fill a single batch: "
              + train
              + "; use more items or a smaller batch");
    }
    requireLargeBatches(network, train);
  }

  /** In training, a batch norm needs two values a channel; an image of 1x1 pixels has one. */
  private static void requireLargeBatches(Network network, DataLoader train) {
    int rest = train.dataset().size() % train.batchSize();
    boolean onlyOne = train.batchSize() == 1;
    boolean lastIsOne = rest == 1 && !train.dropsLast();
    if (!onlyOne && !lastIsOne) {
      return;
    }
    network.architecture().layers().stream()
        .filter(layer -> isNormOfOnePixel(layer) && !isFrozen(layer, network.frozen()))
        .findFirst()
        .ifPresent(
            layer -> {
              throw new IllegalArgumentException(
                  SafeText.format(
                          "%s: a batch norm over maps of 1x1 pixels cannot train on one image, and"
                              + " %s (%s)",
                          layer.path(),
                          onlyOne ? "each batch has one" : "the last batch has one",
                          train)
                      + "\n  fix: "
                      + (onlyOne
                          ? "use a larger batch, or freeze the layer"
                          : "dropLast(true), another batch size, or freeze the layer"));
            });
  }

  private static boolean isNormOfOnePixel(LayerInfo layer) {
    return layer.type().equals("BatchNorm2d")
        && layer.output().subList(1, layer.output().size()).stream().allMatch(size -> size == 1);
  }

  private static boolean isFrozen(LayerInfo layer, List<String> prefixes) {
    return prefixes.stream()
        .anyMatch(p -> layer.path().equals(p) || layer.path().startsWith(p + "."));
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
