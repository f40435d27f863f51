package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import java.awt.Color;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.XYChart;

/** Curves that everybody can read. */
class ChartsTest {
  /**
   * What people with all cones see, and those without long, middle or short ones (Machado 2009).
   */
  private static final List<double[][]> EYES =
      List.of(
          new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
          new double[][] {
            {0.152286, 1.052583, -0.204868},
            {0.114503, 0.786281, 0.099216},
            {-0.003882, -0.048116, 1.051998}
          },
          new double[][] {
            {0.367322, 0.860646, -0.227968},
            {0.280085, 0.672501, 0.047413},
            {-0.011820, 0.042940, 0.968881}
          },
          new double[][] {
            {1.255528, -0.076749, -0.178779},
            {-0.078411, 0.930809, 0.147602},
            {0.004733, 0.691367, 0.303900}
          });

  @Test
  void everybodyTellsTheColoursOfLinesApart() {
    Color[] lines = ChartColors.lines();
    for (double[][] eye : EYES) {
      for (int i = 0; i < lines.length; i++) {
        for (int j = 0; j < i; j++) {
          assertWithMessage("%s and %s", lines[i], lines[j])
              .that(distance(lab(seen(eye, lines[i])), lab(seen(eye, lines[j]))))
              .isGreaterThan(15);
        }
      }
    }
  }

  @Test
  void theUsualLinesHaveTheContrastToWhiteThatGraphicsNeed() {
    Color[] lines = ChartColors.lines();
    for (int i = 0; i < 4; i++) {
      double[] c = linear(lines[i]);
      double luminance = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
      // WCAG 2.1, 1.4.11.
      assertWithMessage("%s", lines[i]).that(1.05 / (luminance + 0.05)).isAtLeast(3);
    }
  }

  @Test
  void theBestEpochIsMarked() {
    TrainingHistory history =
        new TrainingHistory(
            List.of(epoch(1, 0.9, 0.5), epoch(2, 0.4, 0.7), epoch(3, 0.5, 0.8), epoch(4, 0.6, 0.8)),
            false);
    XYChart accuracy = Charts.accuracy(history);
    assertThat(accuracy.getSeries("best: epoch 3").getXData()).isEqualTo(new double[] {3});
    assertThat(accuracy.getSeries("best: epoch 3").getYData()[0]).isWithin(1e-9).of(80);
    XYChart loss = Charts.loss(history);
    assertThat(loss.getSeries("best: epoch 2").getYData()[0]).isWithin(1e-9).of(0.4);
    assertThat(accuracy.getStyler().getSeriesColors()).isEqualTo(ChartColors.lines());
  }

  private static EpochResult epoch(int epoch, double loss, double top1) {
    var metrics = new Metrics(loss, top1, 1, 8);
    return new EpochResult(
        epoch, epoch, 1, metrics, Optional.of(metrics), Duration.ZERO, Duration.ZERO);
  }

  private static double[] linear(Color color) {
    return new double[] {linear(color.getRed()), linear(color.getGreen()), linear(color.getBlue())};
  }

  private static double linear(int channel) {
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }

  private static double[] seen(double[][] eye, Color color) {
    double[] seen = times(eye, linear(color));
    for (int i = 0; i < 3; i++) {
      seen[i] = Math.max(0, Math.min(1, seen[i]));
    }
    return seen;
  }

  private static double[] times(double[][] matrix, double[] v) {
    double[] product = new double[3];
    for (int i = 0; i < 3; i++) {
      product[i] = matrix[i][0] * v[0] + matrix[i][1] * v[1] + matrix[i][2] * v[2];
    }
    return product;
  }

  /** CIE 1976 L*a*b* of linear sRGB. */
  private static double[] lab(double[] rgb) {
    double[] xyz =
        times(
            new double[][] {
              {0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047},
              {0.2126729, 0.7151522, 0.0721750},
              {0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883}
            },
            rgb);
    for (int i = 0; i < 3; i++) {
      xyz[i] = xyz[i] > 0.008856 ? Math.cbrt(xyz[i]) : 7.787 * xyz[i] + 16 / 116.0;
    }
    return new double[] {116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])};
  }

  private static double distance(double[] a, double[] b) {
    return Math.sqrt(
        Math.pow(a[0] - b[0], 2) + Math.pow(a[1] - b[1], 2) + Math.pow(a[2] - b[2], 2));
  }
}
