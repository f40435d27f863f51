package io.blockwork.examples.quickstart;

import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Epoch;
import io.blockwork.image.Classification;
import io.blockwork.image.Prediction;
import io.blockwork.io.SafeText;
import java.io.PrintStream;
import java.util.List;

/** Draws a few held-out digits in the terminal, with what the network takes them for. */
final class Gallery {
  private static final int DIGITS = 5;
  private static final String SHADES = " .:+*#@";

  private Gallery() {}

  static void print(DigitsNet net, Dataset data, PrintStream out) {
    int[] items = new int[DIGITS];
    for (int i = 0; i < DIGITS; i++) {
      items[i] = i * data.size() / DIGITS;
    }
    try (DataLoader loader = DataLoader.of(data.subset(items)).batchSize(DIGITS).build();
        Epoch batches = loader.epoch(1)) {
      Batch batch = batches.next();
      List<List<Prediction>> answers =
          Classification.rank(net.forward(batch.images()), data.classNames(), 1);
      out.println();
      for (int y = 0; y < 8; y++) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < DIGITS; i++) {
          for (int x = 0; x < 8; x++) {
            double grey = batch.images().getDouble(i, 0, y, x);
            char shade = SHADES.charAt((int) Math.round(grey * (SHADES.length() - 1)));
            line.append(shade).append(shade);
          }
          line.append("  ");
        }
        out.println(line.toString().stripTrailing());
      }
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < DIGITS; i++) {
        Prediction best = answers.get(i).get(0);
        String verdict = best.index() == batch.labels()[i] ? "right" : "is " + batch.labels()[i];
        line.append(
            SafeText.format(
                "%-18s",
                SafeText.format(
                    "%s, %.0f %%, %s", best.name(), 100 * best.probability(), verdict)));
      }
      out.println(line.toString().stripTrailing());
      out.println();
    }
  }
}
