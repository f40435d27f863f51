package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomCrop;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Momentum;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingHistory;
import io.blockwork.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Resident memory of a long training, as the example {@code cifar10} trains: with validation,
 * checkpoints and logs. It prints a line for each epoch, and how the memory changed from the fifth
 * epoch to the last. Linux only.
 *
 * <p>Arguments: a folder with {@code train/CLASS/*.jpg} and {@code test/CLASS/*.jpg} of 32 x 32
 * pixels, epochs (50), and a folder for the checkpoints and logs (a new one).
 */
public final class TrainingMemory implements TrainingListener {
  private static final long CACHE = 2L << 30;
  private static final int BATCH = 128;
  private static final int FIRST = 5;

  private final List<Long> kilobytes = new ArrayList<>();

  private TrainingMemory() {}

  /** Runs. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 50;
    Path out = args.length > 2 ? Path.of(args[2]) : Files.createTempDirectory("blockwork-memory");
    var memory = new TrainingMemory();
    Pipeline augmentation =
        Pipeline.of(new RandomCrop(32, 4), new RandomHorizontalFlip(0.5), Normalize.imageNet());
    try (ImageClassifier net = Networks.create(ResNet20.class, NetworkOptions.defaults().seed(1));
        DataLoader train = loader(root.resolve("train"), augmentation, true);
        DataLoader test = loader(root.resolve("test"), Pipeline.of(Normalize.imageNet()), false)) {
      Trainer.of(net)
          .epochs(epochs)
          .updater(new Momentum(0.1, 0.9))
          .weightDecay(1e-4)
          .schedule(Schedule.cosine())
          .checkpoints(out)
          .startOver()
          .log(out)
          .progress(false)
          .listener(memory)
          .fit(train, test);
    }
    memory.conclude();
  }

  private static DataLoader loader(Path folder, Pipeline pipeline, boolean shuffle) {
    return DataLoader.of(ImageFolder.open(folder).cached(CACHE).with(pipeline))
        .batchSize(BATCH)
        .shuffle(shuffle)
        .seed(1)
        .workers(1)
        .build();
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    kilobytes.add(residentKilobytes());
    System.out.printf(
        Locale.ROOT,
        "epoch %d: %.1f MB resident, loss %.4f%n",
        kilobytes.size(),
        kilobytes.get(kilobytes.size() - 1) / 1024.0,
        history.last().orElseThrow().training().loss());
  }

  private void conclude() {
    if (kilobytes.size() > FIRST) {
      double change = 100.0 * kilobytes.get(kilobytes.size() - 1) / kilobytes.get(FIRST - 1) - 100;
      System.out.printf(
          Locale.ROOT, "from epoch %d to %d: %+.1f %%%n", FIRST, kilobytes.size(), change);
    }
  }

  private static long residentKilobytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
