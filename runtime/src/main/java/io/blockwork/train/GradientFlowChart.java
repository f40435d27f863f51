package io.blockwork.train;

import io.blockwork.io.SafeText;
import io.blockwork.train.GradientFlow.Layer;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Norms of gradients over the layers, on a logarithmic scale.
 *
 * @param title above the picture
 * @param lines what is drawn, in the order of the legend
 * @param names of the layers, to write below them; empty for their numbers
 */
record GradientFlowChart(String title, List<Line> lines, List<String> names) {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;

  /**
   * A line of the picture; a logarithmic scale has no place for zeros, and none has one for what is
   * not finite.
   *
   * @param layers their numbers, from 1
   * @param norms of them
   */
  private record Line(String name, double[] layers, double[] norms) {
    static Line of(String name, List<Layer> layers, ToDoubleFunction<Layer> norm) {
      double[] all = layers.stream().mapToDouble(norm).toArray();
      int[] drawn =
          IntStream.range(0, all.length)
              .filter(i -> all[i] > 0 && Double.isFinite(all[i]))
              .toArray();
      return new Line(
          name,
          IntStream.of(drawn).mapToDouble(i -> i + 1).toArray(),
          IntStream.of(drawn).mapToDouble(i -> all[i]).toArray());
    }
  }

  /** One network: how its flow was in the first step, in most, and in the last. */
  static GradientFlowChart of(GradientFlow flow) {
    List<Layer> layers = flow.layers();
    int steps = flow.steps();
    List<Line> lines =
        steps == 0
            ? List.of()
            : List.of(
                Line.of("step 1", layers, layer -> layer.norms().get(0)),
                Line.of("median", layers, Layer::median),
                Line.of("last of " + steps, layers, l -> l.norms().get(steps - 1)));
    if (lines.stream().allMatch(line -> line.norms().length == 0)) {
      throw nothingToDraw(flow);
    }
    return new GradientFlowChart(
        "gradient flow of " + SafeText.of(flow.name()),
        lines,
        layers.stream().map(layer -> SafeText.of(layer.path())).toList());
  }

  /** Several networks, a line each. */
  static GradientFlowChart of(List<GradientFlow> flows) {
    List<String> names = flows.stream().map(GradientFlow::name).distinct().toList();
    if (flows.isEmpty() || names.size() < flows.size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected one or more gradient flows, each of another name, got %d of %s",
              flows.size(), names));
    }
    List<Line> lines =
        flows.stream()
            .map(flow -> Line.of(SafeText.of(flow.name()), flow.layers(), Layer::median))
            .toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).norms().length == 0) {
        throw nothingToDraw(flows.get(i));
      }
    }
    return new GradientFlowChart("gradient flow, median of the steps", lines, List.of());
  }

  private static IllegalStateException nothingToDraw(GradientFlow flow) {
    return new IllegalStateException(
        SafeText.format(
            flow.steps() == 0
                ? "%s: no training pass was recorded, so there is nothing to draw"
                : "%s: every gradient is zero or not finite, so there is nothing to draw",
            flow.name()));
  }

  /** Draws; needs fonts. */
  BufferedImage image() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(names.isEmpty() ? "layer" : "")
            .yAxisTitle("norm of the gradient")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    ChartColors.apply(chart.getStyler());
    for (Line line : lines) {
      if (line.norms().length > 0) {
        chart
            .addSeries(line.name(), line.layers(), line.norms())
            .setMarker(line.norms().length < 2 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
      }
    }
    scale(chart);
    if (!names.isEmpty()) {
      chart.getStyler().setXAxisLabelRotation(60);
      chart.setCustomXAxisTickLabelsFormatter(this::nameAt);
    }
    return BitmapEncoder.getBufferedImage(chart);
  }

  /** Whole powers of ten around all norms: XChart cannot scale an axis of one value by itself. */
  private void scale(XYChart chart) {
    double[] norms = lines.stream().flatMapToDouble(line -> Arrays.stream(line.norms())).toArray();
    double from = Math.floor(Math.log10(Arrays.stream(norms).min().orElse(1)));
    double to = Math.ceil(Math.log10(Arrays.stream(norms).max().orElse(1)));
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(Math.pow(10, from));
    chart.getStyler().setYAxisMax(Math.pow(10, Math.max(from + 1, to)));
  }

  /** What is written below a place of the axis. */
  private String nameAt(double place) {
    int index = (int) Math.rint(place) - 1;
    boolean layer = Math.abs(place - Math.rint(place)) < 1e-6 && index >= 0 && index < names.size();
    return layer ? names.get(index) : " ";
  }
}
