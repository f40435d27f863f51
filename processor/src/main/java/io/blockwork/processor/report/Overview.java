package io.blockwork.processor.report;

import static io.blockwork.processor.report.Markup.n;

import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.report.Outline.Part;
import io.blockwork.processor.report.Outline.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The whole network from left to right: each stage as a slab, as high as its maps and as thick as
 * its channels, with the shapes on the lines between them. Lines that go past stages are arcs
 * above, auxiliary heads hang below.
 */
final class Overview {
  private static final double PAGE = 1200;
  private static final double LEFT = 78;
  private static final double MIDDLE = 96;
  private static final double HEADS = 252;
  private static final int MOST = 60;

  private final List<Stage> stages;
  private final List<Shape> shapes;
  private final Markup svg = new Markup();
  private final Map<Stage, Double> places = new HashMap<>();
  private final double step;

  private Overview(List<Stage> stages, List<Shape> shapes) {
    this.stages = stages;
    this.shapes = shapes;
    long columns = stages.stream().filter(stage -> !stage.auxiliary()).count();
    this.step = Math.max(80, Math.min(140, (PAGE - LEFT - 28) / Math.max(1, columns)));
  }

  static String svg(List<Stage> stages, List<Shape> shapes) {
    List<Stage> shown = stages.subList(0, Math.min(MOST, stages.size()));
    return new Overview(shown, shapes).draw(stages.size() - shown.size());
  }

  private String draw(int left) {
    List<Stage> line = stages.stream().filter(stage -> !stage.auxiliary()).toList();
    List<Stage> heads = stages.stream().filter(Stage::auxiliary).toList();
    double x = LEFT;
    for (Stage stage : line) {
      places.put(stage, x);
      x += step;
    }
    double free = 0;
    for (Stage head : heads) {
      places.put(head, Math.max(free, beside(head)));
      free = place(head) + step;
      lineTo(head);
    }
    arcs(line);
    edge(2, LEFT, shapes.get(0));
    for (int i = 0; i < line.size(); i++) {
      Stage stage = line.get(i);
      Shape out = shapes.get(stage.last().id());
      slab(stage, place(stage), MIDDLE, i % 2 == 1 && step < 110);
      boolean joined = i + 1 == line.size() || reads(line.get(i + 1), stage);
      if (joined) {
        edge(place(stage) + thick(out), place(stage) + step, out);
      }
    }
    if (left > 0) {
      svg.label(x + 4, MIDDLE + 4, "note", "and " + left + " more");
    }
    double width = x + (left > 0 ? 90 : 24);
    for (Stage head : heads) {
      slab(head, place(head), HEADS, false);
      svg.label(place(head) + 10, HEADS + 62, "note mid", "in training only");
      width = Math.max(width, place(head) + step);
    }
    double height = heads.isEmpty() ? HEADS - 62 : HEADS + 76;
    return new Markup()
        .add(
            "<svg class=\"overview\" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\" role=\"img\" aria-label=\"The stages\">",
            n(width), n(height), n(width), n(height))
        .add(svg.toString())
        .add("</svg>\n")
        .toString();
  }

  private double place(Stage stage) {
    return places.getOrDefault(stage, LEFT);
  }

  /** Lines past stages, as arcs above them. */
  private void arcs(List<Stage> line) {
    Map<Integer, Integer> owners = owners(line);
    for (int to = 2; to < line.size(); to++) {
      for (int from : new TreeSet<>(sources(line.get(to), owners))) {
        if (from < to - 1) {
          double start = place(line.get(from)) + thick(shapes.get(line.get(from).last().id()));
          double end = place(line.get(to));
          double high = Math.max(4, MIDDLE - 66 - 3.0 * (to - from));
          svg.path(
              "skip arrow",
              String.format(
                  Locale.ROOT,
                  "M%s %sC%s %s %s %s %s %s",
                  n(start + 2),
                  n(MIDDLE - 12),
                  n(start + 14),
                  n(high),
                  n(end - 14),
                  n(high),
                  n(end - 3),
                  n(MIDDLE - 12)));
        }
      }
    }
  }

  /** The line to an auxiliary head, below what it reads. */
  private void lineTo(Stage head) {
    for (int from : sources(head, owners(stages))) {
      Stage source = stages.get(from);
      if (!source.auxiliary()) {
        String start = n(place(source) + thick(shapes.get(source.last().id())) + 9);
        svg.path(
            "edge arrow aux",
            String.format(
                Locale.ROOT,
                "M%s %sC%s %s %s %s %s %s",
                start,
                n(MIDDLE + 20),
                start,
                n(HEADS),
                start,
                n(HEADS),
                n(place(head) - 3),
                n(HEADS)));
      }
    }
  }

