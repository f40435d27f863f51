package io.blockwork.data;

import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Grey images as lines of numbers, one image a line with its label: UCI's handwritten digits (label
 * last), MNIST as CSV (label first). Plain or gzipped; held in memory.
 *
 * <p>Numbers are separated by commas, semicolons or tabs, whatever the first line has most of; they
 * may be quoted, and labels written as {@code 1.0}. A byte-order mark is left out, and so is a
 * first line without a single number: a header.
 *
 * <p>Lines that are not images are reported, with file and offset, when that item is read. Memory:
 * 4 bytes a pixel and {@value #LINE_BYTES} a line, good or bad, up to a quarter of what Java may
 * have ({@code -Xmx}). Of a line no more is kept than {@value #FIELD_BYTES} bytes for each number
 * that an image needs.
 */
public final class CsvImages implements Dataset {
  /** Where a line has its label. */
  public enum Label {
    /** Before the pixels. */
    FIRST,
    /** After the pixels. */
    LAST
  }

  /** What is reckoned for a line besides its pixels. */
  static final int LINE_BYTES = 64;

  /** The longest number, with quotes, spaces and a separator. */
  static final int FIELD_BYTES = 64;

  /**
   * A line: an image, or what is wrong with it.
   *
   * @param problem empty for an image
   */
  record Line(float[] pixels, int label, long offset, String problem) {}

  private final String file;
  private final ImageShape shape;
  private final List<String> classNames;
  private final List<Line> lines;

  private CsvImages(String file, ImageShape shape, List<String> classNames, List<Line> lines) {
    this.file = file;
    this.shape = shape;
    this.classNames = classNames;
    this.lines = lines;
  }

  /**
   * Reads a file.
   *
   * @param height rows of an image
   * @param width pixels in a row
   * @param maximum the value that becomes 1 (16 for UCI's digits, 255 for MNIST)
   * @param label where the label is
   * @param classNames by label
   * @throws DataException if gzip data are damaged
   * @throws DataLimitException if the lines take more than a quarter of Java's memory
   * @throws UncheckedIOException if the file cannot be read
   */
  public static CsvImages open(
      Path file, int height, int width, double maximum, Label label, List<String> classNames) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(classNames, "classNames");
    try (InputStream in = Streams.open(file)) {
      return read(in, file.toString(), height, width, maximum, label, classNames);
    } catch (IOException e) {
      throw new UncheckedIOException(SafeText.of(file) + ": " + FileProblem.reading(file, e), e);
    }
  }

  /**
   * Reads a stream to its end: a resource of the program, for example.
   *
   * @param in plain text
   * @param file what messages call it
   * @param height rows of an image
   * @param width pixels in a row
   * @param maximum the value that becomes 1
   * @param label where the label is
   * @param classNames by label
   * @throws DataLimitException if the lines take more than a quarter of Java's memory
   * @throws IOException if the stream cannot be read
   */
  public static CsvImages read(
      InputStream in,
      String file,
      int height,
      int width,
      double maximum,
      Label label,
      List<String> classNames)
      throws IOException {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(classNames, "classNames");
    if (!(maximum > 0 && maximum < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the value that becomes 1: expected a positive number, got " + maximum);
    }
    List<String> names = List.copyOf(classNames);
    ImageShape shape = new ImageShape(1, height, width);
    List<Line> lines =
        new CsvLines(file, shape, maximum, label, names.size(), Streams.limit()).read(in);
    return new CsvImages(file, shape, names, lines);
  }

  private Line line(int index) {
    Line line = lines.get(index);
    if (!line.problem.isEmpty()) {
      throw new DataException(file, line.offset, "not an image and its label: " + line.problem);
    }
    return line;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public void read(int index, RandomGenerator random, FloatBuffer target) {
    Objects.requireNonNull(random, "random");
    Objects.requireNonNull(target, "target");
    target.put(line(index).pixels);
  }

  @Override
  public int size() {
    return lines.size();
  }

  @Override
  public int label(int index) {
    return line(index).label;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
