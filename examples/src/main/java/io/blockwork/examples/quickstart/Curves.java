package io.blockwork.examples.quickstart;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss and accuracy, epoch by epoch. */
final class Curves {
  private final List<Double> losses = new ArrayList<>();
  private final List<Double> accuracies = new ArrayList<>();

  /**
   * Adds an epoch: its mean training loss, and the accuracy (0 to 1) on held-out images after it.
   */
  void add(double loss, double accuracy) {
    losses.add(loss);
    accuracies.add(accuracy);
  }

  double lastAccuracy() {
    return accuracies.get(accuracies.size() - 1);
  }

  /** Draws both curves as a PNG. */
  Path save(Path file) throws IOException {
    List<Integer> epochs = IntStream.rangeClosed(1, losses.size()).boxed().toList();
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(500)
            .title("Handwritten digits")
            .xAxisTitle("epoch")
            .yAxisTitle("training loss")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    // Two that colour-blind people tell apart, too (Okabe and Ito 2008).
    chart.getStyler().setSeriesColors(new Color[] {new Color(0x0072b2), new Color(0xd55e00)});
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setYAxisGroupPosition(1, Styler.YAxisPosition.Right);
    chart.setYAxisGroupTitle(1, "held-out accuracy, %");
    chart.addSeries("training loss", epochs, losses).setMarker(SeriesMarkers.NONE);
    XYSeries accuracy =
        chart.addSeries(
            "held-out accuracy", epochs, accuracies.stream().map(a -> 100 * a).toList());
    accuracy.setMarker(SeriesMarkers.NONE).setYAxisGroup(1);
    int best = accuracies.indexOf(Collections.max(accuracies));
    chart
        .addSeries(
            "best: epoch " + (best + 1), List.of(best + 1), List.of(100 * accuracies.get(best)))
        .setMarker(SeriesMarkers.CIRCLE)
        .setMarkerColor(new Color(0xd55e00))
        .setYAxisGroup(1);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (OutputStream out = Files.newOutputStream(part)) {
      ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", out);
    }
    return Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