  /** Where a head hangs: right of the line down from what it reads. */
  private double beside(Stage head) {
    List<Integer> sources = new ArrayList<>(sources(head, owners(stages)));
    return sources.isEmpty() ? LEFT : place(stages.get(sources.get(0))) + step * 0.75;
  }

  private static Map<Integer, Integer> owners(List<Stage> stages) {
    Map<Integer, Integer> owners = new HashMap<>();
    for (int i = 0; i < stages.size(); i++) {
      for (Part part : stages.get(i).parts()) {
        for (Node node : part.nodes()) {
          owners.put(node.id(), i);
        }
      }
    }
    return owners;
  }

  /** The numbers of the stages that a stage reads. */
  private static Set<Integer> sources(Stage stage, Map<Integer, Integer> owners) {
    Set<Integer> sources = new TreeSet<>();
    Set<Integer> own = new TreeSet<>();
    for (Part part : stage.parts()) {
      for (Node node : part.nodes()) {
        own.add(node.id());
        node.inputs().stream()
            .filter(input -> !own.contains(input) && owners.containsKey(input))
            .forEach(input -> sources.add(owners.get(input)));
      }
    }
    return sources;
  }

  private static boolean reads(Stage stage, Stage before) {
    return sources(stage, owners(List.of(before))).contains(0);
  }

  private void slab(Stage stage, double x, double middle, boolean lower) {
    Shape out = shapes.get(stage.last().id());
    double largest =
        stages.stream().mapToInt(s -> shapes.get(s.last().id()).height()).max().orElse(1);
    double high = 24 + 92 * Math.sqrt(out.height() / largest);
    double thick = thick(out);
    svg.box(
        x,
        middle - high / 2,
        thick,
        high,
        "slab k" + kind(stage) + (stage.auxiliary() ? " aux" : ""),
        stage.name() + ": " + out);
    double y = middle + high / 2 + (lower ? 30 : 16);
    svg.label(x + thick / 2, y, "name mid halo", brief(stage.name()));
    int parts = stage.parts().size();
    if (parts > 1) {
      svg.label(x + thick / 2, y + 13, "note mid halo", parts + " blocks");
    }
  }

  private static double thick(Shape out) {
    return Math.min(40, 6 + 3.4 * Math.log(out.channels()) / Math.log(2));
  }

  /** A stage's name, without what its neighbours' begin with, too. */
  private String brief(String stage) {
    String name = shortName(stage).replace(" to ", "…").replace(" … ", "…");
    while (Markup.width(name, 12, true) > 1.9 * step && name.length() > 4) {
      name = name.charAt(0) == '…' ? "…" + name.substring(2) : "…" + name.substring(1);
    }
    return name;
  }

  /** Without the name of torchvision's body, unless numbers follow it. */
  static String shortName(String stage) {
    String body = "features.";
    boolean named = stage.startsWith(body) && !Character.isDigit(stage.charAt(body.length()));
    return named ? stage.substring(body.length()) : stage;
  }

  /** A range of paths, the end of it without what both begin with. */
  static String range(String from, String to) {
    String prefix = from.substring(0, from.lastIndexOf('.') + 1);
    return shortName(from)
        + " … "
        + (to.startsWith(prefix) ? to.substring(prefix.length()) : shortName(to));
  }

  /** What the stage is made of: 0 plain layers, 1 blocks with sums, 2 with concatenations. */
  static int kind(Stage stage) {
    return stage.parts().stream().mapToInt(Overview::kind).max().orElse(0);
  }

  /** The same for a part. */
  static int kind(Part part) {
    return part.has(Role.CONCAT) ? 2 : part.has(Role.SUM) ? 1 : 0;
  }

  private void edge(double from, double to, Shape shape) {
    svg.path(
        "edge arrow", String.format(Locale.ROOT, "M%s %sH%s", n(from + 2), n(MIDDLE), n(to - 3)));
    double middle = (from + to) / 2;
    svg.label(middle, MIDDLE - 7, "shape mid", String.valueOf(shape.channels()));
    if (!shape.isVector()) {
      svg.label(middle, MIDDLE + 15, "shape mid", shape.height() + "×" + shape.width());
    }
  }
}
