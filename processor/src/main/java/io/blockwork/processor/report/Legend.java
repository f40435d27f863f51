package io.blockwork.processor.report;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Role;

/** What the signs and colours of the pictures mean, as far as a network has them. */
final class Legend {
  private Legend() {}

  static String html(Graph graph) {
    Markup html = new Markup().add("<ul class=\"legend\">\n");
    entry(html, "pill conv", "convolution, linear layer, or values moved");
    if (has(graph, Role.POOL)) {
      entry(html, "pill pool", "pooling");
    }
    entry(html, "pill plain", "norm, activation and others");
    if (has(graph, Role.CONCAT)) {
      entry(html, "pill concat", "concatenation: its inputs one behind the other");
    }
    if (has(graph, Role.SUM)) {
      sign(html, "sum", "+", "sum");
    }
    if (has(graph, Role.PRODUCT)) {
      sign(html, "product", "×", "product: one input is the gate of the other");
    }
    html.add(
        "<li><svg width=\"34\" height=\"14\"><path class=\"skip arrow\" d=\"M1 7H32\"/></svg>shortcut past what stands between\n");
    if (graph.outputs().stream().anyMatch(o -> o.kind() == Output.Kind.AUXILIARY)) {
      entry(html, "pill plain aux", "auxiliary head: in training only");
    }
    html.add(
        "<li>Shapes are channels×height×width of one image. A stage is as high as its maps and as");
    html.add(" thick as its channels; blue ones add, green ones concatenate.\n</ul>\n");
    return html.toString();
  }

  private static boolean has(Graph graph, Role role) {
    return graph.nodes().stream().anyMatch(node -> node.op().role() == role);
  }

  private static void entry(Markup html, String style, String words) {
    html.add(
        "<li><svg width=\"24\" height=\"14\"><rect x=\"1\" y=\"1\" width=\"22\" height=\"12\" rx=\"3\" class=\"%s\"/></svg>%s\n",
        style, words);
  }

  private static void sign(Markup html, String style, String sign, String words) {
    html.add(
        "<li><svg width=\"18\" height=\"18\"><circle cx=\"9\" cy=\"9\" r=\"8\" class=\"join %s\"/>",
        style);
    html.add("<text x=\"9\" y=\"14\" class=\"plus mid\">%s</text></svg>%s\n", sign, words);
  }
}
