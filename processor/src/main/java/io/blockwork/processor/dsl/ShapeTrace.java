package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.processor.dsl.BodyNode.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The shapes at the network's nodes so far, a line each, for messages. */
final class ShapeTrace {
  /** So many lines are read; the last are the ones that matter. */
  private static final int MOST = 16;

  private final List<String> lines = new ArrayList<>();

  void input(Shape shape) {
    lines.add(line("    ", "input", shape, ""));
  }

  void add(String path, Shape shape, Work work) {
    lines.add(line("    ", path, shape, "@" + work.text()));
  }

  private static String line(String indent, String path, Shape shape, String what) {
    String line =
        String.format(
            Locale.ROOT,
            "%s%-26s %5d x %3d x %3d   %s",
            indent,
            path,
            shape.channels(),
            shape.height(),
            shape.width(),
            what);
    return line.stripTrailing() + "\n";
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
    return (from > 0 ? "    ...\n" : "") + String.join("", lines.subList(from, lines.size()));
  }
}
