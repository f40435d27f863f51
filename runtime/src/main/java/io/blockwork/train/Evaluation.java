package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TestTimeViews;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.Task;
import io.blockwork.io.SafeText;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How well, and how fast, a network says what is to be said of a data set.
 *
 * @param metrics loss (cross entropy, without smoothing; of several classes binary cross entropy,
 *     of numbers the mean squared error) and accuracies, with the metrics of the data's {@link
 *     Task}
 * @param confusion which classes were taken for which; empty if images have no single class
 * @param timePerImage mean time of inference, without reading the data
 */
public record Evaluation(Metrics metrics, ConfusionMatrix confusion, Duration timePerImage)
    implements Serializable {
  /** Checks that nothing is missing. */
  public Evaluation {
    Objects.requireNonNull(metrics, "metrics");
    Objects.requireNonNull(confusion, "confusion");
    Objects.requireNonNull(timePerImage, "timePerImage");
  }

  /**
   * Runs a classifier over all images of a loader. They should not be shuffled or changed at
   * random; the epoch is number 1.
   *
   * @throws IllegalArgumentException if an image has no label, or one that the network has no
   *     output for; or if an image holds a NaN or an infinity
   * @throws DivergedException if the network's output for an image is not finite
   */
  public static Evaluation of(Network network, DataLoader data) {
    return of(network, data, TestTimeViews.plain());
  }

  /**
   * Runs a classifier over several views of all images of a loader.
   *
   * @param views whose outputs are averaged; the loader's images are of the size that they need
   * @throws IllegalArgumentException as {@link #of(Network, DataLoader)} does
   * @throws DivergedException if the network's output for an image is not finite
   */
  public static Evaluation of(Network network, DataLoader data, TestTimeViews views) {
    return of(network, data, views, Measuring.usual(), images -> {});
  }

  /**
   * Runs a network over all images of a loader, and takes metrics of your own beside the usual ones
   * from its outputs, which are held in memory.
   *
   * @throws IllegalArgumentException as {@link #of(Network, DataLoader)} does
   * @throws DivergedException if the network's output for an image is not finite
   */
  public static Evaluation of(Network network, DataLoader data, Metric... metrics) {
    Objects.requireNonNull(metrics, "metrics");
    var measuring = new Measuring(List.of(metrics), Optional.empty());
    return of(network, data, TestTimeViews.plain(), measuring, images -> {});
  }

  /**
   * Runs a classifier over several views of all images of a loader.
   *
   * @param seen hears of the number of images that are done, after each batch
   */
  static Evaluation of(
      Network network,
      DataLoader data,
      TestTimeViews views,
      Measuring measuring,
      LongConsumer seen) {
    try (Epoch epoch = data.epoch(1)) {
      return of(network, data, views, measuring, epoch, seen);
    }
  }

  /** The same of some of the loader's batches. */
  static Evaluation of(
      Network network,
      DataLoader data,
      TestTimeViews views,
      Measuring measuring,
      Iterable<Batch> batches,
      LongConsumer seen) {
    int classes = network.architecture().output().get(0);
    List<String> names = data.dataset().classNames();
    List<String> known = names.size() == classes ? names : numbered(classes);
    var confusion = new ConfusionMatrix(known);
    Task task = data.dataset().task();
    List<Metric> metrics = measuring.metrics(task);
    Outputs outputs = new Outputs(task, known);
    Meter meter = new Meter();
    long nanos = 0;
    for (Batch batch : batches) {
      Finite.firstImage(batch, data.dataset())
          .ifPresent(
              image -> {
                throw new IllegalArgumentException(
                    SafeText.format("the image of %s holds a NaN or an infinity", image));
              });
      INDArray images = batch.images().castTo(network.parameters().dataType());
      long begin = System.nanoTime();
      INDArray output = views.forward(network, images);
      nanos += System.nanoTime() - begin;
      if (!Finite.all(output)) {
        throw new DivergedException(
            SafeText.format(
                    "evaluation, batch %d: the output of %s holds a NaN or an infinity",
                    batch.number() + 1, network.architecture().name())
                + "\n  fix: use weights from before training diverged, or scale the images down"
                + " (Normalize)",
            "");
      }
      double loss = measuring.loss(batch).evaluate(output, output.like());
      meter.add(loss, List.of(), output, batch);
      if (task == Task.SINGLE_LABEL) {
        count(confusion, output, batch.labels());
      }
      if (!metrics.isEmpty()) {
        outputs.add(output, batch);
      }
      seen.accept(meter.metrics().images());
    }
    Metrics all = meter.metrics().with(Measuring.values(metrics, outputs));
    return new Evaluation(all, confusion, Duration.ofNanos(nanos / Math.max(1, all.images())));
  }

  /** What both have found on different images, as if one had run over all of them. */
  public Evaluation plus(Evaluation other) {
    Metrics sum = metrics.plus(other.metrics);
    long nanos =
        timePerImage.toNanos() * metrics.images()
            + other.timePerImage.toNanos() * other.metrics.images();
    return new Evaluation(
        sum, confusion.plus(other.confusion), Duration.ofNanos(nanos / Math.max(1, sum.images())));
  }

  private static List<String> numbered(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  private static void count(ConfusionMatrix confusion, INDArray output, int... labels) {
    double[][] rows = output.castTo(DataType.DOUBLE).toDoubleMatrix();
    for (int i = 0; i < labels.length; i++) {
      int best = 0;
      for (int c = 1; c < rows[i].length; c++) {
        if (rows[i][c] > rows[i][best]) {
          best = c;
        }
      }
      confusion.add(labels[i], best);
    }
  }

  /** Metrics, time and, with one class for each image, the confusion matrix, for people. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%d images: %s, %.3f ms an image%n%s",
        metrics.images(),
        metrics,
        timePerImage.toNanos() / 1e6,
        Double.isNaN(metrics.top1()) ? "" : confusion.text());
  }
}
