package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.processor.dsl.BodyNode.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The shapes at the network's nodes so far, a line each, for messages. */
final class ShapeTrace {
  /** So many lines are read; the last are the ones that matter. */
  private static final int MOST = 16;

  /** Formatted only where there is a fault: most networks have none. */
  private record Line(String path, Shape shape, Optional<Work> work) {
    String text() {
      String line =
          String.format(
              Locale.ROOT,
              "    %-26s %5d x %3d x %3d   %s",
              path,
              shape.channels(),
              shape.height(),
              shape.width(),
              work.map(what -> "@" + what.text()).orElse(""));
      return line.stripTrailing() + "\n";
    }
  }

  private final List<Line> lines = new ArrayList<>();

  void input(Shape shape) {
    lines.add(new Line("input", shape, Optional.empty()));
  }

  void add(String path, Shape shape, Work work) {
    lines.add(new Line(path, shape, Optional.of(work)));
  }

  /** The line of the operation that has no output. */
  static String fault(ShapeFault fault) {
    return String.format(
        Locale.ROOT,
        "  > %-26s %-17s   %s\n",
        fault.op().path(),
        "no output",
        fault.op().description().phrase());
  }

  @Override
  public String toString() {
    int from = Math.max(0, lines.size() - MOST);
    return (from > 0 ? "    ...\n" : "")
        + lines.subList(from, lines.size()).stream().map(Line::text).collect(Collectors.joining());
  }
}
