package io.blockwork;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * The table that {@link Architecture#table} gives, in at most {@value #WIDTH} columns: where whole
 * paths do not fit, each module has a line, and its layers stand below it by their own names.
 */
final class Summary {
  private static final int WIDTH = 80;

  private static final List<String> HEADER =
      List.of("layer", "type", "output", "parameters", "MACs (M)", "MB");

  /** From this column on, cells are numbers and stand to the right. */
  private static final int FIRST_NUMBER = 3;

  private static final int GAP = 2;
  private static final int BYTES = 4;

  private final Architecture architecture;

  Summary(Architecture architecture) {
    this.architecture = architecture;
  }

  String text() {
    List<List<String>> layers = new ArrayList<>();
    long outputs = 0;
    for (LayerInfo layer : architecture.layers()) {
      layers.add(
          row(
              layer.path(),
              layer.type(),
              layer.output(),
              count(layer.learnable()),
              layer.macs(),
              layer.outputLength()));
      outputs += layer.outputLength();
    }
    OptionalInt batch = architecture.batch();
    String images = batch.isPresent() ? batch.getAsInt() + " at a time" : "";
    List<String> input = List.of("input", images, shape(architecture.input()), "", "", "");
    List<String> total =
        row(
            "total",
            "",
            architecture.output(),
            count(architecture.learnable()),
            architecture.macs(),
            outputs);
    List<List<String>> all = new ArrayList<>(layers);
    all.addAll(List.of(HEADER, input, total));
    int[] widths = widths(all);
    int room = WIDTH - (Arrays.stream(widths).sum() - widths[0] + GAP * (widths.length - 1));
    boolean whole = widths[0] <= room;
    if (!whole) {
      int longest = layers.stream().mapToInt(row -> indented(row.get(0)).length()).max().orElse(0);
      widths[0] = Math.min(room, Math.max(longest, HEADER.get(0).length()));
    }
    String rule = "-".repeat(Arrays.stream(widths).sum() + GAP * (widths.length - 1));
    StringBuilder text = new StringBuilder(architecture.name()).append('\n');
    text.append(line(HEADER, widths)).append(rule).append('\n').append(line(input, widths));
    String module = "";
    for (List<String> row : layers) {
      String path = row.get(0);
      if (whole) {
        text.append(line(row, widths));
        continue;
      }
      if (!parent(path).equals(module)) {
        module = parent(path);
        text.append(module.isEmpty() ? "" : module + '\n');
      }
      text.append(line(named(indented(path), row), widths));
    }
    text.append(rule).append('\n').append(line(total, widths));
    long plan = architecture.slots().stream().mapToLong(Long::longValue).sum();
    return text.append(
            SafeText.format(
                "inference plan: %d slots, %s bytes (%s MB) an image",
                architecture.slots().size(), count(plan * BYTES), megabytes(plan)))
        .append('\n')
        .append(
            SafeText.format(
                "parameters: %s MB; one image, 32-bit floats throughout",
                megabytes(architecture.learnable())))
        .append('\n')
        .toString();
  }

  private static List<String> row(
      String name, String type, List<Integer> output, String parameters, long macs, long values) {
    return List.of(name, type, shape(output), parameters, millions(macs), megabytes(values));
  }

  private static List<String> named(String name, List<String> row) {
    List<String> cells = new ArrayList<>(row);
    cells.set(0, name);
    return cells;
  }

  /** The module that a layer stands in; empty for the network itself. */
  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('.')));
  }

  /** A layer's own name, below its module's. */
  private static String indented(String path) {
    return (path.contains(".") ? "  " : "") + path.substring(path.lastIndexOf('.') + 1);
  }

  private static int[] widths(List<List<String>> rows) {
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    return widths;
  }

  /** A row; a name that is too long for its column has a line of its own. */
  private static String line(List<String> row, int[] widths) {
    String name = row.get(0);
    StringBuilder line = new StringBuilder();
    if (name.length() > widths[0]) {
      line.append(name).append('\n').append(" ".repeat(widths[0]));
    } else {
      line.append(name).append(" ".repeat(widths[0] - name.length()));
    }
    for (int c = 1; c < widths.length; c++) {
      String gap = " ".repeat(widths[c] - row.get(c).length());
      line.append(" ".repeat(GAP));
      line.append(c < FIRST_NUMBER ? row.get(c) + gap : gap + row.get(c));
    }
    return line.toString().stripTrailing() + '\n';
  }

  private static String shape(List<Integer> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(" x "));
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String millions(long value) {
    return String.format(Locale.ROOT, "%,.2f", value / 1e6);
  }

  private static String megabytes(long floats) {
    return String.format(Locale.ROOT, "%.2f", floats * BYTES / 1e6);
  }
}
