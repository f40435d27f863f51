package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * Parses the lines of {@link CsvImages} as they come: neither a line nor a file is ever whole in
 * memory as text.
 */
final class CsvLines {
  private static final int BUFFER = 1 << 16;
  private static final float[] NOTHING = {};
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** Of so many bad lines we remember what is wrong. */
  private static final int EXPLAINED = 1000;

  private static final String UNEXPLAINED =
      "one of more than "
          + EXPLAINED
          + " bad lines: check the separator, the place of the label and the size of the images";

  private final String file;
  private final ImageShape shape;
  private final double maximum;
  private final CsvImages.Label labelPlace;
  private final int classes;
  private final int longestLine;
  private final long limit;

  private final List<CsvImages.Line> lines = new ArrayList<>();
  private Optional<CsvFields> fields = Optional.empty();
  private long bytes;
  private int bad;

  /**
   * @param limit bytes that all lines may take in memory
   */
  CsvLines(
      String file,
      ImageShape shape,
      double maximum,
      CsvImages.Label labelPlace,
      int classes,
      long limit) {
    this.file = file;
    this.shape = shape;
    this.maximum = maximum;
    this.labelPlace = labelPlace;
    this.classes = classes;
    this.longestLine =
        (int) Math.min(Streams.limit(), (shape.length() + 1L) * CsvImages.FIELD_BYTES);
    this.limit = limit;
  }

  /**
   * The lines but for the header and empty ones. A gzip stream that is cut off counts as ended.
   *
   * @throws DataException if gzip data are damaged
   * @throws DataLimitException if the lines take too much memory
   */
  List<CsvImages.Line> read(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] chunk = new byte[BUFFER];
    long offset = 0;
    long begin = 0;
    int n = read(in, chunk, offset);
    while (n >= 0) {
      int from = 0;
      for (int i = 0; i < n; i++) {
        if (chunk[i] == '\n') {
          append(line, chunk, from, i);
          add(line, begin);
          from = i + 1;
          begin = offset + from;
        }
      }
      append(line, chunk, from, n);
      offset += n;
      n = read(in, chunk, offset);
    }
    add(line, begin);
    return List.copyOf(lines);
  }

  private int read(InputStream in, byte[] chunk, long offset) throws IOException {
    try {
      return in.read(chunk);
    } catch (EOFException e) {
      return -1;
    } catch (ZipException e) {
      throw Streams.damaged(file, offset, e);
    }
  }

  /** Keeps no more of a line than shows that it is too long. */
  private void append(ByteArrayOutputStream line, byte[] chunk, int from, int to) {
    line.write(chunk, from, Math.min(to - from, longestLine + 1 - line.size()));
  }

  private void add(ByteArrayOutputStream line, long begin) {
    String text = line.toString(StandardCharsets.UTF_8);
    boolean tooLong = line.size() > longestLine;
    line.reset();
    if (begin == 0 && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    text = text.strip();
    if (text.isEmpty() || !tooLong && isHeader(text)) {
      return;
    }
    CsvImages.Line parsed =
        tooLong
            ? bad(begin, SafeText.format("the line has more than %d bytes", longestLine))
            : parse(text, begin);
    bytes += CsvImages.LINE_BYTES + 4L * parsed.pixels().length;
    if (bytes > limit) {
      throw Streams.tooLarge(file, begin);
    }
    lines.add(parsed);
  }

  /** The first line that is not empty tells the separator, and may be a header. */
  private boolean isHeader(String line) {
    if (fields.isPresent()) {
      return false;
    }
    CsvFields found = CsvFields.of(line);
    fields = Optional.of(found);
    return found.split(line).stream().noneMatch(found::isNumber);
  }

  private CsvImages.Line bad(long offset, String problem) {
    bad++;
    return new CsvImages.Line(
        NOTHING, Labelled.UNLABELLED, offset, bad <= EXPLAINED ? problem : UNEXPLAINED);
  }

  private CsvImages.Line parse(String text, long offset) {
    CsvFields format = fields.orElseThrow();
    List<String> values = format.split(text);
    int pixels = shape.length();
    if (values.size() != pixels + 1) {
      return bad(
          offset,
          SafeText.format("%d fields, expected %d pixels and a label", values.size(), pixels));
    }
    boolean first = labelPlace == CsvImages.Label.FIRST;
    String labelText = values.get(first ? 0 : pixels);
    String current = labelText;
    try {
      double label = format.number(labelText);
      // Tables that went through floating point have labels such as 1.0.
      if (label != Math.rint(label) || label < 0 || label >= classes) {
        return bad(
            offset,
            SafeText.format(
                "label %s is not one of the %d classes", SafeText.excerpt(labelText), classes));
      }
      float[] image = new float[pixels];
      for (int at = 0; at < pixels; at++) {
        current = values.get(first ? at + 1 : at);
        image[at] = (float) (format.number(current) / maximum);
        if (!Float.isFinite(image[at])) {
          return bad(offset, SafeText.format("pixel %d is %s", at, SafeText.excerpt(current)));
        }
      }
      return new CsvImages.Line(image, (int) label, offset, "");
    } catch (NumberFormatException e) {
      return bad(offset, SafeText.format("%s is not a number", quoted(current)));
    }
  }

  private static String quoted(String field) {
    return '"' + SafeText.excerpt(field) + '"';
  }
}
