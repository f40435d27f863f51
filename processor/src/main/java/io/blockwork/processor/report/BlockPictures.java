package io.blockwork.processor.report;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.report.Outline.Part;
import io.blockwork.processor.report.Outline.Stage;
import java.util.ArrayList;
import java.util.List;

/** The pictures of a network's blocks, one for each kind; auxiliary heads come last. */
final class BlockPictures {
  private static final int MOST = 60;
  private static final int MOST_NAMED = 3;

  private BlockPictures() {}

  static void add(Markup html, Graph graph, List<Shape> shapes, List<Stage> stages) {
    List<List<Node>> readers = graph.consumers();
    // Of one box there is nothing to see that the picture of the network does not show.
    List<List<Part>> pictures =
        Outline.pictures(graph, shapes, stages).stream()
            .filter(parts -> Boxes.of(graph, parts.get(0), readers).size() > 1)
            .toList();
    List<List<Part>> main = pictures.stream().filter(p -> !p.get(0).auxiliary()).toList();
    List<List<Part>> heads = pictures.stream().filter(p -> p.get(0).auxiliary()).toList();
    html.add("<div class=\"parts\">\n");
    main.stream().limit(MOST).forEach(parts -> html.add(figure(graph, shapes, readers, parts)));
    html.add("</div>\n");
    if (main.size() > MOST) {
      html.add(
          "<p class=\"note\">and %d more kinds of block, which the table lists</p>\n",
          main.size() - MOST);
    }
    if (!heads.isEmpty()) {
      html.add(
          "<h2>Auxiliary heads</h2>\n<p>Only training computes them: %s.</p>\n", weights(graph));
      html.add("<div class=\"parts\">\n");
      heads.stream().limit(MOST).forEach(parts -> html.add(figure(graph, shapes, readers, parts)));
      html.add("</div>\n");
    }
  }

  /** {@code the loss of aux1 weighs 0.3}. */
  private static String weights(Graph graph) {
    List<String> weights = new ArrayList<>();
    for (Output output : graph.outputs()) {
      if (output.kind() == Output.Kind.AUXILIARY) {
        weights.add("the loss of " + Markup.escape(output.name()) + " weighs " + output.weight());
      }
    }
    return String.join(", ", weights);
  }

  private static String figure(
      Graph graph, List<Shape> shapes, List<List<Node>> readers, List<Part> parts) {
    Part first = parts.get(0);
    String names = names(parts);
    Markup html = new Markup();
    html.add(
        "<figure class=\"k%d%s\"><figcaption>",
        Overview.kind(first), first.auxiliary() ? " aux" : "");
    html.add("<b>").add(Markup.escape(names)).add("</b>");
    if (parts.size() > 1) {
      html.add(" <span class=\"times\">× %s</span>", Markup.count(parts.size()));
    }
    if (!first.title().isEmpty()) {
      html.add("<span class=\"title\">").add(Markup.escape(first.title())).add("</span>");
    }
    html.add("</figcaption>\n<div class=\"wide\">");
    html.add(BlockPicture.svg(names, Sketch.of(graph, shapes, readers, parts)));
    return html.add("</div></figure>\n").toString();
  }

  /** The paths of a picture's parts: neighbours as a range, all others one by one. */
  private static String names(List<Part> parts) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= parts.size(); i++) {
      if (i == parts.size() || parts.get(i).first().id() != parts.get(i - 1).last().id() + 1) {
        String first = parts.get(from).path();
        names.add(
            i - from == 1
                ? Overview.shortName(first)
                : Overview.range(first, parts.get(i - 1).path()));
        from = i;
      }
    }
    if (names.size() > MOST_NAMED) {
      int more = names.size() - MOST_NAMED + 1;
      names = new ArrayList<>(names.subList(0, MOST_NAMED - 1));
      names.add("and " + more + " more like them");
    }
    return String.join(", ", names);
  }
}
