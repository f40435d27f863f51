package io.blockwork.processor.report;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.report.Outline.Run;
import io.blockwork.processor.report.Outline.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One stage from top to bottom: a box for each run of blocks, with its operations and shortcuts.
 */
final class BlockDiagram {
  private static final double WIDTH = 300;
  private static final double MAIN = 160;
  private static final double SIDE = 36;
  private static final double PILL = 150;
  private static final double HEAD = 38;
  private static final int MOST_DOTS = 16;
  private static final int MOST_RUNS = 6;

  private final Graph graph;
  private final List<Shape> shapes;
  private final Markup svg = new Markup();
  private double y;

  private BlockDiagram(Graph graph, List<Shape> shapes) {
    this.graph = graph;
    this.shapes = shapes;
  }

  static String svg(Graph graph, List<Shape> shapes, Stage stage) {
    var diagram = new BlockDiagram(graph, shapes);
    diagram.draw(stage);
    return String.format(
        Locale.ROOT,
        "<svg class=\"stage\" viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">%s</svg>\n",
        Markup.n(WIDTH),
        Markup.n(diagram.y + 4),
        Markup.escape(stage.name()),
        diagram.svg.toString());
  }

  private void draw(Stage stage) {
    y = 2;
    edge(shapes.get(stage.first().input(0)));
    if (stage.runs().get(0).first().isDense()) {
      dense(stage);
    } else {
      List<Run> runs = stage.runs();
      for (int i = 0; i < runs.size(); i++) {
        if (i < MOST_RUNS) {
          run(runs.get(i));
        } else if (i == MOST_RUNS) {
          svg.label(MAIN, y + 12, "note mid", "and " + (runs.size() - i) + " more kinds of block");
          y += 20;
        }
        if (i < runs.size() - 1 && i < MOST_RUNS) {
          edge(shapes.get(runs.get(i).first().last().id()));
        }
      }
    }
    edge(shapes.get(stage.last().id()));
  }

  /** An arrow down, with the shape of what flows. */
  private void edge(Shape shape) {
    svg.path("edge arrow", String.format(Locale.ROOT, "M%s %sv24", Markup.n(MAIN), Markup.n(y)));
    svg.label(MAIN + 8, y + 16, "shape", shape.toString().replace(" x ", " × "));
    y += 28;
  }

  private void run(Run run) {
    double top = y;
    List<Node> nodes = run.first().nodes();
    y += HEAD;
    Set<Integer> main = mainPath(nodes);
    Map<Integer, Double> drawn = new HashMap<>();
    drawn.put(nodes.get(0).input(0), top + HEAD - 6);
    svg.path(
        "edge",
        String.format(
            Locale.ROOT, "M%s %sV%s", Markup.n(MAIN), Markup.n(top), Markup.n(top + HEAD)));
    List<Node> side = new ArrayList<>();
    for (Node node : nodes) {
      if (!main.contains(node.id())) {
        side.add(node);
      } else if (node.op().role() == Role.SUM) {
        addition(node, side, drawn);
        side.clear();
      } else if (node.op().role() == Role.PRODUCT) {
        svg.box(MAIN - PILL / 2, y, PILL, 18, "pill gate", node.op().path());
        svg.label(MAIN, y + 13, "op mid", "squeeze, excite, scale");
        step(node, 18, drawn);
        side.removeIf(n -> feeds(n, node));
      } else {
        double height = weighty(node) ? 26 : 17;
        svg.box(
            MAIN - PILL / 2,
            y,
            PILL,
            height,
            "pill " + style(node),
            node.op().path() + ": " + shapes.get(node.id()));
        svg.label(MAIN, y + height / 2 + 4, "op mid", words(node));
        step(node, height, drawn);
      }
    }
    svg.add(
        "<rect x=\"2\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"8\" class=\"block\"/>",
        Markup.n(top + 4), Markup.n(WIDTH - 4), Markup.n(y - top - 2));
    title(run.paths(), run.count(), top);
    y += 4;
  }

  private void title(String paths, int count, double top) {
    svg.label(10, top + 19, "name", Overview.shortName(paths));
    if (count > 1) {
      svg.label(WIDTH - 10, top + 19, "times end", "× " + Markup.count(count));
    }
  }

  private void step(Node node, double height, Map<Integer, Double> drawn) {
    y += height;
    drawn.put(node.id(), y + 4);
    svg.path("edge", String.format(Locale.ROOT, "M%s %sv8", Markup.n(MAIN), Markup.n(y)));
    y += 8;
  }

  /** The sum: a circle, with the shortcut coming in from the left, and what is done on it. */
  private void addition(Node add, List<Node> side, Map<Integer, Double> drawn) {
    List<Node> shortcut = side.stream().filter(n -> feeds(n, add)).toList();
    int source = shortcut.isEmpty() ? add.input(1) : shortcut.get(0).input(0);
    double from = drawn.getOrDefault(source, y);
    double centre = y + 9;
    svg.path(
        "skip arrow",
        String.format(
            Locale.ROOT,
            "M%s %sH%sQ%s %s %s %sV%sQ%s %s %s %sH%s",
            Markup.n(MAIN),
            Markup.n(from),
            Markup.n(SIDE + 10),
            Markup.n(SIDE),
            Markup.n(from),
            Markup.n(SIDE),
            Markup.n(from + 10),
            Markup.n(centre - 10),
            Markup.n(SIDE),
            Markup.n(centre),
            Markup.n(SIDE + 10),
            Markup.n(centre),
            Markup.n(MAIN - 13)));
    double middle = (from + centre) / 2 - 11 * shortcut.size();
    for (Node node : shortcut) {
      svg.box(
          SIDE - 28, middle, 56, 18, "pill " + style(node), node.op().path() + ": " + words(node));
      svg.label(SIDE, middle + 13, "op small mid", sideWords(node));
      middle += 22;
    }
    svg.add(
        "<circle cx=\"%s\" cy=\"%s\" r=\"9\" class=\"sum\"><title>%s</title></circle>",
        Markup.n(MAIN), Markup.n(centre), Markup.escape(add.op().path()));
    svg.label(MAIN, centre + 4.5, "plus mid", "+");
    y += 18;
    drawn.put(add.id(), y);
    svg.path("edge", String.format(Locale.ROOT, "M%s %sv8", Markup.n(MAIN), Markup.n(y)));
    y += 8;
  }

