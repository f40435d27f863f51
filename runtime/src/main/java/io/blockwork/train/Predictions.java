package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TestTimeViews;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.Labelled;
import io.blockwork.image.Classification;
import io.blockwork.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a classifier says of every image of a loader.
 *
 * @param classNames by class index; numbers where the data has no names for all of them
 * @param rows in the loader's order
 */
public record Predictions(List<String> classNames, List<Row> rows) {
  /**
   * What it says of one image.
   *
   * @param index of the image in the data set
   * @param source where it comes from
   * @param label its class, or {@link Labelled#UNLABELLED}
   * @param probabilities of all classes, by softmax
   */
  public record Row(int index, String source, int label, List<Double> probabilities) {
    /** Copies the list. */
    public Row {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(probabilities, "probabilities");
      probabilities = List.copyOf(probabilities);
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
    Objects.requireNonNull(classNames, "classNames");
    Objects.requireNonNull(rows, "rows");
    classNames = List.copyOf(classNames);
    rows = List.copyOf(rows);
  }

  /** Runs a classifier over all images of a loader; the epoch is number 0. */
  public static Predictions of(Network network, DataLoader data) {
    return of(network, data, TestTimeViews.plain());
  }

  /**
   * Runs a classifier over several views of all images of a loader; the epoch is number 0.
   *
   * @param data not shuffled; its images need no labels
   * @param views whose outputs are averaged
   * @throws IllegalArgumentException if an image holds a NaN or an infinity
   */
  public static Predictions of(Network network, DataLoader data, TestTimeViews views) {
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
          List<Double> shares =
              java.util.Arrays.stream(Classification.softmax(outputs[i])).boxed().toList();
          rows.add(new Row(indices[i], data.dataset().describe(indices[i]), labels[i], shares));
        }
      }
    }
    return new Predictions(
        names.size() == classes
            ? names
            : IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        rows);
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
   *
   * @throws io.blockwork.io.FileException if the file cannot be written
   */
  public void writeCsv(Path path) {
    Objects.requireNonNull(path, "path");
    StringBuilder text = new StringBuilder("source,label,answer,confidence");
    classNames.forEach(name -> text.append(',').append(field(name)));
    text.append('\n');
    for (Row row : rows) {
      text.append(field(row.source())).append(',');
      text.append(row.label() < 0 ? "" : field(classNames.get(row.label()))).append(',');
      text.append(field(classNames.get(row.answer()))).append(',').append(row.confidence());
      row.probabilities().forEach(share -> text.append(',').append(share));
      text.append('\n');
    }
    AtomicFile.write(path, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Quoted if it must be (RFC 4180). */
  private static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
