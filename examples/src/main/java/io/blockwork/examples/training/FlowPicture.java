package io.blockwork.examples.training;

import io.blockwork.io.AtomicFile;
import io.blockwork.train.GradientFlow;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Gradient flow on the left, training losses on the right, a line for each network. */
final class FlowPicture {
  /** Steps over whose losses a mean is taken: single batches are noisy. */
  private static final int WINDOW = 25;

  private FlowPicture() {}

  /**
   * One network's training.
   *
   * @param losses of the steps, in order
   */
  record Run(GradientFlow flow, List<Double> losses) {
    Run {
      losses = List.copyOf(losses);
    }

    /** The mean loss of each step and those before it, at most as many as the window has. */
    List<Double> smoothed() {
      return IntStream.range(0, losses.size())
          .mapToObj(
              i ->
                  losses.subList(Math.max(0, i + 1 - WINDOW), i + 1).stream()
                      .mapToDouble(Double::doubleValue)
                      .average()
                      .orElseThrow())
          .toList();
    }
  }

  static void write(List<Run> runs, Path file) {
    BufferedImage flows = GradientFlow.draw(runs.stream().map(Run::flow).toList());
    BufferedImage losses = losses(runs, flows.getHeight());
    int width = flows.getWidth() + losses.getWidth();
    BufferedImage both = new BufferedImage(width, flows.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = both.createGraphics();
    graphics.drawImage(flows, 0, 0, null);
    graphics.drawImage(losses, flows.getWidth(), 0, null);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(both, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.write(file, bytes.toByteArray());
  }

  private static BufferedImage losses(List<Run> runs, int height) {
    XYChart chart =
        new XYChartBuilder()
            .width(height * 5 / 4)
            .height(height)
            .title("training loss, mean of " + WINDOW + " steps")
            .xAxisTitle("step")
            .yAxisTitle("loss")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    // Okabe and Ito's, which colour-blind people tell apart, too, as in the chart beside it.
    chart
        .getStyler()
        .setSeriesColors(
            new Color[] {
              new Color(0x0072b2), new Color(0xd55e00), new Color(0x009e73), new Color(0xcc79a7)
            });
    for (Run run : runs) {
      List<Integer> steps = IntStream.rangeClosed(1, run.losses().size()).boxed().toList();
      chart
          .addSeries(run.flow().name(), steps, run.smoothed())
          .setMarker(steps.size() < 2 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    }
    return BitmapEncoder.getBufferedImage(chart);
  }
}