  /** Whether the second input of {@code reader} comes through {@code node}. */
  private boolean feeds(Node node, Node reader) {
    int at = reader.input(1);
    while (at > node.id()) {
      at = graph.node(at).input(0);
    }
    return at == node.id();
  }

  /** The ids of the block's nodes that lead straight to its output, always by the first input. */
  private Set<Integer> mainPath(List<Node> nodes) {
    Set<Integer> main = new HashSet<>();
    Node at = nodes.get(nodes.size() - 1);
    while (at.id() >= nodes.get(0).id()) {
      main.add(at.id());
      if (at.inputs().isEmpty()) {
        break;
      }
      at = graph.node(at.input(0));
    }
    return main;
  }

  /** A dense block: its layers as dots, an arc from each to all that read it; then one layer. */
  private void dense(Stage stage) {
    double top = y;
    List<Outline.Piece> layers = stage.blocks();
    int dots = Math.min(MOST_DOTS, layers.size() + 1);
    double gap = (WIDTH - 48) / Math.max(1, dots - 1);
    double line = y + 40 + Math.min(70, gap * (dots - 1) / 4);
    for (int a = 0; a < dots; a++) {
      for (int b = a + 1; b < dots; b++) {
        double from = 24 + a * gap;
        double to = 24 + b * gap;
        double lift = Math.min(70, (to - from) / 4);
        svg.path(
            "skip arc",
            String.format(
                Locale.ROOT,
                "M%s %sC%s %s %s %s %s %s",
                Markup.n(from),
                Markup.n(line),
                Markup.n(from),
                Markup.n(line - 1.3 * lift),
                Markup.n(to),
                Markup.n(line - 1.3 * lift),
                Markup.n(to),
                Markup.n(line)));
      }
    }
    for (int a = 0; a < dots; a++) {
      String what = a == 0 ? "input" : layers.get(a - 1).block().path();
      svg.add(
          "<circle cx=\"%s\" cy=\"%s\" r=\"5\" class=\"%s\"><title>%s</title></circle>",
          Markup.n(24 + a * gap), Markup.n(line), a == 0 ? "sum" : "dot", Markup.escape(what));
    }
    int shown = dots - 1;
    svg.label(
        WIDTH / 2,
        line + 22,
        "note mid",
        shown < layers.size()
            ? String.format(
                Locale.ROOT, "input and the first %d of %d layers", shown, layers.size())
            : String.format(
                Locale.ROOT, "input and %d layers: each reads all before it", layers.size()));
    y = line + 34;
    svg.path("edge", String.format(Locale.ROOT, "M%s %sv8", Markup.n(MAIN), Markup.n(y)));
    y += 8;
    List<Node> layer = new ArrayList<>(layers.get(0).nodes());
    layer.removeIf(n -> n.op().role() == Role.CONCAT);
    for (Node node : layer) {
      double height = weighty(node) ? 26 : 17;
      svg.box(MAIN - PILL / 2, y, PILL, height, "pill " + style(node), node.op().leaf());
      svg.label(MAIN, y + height / 2 + 4, "op mid", words(node));
      step(node, height, new HashMap<>());
    }
    svg.box(MAIN - PILL / 2, y, PILL, 17, "pill gate", "concatenation: copies nothing");
    int growth = shapes.get(layer.get(layer.size() - 1).id()).channels();
    svg.label(MAIN, y + 12.5, "op mid", "append " + growth + " channels");
    y += 17;
    svg.path("edge", String.format(Locale.ROOT, "M%s %sv8", Markup.n(MAIN), Markup.n(y)));
    y += 8;
    svg.add(
        "<rect x=\"2\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"8\" class=\"block\"/>",
        Markup.n(top + 4), Markup.n(WIDTH - 4), Markup.n(y - top - 2));
    title("denselayer1 … " + layers.size(), layers.size(), top);
    y += 4;
  }

  private static boolean weighty(Node node) {
    return node.op().role() == Role.WEIGHTED;
  }

  private static String style(Node node) {
    if (weighty(node) || node.op().role() == Role.MOVE) {
      return "conv";
    }
    return node.op().role() == Role.POOL ? "pool" : "plain";
  }

  private String words(Node node) {
    String kind = Markup.kind(node);
    return weighty(node) ? kind + ", " + shapes.get(node.id()).channels() : kind;
  }

  private static String sideWords(Node node) {
    String kind = Markup.kind(node);
    return weighty(node) ? kind.replace(" stride ", " /") : kind.split(" ", 2)[0];
  }

  /** All edges of the diagram end in an arrow of this shape. */
  static String marker() {
    return "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs>"
        + "<marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\""
        + " markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>"
        + "</defs></svg>\n";
  }
}
