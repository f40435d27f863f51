package io.blockwork.examples.quickstart;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.data.Batch;
import io.blockwork.data.CsvImages;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Epoch;
import io.blockwork.data.Split;
import io.blockwork.examples.predict.Failures;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Loss;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains {@link DigitsNet} on real handwritten digits, holds a fifth of them out, and shows what it
 * learnt.
 *
 * <p>Argument: the folder for the weights and the curves.
 */
public final class Quickstart {
  private static final int EPOCHS = 12;
  private static final int BATCH = 32;
  private static final double LEARNING_RATE = 0.1;
  private static final double WEIGHT_DECAY = 1e-4;
  private static final long SEED = 1;

  private Quickstart() {}

  /**
   * Runs the quickstart; a failure is told in a line, and ends the process with the exit code 1.
   *
   * @param args the output folder; {@code target/quickstart} if there is none
   */
  public static void main(String[] args) {
    try {
      run(args.length > 0 ? Path.of(args[0]) : Path.of("target", "quickstart"));
    } catch (IOException | RuntimeException e) {
      System.err.println("quickstart: " + Failures.text(e));
      System.exit(1);
    }
  }

  private static void run(Path folder) throws IOException {
    Files.createDirectories(folder);
    Split<Dataset> digits = Split.stratified(digits(), 0.2, SEED);
    try (DigitsNet net = Networks.create(DigitsNet.class, NetworkOptions.defaults().seed(SEED))) {
      System.out.print(net.summary());
      System.out.printf(
          Locale.ROOT,
          "%nTraining on %d images with the engine %s, holding out %d.%n",
          digits.train().size(),
          net.engine().name(),
          digits.heldOut().size());
      Curves curves = train(net, digits);

      Path weights = folder.resolve("digits.safetensors");
      Weights.save(net.parameters(), weights);
      String picture = picture(curves, folder.resolve("curves.png"));
      Gallery.print(net, digits.heldOut(), System.out);
      System.out.printf(
          Locale.ROOT, "accuracy on held-out digits: %.2f %%%n", 100 * curves.lastAccuracy());
      System.out.println("weights:           " + SafeText.of(weights));
      System.out.println("curves:            " + SafeText.of(picture));
      System.out.println("generated sources: " + SafeText.of(generatedSources()));
    }
  }

  /** Where the picture is, or why there is none: Java without fonts cannot draw. */
  private static String picture(Curves curves, Path file) throws IOException {
    try {
      return curves.save(file).toString();
    } catch (RuntimeException | LinkageError | InternalError e) {
      return SafeText.format("cannot be drawn (%s): are there fonts?", e);
    }
  }

  private static Dataset digits() throws IOException {
    List<String> names = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
    try (InputStream in =
        new GZIPInputStream(
            Objects.requireNonNull(Quickstart.class.getResourceAsStream("digits.csv.gz")))) {
      return CsvImages.read(in, "digits.csv.gz", 8, 8, 16, CsvImages.Label.LAST, names);
    }
  }

  private static Curves train(DigitsNet net, Split<Dataset> digits) {
    var momentum = new Momentum(LEARNING_RATE, 0.9);
    Optimizer optimizer = Optimizer.of(net, momentum).weightDecay(WEIGHT_DECAY);
    var curves = new Curves();
    try (DataLoader loader =
        DataLoader.of(digits.train()).batchSize(BATCH).shuffle(true).seed(SEED).build()) {
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        momentum.learningRate(LEARNING_RATE * (1 + Math.cos(Math.PI * (epoch - 1) / EPOCHS)) / 2);
        double loss = 0;
        try (Epoch batches = loader.epoch(epoch);
            EpochBar bar = EpochBar.start(epoch, EPOCHS, loader.batches())) {
          for (Batch batch : batches) {
            TrainingResult result =
                net.train(batch.images(), Loss.softmaxCrossEntropy(batch.labels()));
            optimizer.step();
            loss += result.loss() * batch.size() / digits.train().size();
            bar.step(SafeText.format("loss %.4f", result.loss()));
          }
          double accuracy = accuracy(net, digits.heldOut());
          bar.finish(SafeText.format("loss %.4f  held-out accuracy %.2f %%", loss, 100 * accuracy));
          curves.add(loss, accuracy);
        }
      }
    }
    return curves;
  }

  private static double accuracy(DigitsNet net, Dataset data) {
    int right = 0;
    try (DataLoader loader = DataLoader.of(data).batchSize(64).build();
        Epoch batches = loader.epoch(1)) {
      for (Batch batch : batches) {
        INDArray best = net.forward(batch.images()).argMax(1);
        for (int i = 0; i < batch.size(); i++) {
          right += best.getInt(i) == batch.labels()[i] ? 1 : 0;
        }
      }
    }
    return (double) right / data.size();
  }

  /** Where the build left the sources that the processor wrote. */
  private static String generatedSources() throws IOException {
    List<Path> found = new ArrayList<>();
    Path start = Path.of("").toAbsolutePath();
    try (var files = Files.find(start, 12, (path, a) -> path.endsWith("DigitsNetForward.java"))) {
      files.forEach(found::add);
    }
    return found.isEmpty()
        ? "generated-sources/annotations of the build"
        : Objects.requireNonNull(found.get(0).getParent()).toString();
  }
}
