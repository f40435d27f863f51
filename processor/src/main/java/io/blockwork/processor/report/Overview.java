package io.blockwork.processor.report;

import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.report.Outline.Stage;
import java.util.List;
import java.util.Locale;

/**
 * The whole network from left to right: each stage as a slab, as high as its maps and as thick as
 * its channels, with the shapes on the edges between them.
 */
final class Overview {
  private static final double PAGE = 1200;
  private static final double ENDS = 110;
  private static final double MIDDLE = 72;
  private static final double HEIGHT = 176;

  private Overview() {}

  static String svg(List<Stage> stages, List<Shape> shapes) {
    Markup svg = new Markup();
    double step = Math.max(100, Math.min(140, (PAGE - ENDS) / stages.size()));
    double width = step * stages.size() + ENDS;
    svg.add(
        "<svg class=\"overview\" viewBox=\"0 0 %s %s\" width=\"%s\" role=\"img\" aria-label=\"The stages\">",
        Markup.n(width), Markup.n(HEIGHT), Markup.n(width));
    double largest =
        stages.stream().mapToInt(s -> shapes.get(s.last().id()).height()).max().orElse(1);
    double x = 92;
    edge(svg, 4, x, shapes.get(0));
    for (Stage stage : stages) {
      Shape out = shapes.get(stage.last().id());
      double high = 26 + 100 * Math.sqrt(out.height() / largest);
      double thick = Math.min(46, 6 + 4 * Math.log(out.channels()) / Math.log(2));
      String kind = "k" + kind(stage);
      svg.box(x, MIDDLE - high / 2, thick, high, "slab " + kind, stage.name() + ": " + out);
      svg.label(x + thick / 2, MIDDLE + high / 2 + 16, "name mid", shortName(stage.name()));
      if (stage.blocks().size() > 1) {
        svg.label(
            x + thick / 2, MIDDLE + high / 2 + 30, "note mid", stage.blocks().size() + " blocks");
      }
      edge(svg, x + thick, x + step, out);
      x += step;
    }
    return svg.add("</svg>\n").toString();
  }

  static String shortName(String stage) {
    return stage.startsWith("features.") ? stage.substring("features.".length()) : stage;
  }

  /** What the stage is made of: 0 plain layers, 1 residual blocks, 2 dense blocks. */
  static int kind(Stage stage) {
    if (stage.runs().get(0).first().isResidual()) {
      return 1;
    }
    return stage.runs().get(0).first().isDense() ? 2 : 0;
  }

  private static void edge(Markup svg, double from, double to, Shape shape) {
    svg.path(
        "edge arrow",
        String.format(
            Locale.ROOT, "M%s %sH%s", Markup.n(from + 3), Markup.n(MIDDLE), Markup.n(to - 4)));
    double middle = (from + to) / 2;
    svg.label(middle, MIDDLE - 7, "shape mid", String.valueOf(shape.channels()));
    svg.label(middle, MIDDLE + 15, "shape mid", shape.height() + "×" + shape.width());
  }
}
