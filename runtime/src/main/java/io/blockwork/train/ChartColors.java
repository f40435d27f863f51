package io.blockwork.train;

import java.awt.Color;
import org.knowm.xchart.style.Styler;

/**
 * The colours of lines, which colour-blind people tell apart, too (Okabe and Ito 2008, "Color
 * Universal Design"); their yellow is left out, since it can hardly be seen on white.
 */
final class ChartColors {
  private static final int[] LINES = {
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x000000, 0x56b4e9
  };

  private ChartColors() {}

  /** The colours in the order in which lines take them. */
  static Color[] lines() {
    Color[] colors = new Color[LINES.length];
    for (int i = 0; i < colors.length; i++) {
      colors[i] = new Color(LINES[i]);
    }
    return colors;
  }

  /** Gives a chart these colours, on white. */
  static void apply(Styler styler) {
    styler.setSeriesColors(lines());
    styler.setChartBackgroundColor(Color.WHITE);
  }
}
