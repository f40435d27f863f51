package io.blockwork.processor.report;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.InferencePlan;
import io.blockwork.graph.plans.Place;
import io.blockwork.processor.report.Outline.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The memory plan of inference: a row for each slot, as high as it is large, and in it a bar for
 * each buffer, from the action that writes it first to the last one that reads it.
 */
final class MemoryPicture {
  private static final double LEFT = 92;
  private static final double WIDTH = 1000;
  private static final double RIGHT = 8;

  private MemoryPicture() {}

  private static final class Bar {
    private final Place.Buffer buffer;
    private final Node first;
    private int from;
    private int to;

    private Bar(Place.Buffer buffer, Node first) {
      this.buffer = buffer;
      this.first = first;
      this.from = first.id();
      this.to = first.id();
    }

    private void use(int action) {
      from = Math.min(from, action);
      to = Math.max(to, action);
    }
  }

  static String svg(InferencePlan plan) {
    Graph graph = plan.graph();
    int actions = graph.nodes().size();
    List<Stage> stages = Outline.of(graph, plan.shapes());
    int[] stageOf = new int[actions];
    for (int i = 0; i < stages.size(); i++) {
      for (Outline.Part part : stages.get(i).parts()) {
        for (Node node : part.nodes()) {
          stageOf[node.id()] = i;
        }
      }
    }
    List<Bar> bars = bars(plan);
    double[] tops = new double[plan.slots().size() + 1];
    long largest = plan.slots().stream().mapToLong(Long::longValue).max().orElse(1);
    double y = 26;
    for (int slot = 0; slot < plan.slots().size(); slot++) {
      tops[slot] = y;
      y += 6 + 18 + 46.0 * plan.slots().get(slot) / largest;
    }
    tops[plan.slots().size()] = y;
    Markup svg = new Markup();
    svg.add(
        "<svg class=\"memory\" viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"The memory plan\">",
        Markup.n(WIDTH), Markup.n(y + 4));
    marks(svg, stages, actions, y);
    for (int slot = 0; slot < plan.slots().size(); slot++) {
      double high = tops[slot + 1] - tops[slot] - 6;
      svg.label(LEFT - 8, tops[slot] + high / 2 - 2, "name end", "slot " + slot);
      svg.label(
          LEFT - 8, tops[slot] + high / 2 + 11, "note end", Markup.bytes(plan.slots().get(slot)));
      svg.add(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"lane\"><title>%s</title></rect>",
          Markup.n(LEFT),
          Markup.n(tops[slot]),
          Markup.n(WIDTH - LEFT - RIGHT),
          Markup.n(high),
          "slot " + slot + ", " + Markup.exactBytes(plan.slots().get(slot)));
    }
    for (Bar bar : bars) {
      int slot = bar.buffer.slot();
      double lane = tops[slot + 1] - tops[slot] - 6;
      double high = Math.max(3, lane * bar.buffer.shape().elements() / plan.slots().get(slot));
      double x = at(bar.from, actions);
      double w = Math.max(0.6, at(bar.to + 1, actions) - x - (actions > 400 ? 0 : 1));
      Shape shape = bar.buffer.shape();
      svg.add(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"bar b%d\"><title>%s, %s, %s</title></rect>\n",
          Markup.n(x),
          Markup.n(tops[slot] + lane - high),
          Markup.n(w),
          Markup.n(high),
          stageOf[bar.first.id()] % 6,
          Markup.escape(bar.first.op().path()),
          shape,
          Markup.exactBytes(shape.elements()));
    }
    return svg.add("</svg>\n").toString();
  }

  private static List<Bar> bars(InferencePlan plan) {
    Map<Integer, Bar> bars = new LinkedHashMap<>();
    for (Node node : plan.graph().nodes()) {
      Place.Buffer buffer = plan.places().get(node.id()).buffer();
      bars.computeIfAbsent(buffer.id(), b -> new Bar(buffer, node)).use(node.id());
      for (int input : node.inputs()) {
        Place.Buffer read = plan.places().get(input).buffer();
        bars.computeIfAbsent(read.id(), b -> new Bar(read, node)).use(node.id());
      }
    }
    return new ArrayList<>(bars.values());
  }

  private static double at(int action, int actions) {
    return LEFT + (WIDTH - LEFT - RIGHT) * action / actions;
  }

  /** Marks where stages begin. */
  private static void marks(Markup svg, List<Stage> stages, int actions, double bottom) {
    double free = 0;
    for (Stage stage : stages) {
      double x = at(stage.runs().get(0).first().first().id(), actions);
      svg.path("mark", String.format(Locale.ROOT, "M%s 20V%s", Markup.n(x), Markup.n(bottom)));
      String name = Overview.shortName(stage.name()).split(" ", 2)[0];
      double wide = Markup.width(name, 11, false);
      if (x >= free && x + wide < WIDTH) {
        svg.label(x + 2, 16, "note", name);
        free = x + wide + 8;
      }
    }
  }
}
