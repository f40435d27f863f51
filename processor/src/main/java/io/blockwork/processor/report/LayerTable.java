package io.blockwork.processor.report;

import static io.blockwork.processor.report.Markup.count;
import static io.blockwork.processor.report.Markup.escape;

import io.blockwork.graph.Node;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.report.Outline.Run;
import io.blockwork.processor.report.Outline.Stage;
import java.util.List;

/** Every operation with its shape and costs for one image; blocks that are alike stand once. */
final class LayerTable {
  private final List<Shape> shapes;
  private final Markup html = new Markup();

  private LayerTable(List<Shape> shapes) {
    this.shapes = shapes;
  }

  static String html(List<Stage> stages, List<Shape> shapes) {
    var table = new LayerTable(shapes);
    stages.forEach(table::stage);
    return table.html.toString();
  }

  /** Costs of operations, so many times. */
  private record Costs(long parameters, long macs, long values) {
    Costs plus(Costs other, int times) {
      return new Costs(
          parameters + times * other.parameters,
          macs + times * other.macs,
          values + times * other.values);
    }
  }

  private Costs costs(Node node) {
    Shape shape = shapes.get(node.id());
    Totals totals = Totals.of(node, shapes);
    return new Costs(totals.parameters(), totals.macs(), shape.elements());
  }

  private Costs costs(Stage stage) {
    Costs sum = new Costs(0, 0, 0);
    for (Run run : stage.runs()) {
      for (Node node : run.first().nodes()) {
        sum = sum.plus(costs(node), run.count());
      }
    }
    return sum;
  }

  private void stage(Stage stage) {
    Costs costs = costs(stage);
    html.add(
        "<details><summary><b>%s</b><span>%s</span><span>%s parameters</span><span>%s MACs</span>%s</summary>\n",
        escape(Overview.shortName(stage.name())),
        shape(shapes.get(stage.last().id())),
        Markup.brief(costs.parameters()),
        Markup.brief(costs.macs()),
        stage.auxiliary() ? "<span>auxiliary, in training only</span>" : "");
    html.add("<div class=\"wide\"><table><thead><tr><th>layer<th>kind<th>output");
    html.add("<th>parameters<th>MACs<th>activation</thead>\n");
    for (Run run : stage.runs()) {
      if (run.count() > 1) {
        html.add(
            "<tr class=\"run\"><th colspan=\"6\">%s: %s blocks alike, each\n",
            escape(run.paths()), count(run.count()));
      }
      run.first().nodes().forEach(this::row);
    }
    html.add(
        "<tr class=\"sum\"><th colspan=\"3\">%s<td>%s<td>%s<td title=\"%s\">%s</table></div></details>\n",
        escape(stage.name()),
        count(costs.parameters()),
        count(costs.macs()),
        Markup.exactBytes(costs.values()),
        Markup.bytes(costs.values()));
  }

  private void row(Node node) {
    Costs costs = costs(node);
    boolean learns = costs.parameters() > 0;
    html.add(
        "<tr><td>%s<td>%s<td>%s<td>%s<td>%s<td title=\"%s\">%s\n",
        escape(node.op().path()),
        escape(Markup.kind(node)),
        shape(shapes.get(node.id())),
        learns ? count(costs.parameters()) : "",
        costs.macs() > 0 ? count(costs.macs()) : "",
        Markup.exactBytes(costs.values()),
        Markup.bytes(costs.values()));
  }

  static String shape(Shape shape) {
    return shape.toString().replace(" x ", "&thinsp;×&thinsp;");
  }
}
