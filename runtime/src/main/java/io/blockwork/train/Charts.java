package io.blockwork.train;

import io.blockwork.io.SafeText;
import io.blockwork.io.Uninterrupted;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws PNG files, without a display. */
final class Charts {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 420;

  private Charts() {}

  /**
   * Loss on the left, accuracy on the right; the further metrics there, if images have no single
   * class.
   *
   * @throws IllegalStateException if this Java cannot draw
   */
  static byte[] curves(TrainingHistory history) {
    return drawn(() -> drawCurves(history));
  }

  private static BufferedImage drawCurves(TrainingHistory history) {
    BufferedImage both = new BufferedImage(2 * WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = both.createGraphics();
    graphics.drawImage(BitmapEncoder.getBufferedImage(loss(history)), 0, 0, null);
    graphics.drawImage(BitmapEncoder.getBufferedImage(right(history)), WIDTH, 0, null);
    graphics.dispose();
    return both;
  }

  private static XYChart right(TrainingHistory history) {
    boolean withoutClasses =
        history.epochs().stream().allMatch(epoch -> Double.isNaN(epoch.training().top1()));
    return withoutClasses ? metrics(history) : accuracy(history);
  }

  /** The further metrics of validation. */
  static XYChart metrics(TrainingHistory history) {
    XYChart metrics = chart("validation", "");
    for (String name : history.metrics()) {
      add(
          metrics,
          name,
          history,
          e -> e.validation().filter(m -> Double.isFinite(m.value(name).orElse(Double.NaN))),
          m -> m.value(name).orElseThrow());
    }
    return metrics;
  }

  /** The losses, and the epoch with the least one in validation. */
  static XYChart loss(TrainingHistory history) {
    XYChart loss = chart("loss", "loss");
    add(loss, "training", history, e -> Optional.of(e.training()), Metrics::loss);
    add(loss, "validation", history, EpochResult::validation, Metrics::loss);
    for (String output : history.auxiliaryOutputs()) {
      add(
          loss,
          "training " + output,
          history,
          e -> Optional.of(e.training()).filter(m -> m.lossOf(output).isPresent()),
          m -> m.lossOf(output).orElseThrow().loss());
    }
    history.leastLoss().ifPresent(epoch -> mark(loss, epoch, Metrics::loss));
    return loss;
  }

  /** The accuracies, and the epoch with the best one in validation. */
  static XYChart accuracy(TrainingHistory history) {
    XYChart accuracy = chart("accuracy", "%");
    add(accuracy, "training top-1", history, e -> Optional.of(e.training()), m -> 100 * m.top1());
    add(accuracy, "validation top-1", history, EpochResult::validation, m -> 100 * m.top1());
    add(
        accuracy,
        "validation top-5",
        history,
        e -> e.validation().filter(m -> !Double.isNaN(m.top5())),
        m -> 100 * m.top5());
    history.best().ifPresent(epoch -> mark(accuracy, epoch, m -> 100 * m.top1()));
    return accuracy;
  }

  /** A ring around the best epoch's figure of validation, in the colour of its line. */
  private static void mark(XYChart chart, EpochResult best, ToDoubleFunction<Metrics> value) {
    double y = value.applyAsDouble(best.validation().orElseThrow());
    if (Double.isFinite(y)) {
      int epoch = best.epoch();
      XYSeries series =
          chart.addSeries(
              String.format(Locale.ROOT, "best: epoch %d", epoch),
              new double[] {epoch},
              new double[] {y});
      series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(ChartColors.lines()[1]);
    }
  }

  /**
   * Loss over learning rate.
   *
   * @throws IllegalStateException if this Java cannot draw
   */
  static byte[] learningRates(LearningRates rates) {
    return drawn(() -> drawLearningRates(rates));
  }

  private static BufferedImage drawLearningRates(LearningRates rates) {
    XYChart chart = chart("learning-rate range test", "learning rate", "smoothed loss");
    chart.getStyler().setXAxisLogarithmic(true);
    double[] x = rates.points().stream().mapToDouble(LearningRates.Point::rate).toArray();
    double[] y = rates.points().stream().mapToDouble(LearningRates.Point::loss).toArray();
    if (x.length > 0) {
      chart.addSeries("loss", x, y).setMarker(SeriesMarkers.NONE);
    }
    rates
        .suggestion()
        .ifPresent(
            rate -> {
              int at = Arrays.binarySearch(x, rate);
              String name = String.format(Locale.ROOT, "suggestion: %.2e", rate);
              chart
                  .addSeries(name, new double[] {rate}, new double[] {y[at]})
                  .setMarker(SeriesMarkers.CIRCLE);
            });
    return BitmapEncoder.getBufferedImage(chart);
  }

  /**
   * Accuracy over confidence.
   *
   * @throws IllegalStateException if this Java cannot draw
   */
  static byte[] reliability(Calibration calibration) {
    return drawn(() -> drawReliability(calibration));
  }

  private static BufferedImage drawReliability(Calibration calibration) {
    XYChart chart = chart(calibration.toString(), "confidence", "accuracy");
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
    double[] ends = {0, 1};
    chart.addSeries("perfect", ends, ends).setMarker(SeriesMarkers.NONE);
    List<Calibration.Bin> used =
        calibration.bins().stream().filter(bin -> bin.images() > 0).toList();
    if (!used.isEmpty()) {
      chart
          .addSeries(
              "measured",
              used.stream().mapToDouble(Calibration.Bin::confidence).toArray(),
              used.stream().mapToDouble(Calibration.Bin::accuracy).toArray())
          .setMarker(SeriesMarkers.CIRCLE);
    }
    return BitmapEncoder.getBufferedImage(chart);
  }

  private static XYChart chart(String title, String unit) {
    return chart(title, "epoch", unit);
  }

  private static XYChart chart(String title, String across, String unit) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(across)
            .yAxisTitle(unit)
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setYAxisDecimalPattern("0.###");
    ChartColors.apply(chart.getStyler());
    return chart;
  }

