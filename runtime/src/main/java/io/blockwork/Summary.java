package io.blockwork;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The table that {@link Architecture#table} gives. */
final class Summary {
  private static final List<String> HEADER =
      List.of("layer", "type", "output", "parameters", "MACs", "memory (MB)");

  /** From this column on, cells are numbers and stand to the right. */
  private static final int FIRST_NUMBER = 3;

  private static final int BYTES = 4;

  private final Architecture architecture;

  Summary(Architecture architecture) {
    this.architecture = architecture;
  }

  String text() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    rows.add(List.of("input", "", shape(architecture.input()), "", "", ""));
    long outputs = 0;
    for (LayerInfo layer : architecture.layers()) {
      rows.add(
          List.of(
              layer.path(),
              layer.type(),
              shape(layer.output()),
              count(layer.learnable()),
              count(layer.macs()),
              megabytes(layer.outputLength())));
      outputs += layer.outputLength();
    }
    long plan = architecture.slots().stream().mapToLong(Long::longValue).sum();
    rows.add(
        List.of(
            "total",
            "",
            shape(architecture.output()),
            count(architecture.learnable()),
            count(architecture.macs()),
            megabytes(outputs)));
    int[] widths = widths(rows);
    String rule = "-".repeat(java.util.Arrays.stream(widths).sum() + 2 * (widths.length - 1));
    StringBuilder text = new StringBuilder(architecture.name()).append('\n');
    for (int i = 0; i < rows.size(); i++) {
      if (i == 1 || i == rows.size() - 1) {
        text.append(rule).append('\n');
      }
      text.append(line(rows.get(i), widths)).append('\n');
    }
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

  private static int[] widths(List<List<String>> rows) {
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    return widths;
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String gap = " ".repeat(widths[c] - row.get(c).length());
      line.append(c == 0 ? "" : "  ");
      line.append(c < FIRST_NUMBER ? row.get(c) + gap : gap + row.get(c));
    }
    return line.toString().stripTrailing();
  }

  private static String shape(List<Integer> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(" x "));
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String megabytes(long floats) {
    return String.format(Locale.ROOT, "%.2f", floats * BYTES / 1e6);
  }
}
