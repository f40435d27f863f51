package io.blockwork.data;

import io.blockwork.io.FileProblem;
import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table with a header: fields separated by commas, semicolons or tabs, whatever the header has
 * most of, quoted as RFC 4180 has it (a quote within is written twice, and a line may end within).
 * UTF-8, plain or gzipped; a byte-order mark and empty lines are left out.
 */
final class CsvTable {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /**
   * A line after the header.
   *
   * @param number of the line in the file, from 1
   * @param offset of its first byte
   */
  record Row(int number, long offset, List<String> fields) {
    Row {
      fields = List.copyOf(fields);
    }
  }

  private final String file;
  private final byte[] bytes;
  private final CsvFields format;
  private final List<String> header;
  private final List<Row> rows = new ArrayList<>();
  private int at;
  private int line = 1;

  private CsvTable(String file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
    int mark = BYTE_ORDER_MARK.length;
    boolean marked =
        bytes.length >= mark && Arrays.equals(BYTE_ORDER_MARK, 0, mark, bytes, 0, mark);
    at = marked ? mark : 0;
    this.format = CsvFields.of(firstLine());
    this.header = record().stream().map(String::strip).toList();
    while (at < bytes.length) {
      int number = line;
      int offset = at;
      List<String> fields = record();
      if (fields.size() == 1 && fields.get(0).isBlank()) {
        continue;
      }
      if (fields.size() != header.size()) {
        throw new DataException(
            file,
            offset,
            SafeText.format(
                "line %d has %d fields, but the header has %d",
                number, fields.size(), header.size()));
      }
      rows.add(new Row(number, offset, fields));
    }
  }

  /**
   * Reads a file.
   *
   * @throws DataException if a line has other fields than the header, or gzip data are damaged
   * @throws DataLimitException if it takes more than a quarter of Java's memory
   * @throws UncheckedIOException if it cannot be read
   */
  static CsvTable read(Path file) {
    try (InputStream in = Streams.open(file)) {
      return new CsvTable(PathNames.shown(file), Streams.readAll(in, PathNames.shown(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          SafeText.format("%s: cannot be read (%s)", file, FileProblem.reason(e)), e);
    }
  }

  private String firstLine() {
    int end = at;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return new String(bytes, at, end - at, StandardCharsets.UTF_8);
  }

  /** The fields up to the end of a line that is not within quotes. */
  private List<String> record() {
    List<String> fields = new ArrayList<>();
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    int begin = at;
    int number = line;
    boolean quoted = false;
    while (at < bytes.length && (quoted || bytes[at] != '\n')) {
      byte b = bytes[at++];
      line += b == '\n' ? 1 : 0;
      if (quoted && b == '"' && at < bytes.length && bytes[at] == '"') {
        field.write(b);
        at++;
      } else if (b == '"' && (quoted || field.size() == 0)) {
        quoted = !quoted;
      } else if (b == format.separator() && !quoted) {
        fields.add(taken(field));
      } else if (quoted || b != '\r') {
        field.write(b);
      }
    }
    if (quoted) {
      throw new DataException(
          file, begin, SafeText.format("line %d: a quote is opened that nothing closes", number));
    }
    at++;
    line++;
    fields.add(taken(field));
    return fields;
  }

  private static String taken(ByteArrayOutputStream field) {
    String text = field.toString(StandardCharsets.UTF_8);
    field.reset();
    return text;
  }

  /** The names of the columns. */
  List<String> header() {
    return header;
  }

  /** The lines after the header. */
  List<Row> rows() {
    return rows;
  }

  /**
   * The place of a column.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  int column(String name) {
    int column = header.indexOf(name);
    if (column < 0) {
      throw new IllegalArgumentException(
          SafeText.format("%s has no column %s", file, name)
              + NearestName.suggestion(name, header)
              + SafeText.format("; its columns are %s", SafeText.excerpt(header)));
    }
    return column;
  }

  /**
   * The finite number in a field, with a decimal point; between semicolons also with a comma.
   *
   * @throws DataException if it holds none
   */
  double number(Row row, int column) {
    String text = row.fields().get(column).strip();
    if (!format.isNumber(text)) {
      throw damaged(row, column, "a finite number");
    }
    return format.number(text);
  }

  /** What to say of a field that holds something else than it should. */
  DataException damaged(Row row, int column, String expected) {
    return new DataException(
        file,
        row.offset(),
        SafeText.format(
            "line %d, column %s: expected %s, got %s",
            row.number(),
            header.get(column),
            expected,
            SafeText.excerpt(row.fields().get(column))));
  }
}
