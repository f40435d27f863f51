package io.blockwork.processor.report;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.InferencePlan;
import io.blockwork.processor.report.Outline.Stage;
import java.util.List;

/**
 * A network on one page of HTML, with all that it needs inside: a diagram, a table of the layers,
 * and the memory plan of inference. No scripts.
 */
public final class Sheet {
  private Sheet() {}

  /**
   * The page.
   *
   * @param name of the network
   * @param source the annotations that ask for it, a line each; may be empty
   * @param graph the network as the architecture gives it, before any transform
   * @param shapes of its edges
   * @param inference the pass that is generated for inference
   */
  public static String html(
      String name, List<String> source, Graph graph, List<Shape> shapes, InferencePlan inference) {
    List<Stage> stages = Outline.of(graph, shapes);
    String title = Markup.escape(name);
    Markup html = new Markup();
    html.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.add("<title>").add(title).add("</title>\n<style>\n").add(Style.CSS);
    html.add("</style>\n</head>\n<body>\n").add(BlockPicture.marker());
    html.add("<h1>").add(title).add("</h1>\n");
    if (!source.isEmpty()) {
      html.add("<pre class=\"source\">").add(Markup.escape(String.join("\n", source)));
      html.add("</pre>\n");
    }
    html.add(
        "<p class=\"lead\">%s → %s, for one image in 32-bit floats</p>\n",
        LayerTable.shape(shapes.get(0)), LayerTable.shape(shapes.get(graph.output())));
    totals(html, graph, shapes, inference);
    html.add("<h2>Network</h2>\n<div class=\"wide\">").add(Overview.svg(stages, shapes));
    html.add("</div>\n").add(Legend.html(graph));
    BlockPictures.add(html, graph, shapes, stages);
    html.add("<h2>Layers</h2>\n").add(LayerTable.html(stages, shapes));
    html.add("<h2>Memory of inference</h2>\n<p>");
    html.add(
        "%d slots hold every activation of one image in turn. From left to right the actions of the"
            + " pass, in each row what lies in that slot, as high as it is large and in the colour"
            + " of its stage.</p>\n",
        inference.slots().size());
    html.add("<div class=\"wide\">").add(MemoryPicture.svg(inference));
    return html.add("</div>\n</body>\n</html>\n").toString();
  }

  private static void totals(
      Markup html, Graph graph, List<Shape> shapes, InferencePlan inference) {
    Totals totals = Totals.of(graph, shapes);
    long activations =
        graph.nodes().stream()
            .filter(node -> node.id() > 0 && node.op().runs())
            .mapToLong(node -> shapes.get(node.id()).elements())
            .sum();
    long planned = inference.slots().stream().mapToLong(Long::longValue).sum();
    html.add("<dl class=\"totals\">\n");
    figure(html, "parameters", "parameters", Markup.count(totals.parameters()), "");
    figure(html, "macs", "multiply-adds", Markup.count(totals.macs()), "");
    bytes(html, "weights", "weights", totals.parameters());
    bytes(html, "activations", "all activations", activations);
    bytes(html, "planned", "planned for them", planned);
    html.add("</dl>\n");
  }

  private static void bytes(Markup html, String id, String what, long values) {
    figure(html, id, what, Markup.bytes(values), " title=\"" + Markup.exactBytes(values) + "\"");
  }

  private static void figure(Markup html, String id, String what, String value, String title) {
    html.add("<div><dt>%s</dt><dd id=\"%s\"%s>%s</dd></div>\n", what, id, title, value);
  }
}
