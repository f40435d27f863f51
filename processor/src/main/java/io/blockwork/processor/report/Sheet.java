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
   * @param graph the network as the architecture gives it, before any transform
   * @param shapes of its edges
   * @param inference the pass that is generated for inference
   */
  public static String html(String name, Graph graph, List<Shape> shapes, InferencePlan inference) {
    List<Stage> stages = Outline.of(graph, shapes);
    String title = Markup.escape(name);
    Markup html = new Markup();
    html.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.add("<title>").add(title).add("</title>\n<style>\n").add(Style.CSS);
    html.add("</style>\n</head>\n<body>\n").add(BlockDiagram.marker());
    html.add("<h1>").add(title).add("</h1>\n");
    html.add(
        "<p class=\"lead\">%s → %s, for one image in 32-bit floats</p>\n",
        LayerTable.shape(shapes.get(0)), LayerTable.shape(shapes.get(graph.output())));
    totals(html, graph, shapes, inference);
    html.add("<h2>Network</h2>\n<div class=\"wide\">").add(Overview.svg(stages, shapes));
    html.add("</div>\n<div class=\"stages\">\n");
    for (Stage stage : stages) {
      html.add("<figure class=\"k%d\"><figcaption>", Overview.kind(stage));
      html.add(Markup.escape(Overview.shortName(stage.name()))).add("</figcaption>\n");
      html.add(BlockDiagram.svg(graph, shapes, stage)).add("</figure>\n");
    }
    html.add("</div>\n<h2>Layers</h2>\n").add(LayerTable.html(stages, shapes));
    html.add("<h2>Memory of inference</h2>\n<p>");
    html.add(
        "%d slots hold every activation of one image in turn. From left to right the actions of the"
            + " pass, in each row what lies in that slot, as high as it is large.</p>\n",
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
    figure(html, "parameters", "parameters", totals.parameters());
    figure(html, "macs", "multiply-adds", totals.macs());
    figure(html, "weights", "bytes of weights", 4 * totals.parameters());
    figure(html, "activations", "bytes of all activations", 4 * activations);
    figure(html, "planned", "bytes planned for them", 4 * planned);
    html.add("</dl>\n");
  }

  private static void figure(Markup html, String id, String what, long value) {
    html.add("<div><dt>%s</dt><dd id=\"%s\">%s</dd></div>\n", what, id, Markup.count(value));
  }
}