  /** XChart has no lines without points: what has no figures is left out. */
  private static void add(
      XYChart chart,
      String name,
      TrainingHistory history,
      Function<EpochResult, Optional<Metrics>> metrics,
      ToDoubleFunction<Metrics> value) {
    List<EpochResult> epochs =
        history.epochs().stream().filter(e -> metrics.apply(e).isPresent()).toList();
    if (!epochs.isEmpty()) {
      double[] x = epochs.stream().mapToDouble(e -> e.epoch()).toArray();
      double[] y =
          epochs.stream()
              .mapToDouble(e -> value.applyAsDouble(metrics.apply(e).orElseThrow()))
              .toArray();
      XYSeries series = chart.addSeries(name, x, y);
      series.setMarker(x.length < 2 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    }
  }

  /**
   * A matrix of classes by classes, the first actual class on top.
   *
   * @param percent of each predicted class in each actual one
   * @throws IllegalStateException if this Java cannot draw
   */
  static byte[] heatMap(List<String> classNames, double[][] percent) {
    return drawn(() -> drawHeatMap(classNames, percent));
  }

  private static BufferedImage drawHeatMap(List<String> classNames, double[][] percent) {
    int n = classNames.size();
    int side = 320 + 50 * Math.min(40, n);
    List<String> upwards = new ArrayList<>(classNames);
    Collections.reverse(upwards);
    List<Number[]> fields = new ArrayList<>();
    for (int actual = 0; actual < n; actual++) {
      for (int predicted = 0; predicted < n; predicted++) {
        fields.add(new Number[] {predicted, n - 1 - actual, percent[actual][predicted]});
      }
    }
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(side)
            .height(side - 60)
            .title("confusion matrix, % of each class")
            .xAxisTitle("predicted")
            .yAxisTitle("actual")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setShowValue(n <= 20);
    chart.getStyler().setHeatMapValueDecimalPattern("#");
    chart.getStyler().setRangeColors(new Color[] {Color.WHITE, ChartColors.lines()[0]});
    chart.getStyler().setXAxisLabelRotation(60);
    chart.getStyler().setXAxisTickMarkSpacingHint(10);
    chart.getStyler().setYAxisTickMarkSpacingHint(10);
    chart.addSeries("confusion", classNames, upwards, fields);
    return BitmapEncoder.getBufferedImage(chart);
  }

  /**
   * A picture as a PNG file.
   *
   * @throws IllegalStateException if this Java cannot draw
   */
  static byte[] drawn(Supplier<BufferedImage> drawing) {
    return safely(
        () -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          ImageIO.write(drawing.get(), "png", bytes);
          return bytes.toByteArray();
        });
  }

  /**
   * What is drawn. Without fonts, as in slim containers, Java's drawing fails with errors of many
   * kinds.
   *
   * @throws IllegalStateException if this Java cannot draw
   */
  static <T> T safely(Uninterrupted.Work<T> drawing) {
    try {
      // Java reads fonts from channels, and clears an interrupt that closes one.
      return Uninterrupted.call(drawing);
    } catch (IOException | RuntimeException | LinkageError | InternalError e) {
      throw new IllegalStateException(
          SafeText.format("a chart cannot be drawn (%s)", e)
              + "\n  fix: where there are no fonts, install some: on Debian fontconfig and"
              + " fonts-dejavu-core",
          e);
    }
  }
}
