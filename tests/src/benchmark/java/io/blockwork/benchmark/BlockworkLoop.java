package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.data.RandomResizedCrop;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.train.EpochResult;
import io.blockwork.train.Momentum;
import io.blockwork.train.Trainer;
import java.util.stream.IntStream;

/** Our training loop: {@link Trainer}, with its metrics and its check for NaN. */
final class BlockworkLoop {
  private BlockworkLoop() {}

  /** An epoch after the warm-up, in images a second, loading included. */
  static double imagesPerSecond(LoopOptions options) {
    try (ImageClassifier net = Networks.create(ResNet20.class, NetworkOptions.defaults().seed(1))) {
      Dataset data = data(options);
      epoch(net, data, LoopOptions.WARM_UP);
      long start = System.nanoTime();
      EpochResult measured = epoch(net, data, options.images());
      double seconds = (System.nanoTime() - start) / 1e9;
      System.err.printf(
          "blockwork: %s, %.2f %% of the time waiting for images%n",
          measured.training(), 100.0 * measured.waited().toNanos() / measured.time().toNanos());
      return options.images() / seconds;
    }
  }

  private static EpochResult epoch(ImageClassifier net, Dataset data, int images) {
    // Every so many-th, so that there are images of all classes.
    int[] chosen =
        IntStream.range(0, images).map(i -> (int) ((long) i * data.size() / images)).toArray();
    try (DataLoader loader =
        DataLoader.of(data.subset(chosen))
            .batchSize(LoopOptions.BATCH)
            .shuffle(true)
            .workers(1)
            .build()) {
      return Trainer.of(net)
          .epochs(1)
          .updater(new Momentum(LoopOptions.LEARNING_RATE, LoopOptions.MOMENTUM))
          .weightDecay(LoopOptions.DECAY)
          .progress(false)
          .fit(loader)
          .last()
          .orElseThrow();
    }
  }

  private static Dataset data(LoopOptions options) {
    return switch (options.input()) {
      case MEMORY -> options.inMemory();
      case JPEG ->
          ImageFolder.open(options.folder())
              .with(
                  Pipeline.of(
                      new RandomResizedCrop(32),
                      new RandomHorizontalFlip(0.5),
                      Normalize.imageNet()));
    };
  }
}
