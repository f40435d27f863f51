package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TestTimeViews;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.Labelled;
import io.blockwork.data.Task;
import io.blockwork.image.Classification;
import io.blockwork.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network says of every image of a loader.
 *
 * @param classNames by class index, or of the numbers of a regression; numbers where the data has
 *     no names for all of them
 * @param rows in the loader's order
 * @param task what is to be said
 */
public record Predictions(List<String> classNames, List<Row> rows, Task task) {
  /**
   * What it says of one image.
   *
   * @param index of the image in the data set
   * @param source where it comes from
   * @param label its class, or {@link Labelled#UNLABELLED}
   * @param probabilities of all classes, by softmax; of several classes at once by the sigmoid of
   *     each; of a regression, the numbers themselves
   * @param targets what was wanted, of several classes or numbers; empty if that is not known
   */
  public record Row(
      int index, String source, int label, List<Double> probabilities, List<Double> targets) {
    /** Copies the lists. */
    public Row {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(probabilities, "probabilities");
      Objects.requireNonNull(targets, "targets");
      probabilities = List.copyOf(probabilities);
      targets = List.copyOf(targets);
    }

    /** What it says of an image with one class. */
    public Row(int index, String source, int label, List<Double> probabilities) {
      this(index, source, label, probabilities, List.of());
    }

    /** The classes with a probability above a half: the answer where several may be there. */
    public List<Integer> answers() {
      return above(probabilities);
    }

    private static List<Integer> above(List<Double> shares) {
      return IntStream.range(0, shares.size()).filter(c -> shares.get(c) > 0.5).boxed().toList();
    }

    /** The likeliest class, the first of equal ones. */
    public int answer() {
      int best = 0;
      for (int c = 1; c < probabilities.size(); c++) {
        best = probabilities.get(c) > probabilities.get(best) ? c : best;
      }
      return best;
    }

    /** The probability of the answer. */
    public double confidence() {
      return probabilities.get(answer());
    }

    /** Whether the answer is the label. */
    public boolean isRight() {
      return answer() == label;
    }
  }

  /** Copies the lists. */
  public Predictions {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(classNames, "classNames");
    Objects.requireNonNull(rows, "rows");
    classNames = List.copyOf(classNames);
    rows = List.copyOf(rows);
  }

  /** Predictions of one class for each image. */
  public Predictions(List<String> classNames, List<Row> rows) {
    this(classNames, rows, Task.SINGLE_LABEL);
  }

  /** Runs a classifier over all images of a loader; the epoch is number 1. */
  public static Predictions of(Network network, DataLoader data) {
    return of(network, data, TestTimeViews.plain());
  }

  /**
   * Runs a classifier over several views of all images of a loader; the epoch is number 1.
   *
   * @param data not shuffled; its images need no labels
   * @param views whose outputs are averaged
   * @throws IllegalArgumentException if an image holds a NaN or an infinity
   */
  public static Predictions of(Network network, DataLoader data, TestTimeViews views) {
    Task task = data.dataset().task();
    int classes = network.architecture().output().get(0);
    List<String> names = data.dataset().classNames();
    List<Row> rows = new ArrayList<>();
    try (Epoch epoch = data.epoch(1)) {
      for (Batch batch : epoch) {
        INDArray images = batch.images().castTo(network.parameters().dataType());
        double[][] outputs =
            views.forward(network, images).castTo(DataType.DOUBLE).toDoubleMatrix();
        int[] indices = batch.indices();
        int[] labels = batch.labels();
        for (int i = 0; i < indices.length; i++) {
          rows.add(
              new Row(
                  indices[i],
                  data.dataset().describe(indices[i]),
                  labels[i],
                  shares(task, outputs[i]),
                  targets(data.dataset().target(indices[i]))));
        }
      }
    }
    return new Predictions(
        names.size() == classes
            ? names
            : IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        rows,
        task);
  }

  private static List<Double> shares(Task task, double... outputs) {
    double[] shares =
        switch (task) {
          case SINGLE_LABEL -> Classification.softmax(outputs);
          case MULTI_LABEL -> Classification.sigmoid(outputs);
          case REGRESSION -> outputs;
        };
    return Arrays.stream(shares).boxed().toList();
  }

  private static List<Double> targets(float... values) {
    return IntStream.range(0, values.length).mapToObj(i -> (double) values[i]).toList();
  }

  /** The images with labels that were taken for something else, the surest mistakes first. */
  public List<Row> mistakes() {
    return rows.stream()
        .filter(row -> row.label() >= 0 && !row.isRight())
        .sorted(Comparator.comparingDouble(row -> -row.confidence()))
        .toList();
  }

  /** How far the probabilities can be taken at their word, in 15 bins. */
  public Calibration calibration() {
    return Calibration.of(this, 15);
  }

  /**
   * Writes a table: {@code source, label, answer, confidence}, and the probability of each class.
   * With several classes for each image {@code source, labels, answers}, names separated by {@code
   * |}, and the probabilities; of a regression {@code source}, what was wanted of each number
   * ({@code target NAME}), and the numbers.
   *
   * @throws io.blockwork.io.FileException if the file cannot be written
   */
  public void writeCsv(Path path) {
    Objects.requireNonNull(path, "path");
    StringBuilder text = new StringBuilder("source");
    switch (task) {
      case SINGLE_LABEL -> text.append(",label,answer,confidence");
      case MULTI_LABEL -> text.append(",labels,answers");
      case REGRESSION ->
          classNames.forEach(name -> text.append(',').append(field("target " + name)));
    }
    classNames.forEach(name -> text.append(',').append(field(name)));
    text.append('\n');
    for (Row row : rows) {
      text.append(field(row.source())).append(',').append(said(row));
      row.probabilities().forEach(share -> text.append(',').append(share));
      text.append('\n');
    }
    AtomicFile.write(path, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The columns between the source and what the network gave. */
  private String said(Row row) {
    return switch (task) {
      case SINGLE_LABEL ->
          (row.label() < 0 ? "" : field(classNames.get(row.label())))
              + ','
              + field(classNames.get(row.answer()))
              + ','
              + row.confidence();
      case MULTI_LABEL -> names(Row.above(row.targets())) + ',' + names(row.answers());
      case REGRESSION ->
          IntStream.range(0, classNames.size())
              .mapToObj(k -> row.targets().isEmpty() ? "" : row.targets().get(k).toString())
              .collect(Collectors.joining(","));
    };
  }

  private String names(List<Integer> classes) {
    return field(classes.stream().map(classNames::get).collect(Collectors.joining("|")));
  }

  /** Quoted if it must be (RFC 4180). */
  private static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
