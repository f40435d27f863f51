package io.blockwork.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Grey images as lines of comma-separated numbers, one image a line with its label: UCI's
 * handwritten digits (label last), MNIST as CSV (label first). Plain or gzipped; held in memory.
 *
 * <p>Lines that are not images are told, with file and offset, when that item is read; a first line
 * without a single number among its fields is a header and left out.
 */
public final class CsvImages implements Dataset {
  /** Where a line has its label. */
  public enum Label {
    /** Before the pixels. */
    FIRST,
    /** After the pixels. */
    LAST
  }

  private static final Pattern NUMBER = Pattern.compile("^\\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?\\s*$");

  private record Line(float[] pixels, int label, Optional<DataException> damage) {}

  private final ImageShape shape;
  private final List<String> classNames;
  private final List<Line> lines;

  private CsvImages(ImageShape shape, List<String> classNames, List<Line> lines) {
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
   * @throws UncheckedIOException if the file cannot be read
   */
  public static CsvImages open(
      Path file, int height, int width, double maximum, Label label, List<String> classNames) {
    try (InputStream in = Streams.open(file)) {
      return read(in, file.toString(), height, width, maximum, label, classNames);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
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
    byte[] data = Streams.readUpTo(in, file, 0, Streams.ALL);
    ImageShape shape = new ImageShape(1, height, width);
    List<Line> lines = new ArrayList<>();
    int begin = 0;
    while (begin < data.length) {
      int end = begin;
      while (end < data.length && data[end] != '\n') {
        end++;
      }
      String text = new String(data, begin, end - begin, StandardCharsets.UTF_8).strip();
      boolean header = begin == 0 && isHeader(text);
      if (!text.isEmpty() && !header) {
        lines.add(parse(text, file, begin, shape, maximum, label, classNames.size()));
      }
      begin = end + 1;
    }
    return new CsvImages(shape, List.copyOf(classNames), List.copyOf(lines));
  }

  private static boolean isHeader(String line) {
    return Arrays.stream(line.split(",", -1)).noneMatch(NUMBER.asPredicate());
  }

  private static Line parse(
      String text,
      String file,
      int offset,
      ImageShape shape,
      double maximum,
      Label label,
      int classes) {
    try {
      String[] fields = text.split(",", -1);
      if (fields.length != shape.length() + 1) {
        throw new NumberFormatException(
            "%d fields, expected %d pixels and a label".formatted(fields.length, shape.length()));
      }
      int labelField = label == Label.FIRST ? 0 : shape.length();
      int number = Integer.parseInt(fields[labelField].strip());
      if (number < 0 || number >= classes) {
        throw new NumberFormatException(
            "label %d is not one of the %d classes".formatted(number, classes));
      }
      float[] pixels = new float[shape.length()];
      for (int i = 0; i < pixels.length; i++) {
        String field = fields[label == Label.FIRST ? i + 1 : i].strip();
        pixels[i] = (float) (Double.parseDouble(field) / maximum);
        if (!Float.isFinite(pixels[i])) {
          throw new NumberFormatException("pixel %d is %s".formatted(i, field));
        }
      }
      return new Line(pixels, number, Optional.empty());
    } catch (NumberFormatException e) {
      String problem = "not an image and its label: " + e.getMessage();
      return new Line(
          new float[0], UNLABELLED, Optional.of(new DataException(file, offset, problem, e)));
    }
  }

  private Line line(int index) {
    Line line = lines.get(index);
    if (line.damage.isPresent()) {
      throw line.damage.get();
    }
    return line;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public void read(int index, RandomGenerator random, FloatBuffer target) {
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
