package io.blockwork.train;

import io.blockwork.data.ImageDataset;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Interpolation;
import io.blockwork.io.AtomicFile;
import io.blockwork.io.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * A page that shows where a classifier is wrong: the surest mistakes, and the classes that it
 * confuses most, with pictures. One HTML file that needs nothing else.
 */
public final class MistakesPage {
  private static final int THUMBNAIL = 96;
  private static final int PER_PAIR = 8;
  private static final int PAIRS = 10;

  private final Predictions predictions;
  private final ImageDataset images;

  private MistakesPage(Predictions predictions, ImageDataset images) {
    this.predictions = predictions;
    this.images = images;
  }

  /** Two classes, and the images of the first that were taken for the second. */
  private record Pair(int actual, int answer) {}

  /**
   * Writes the page.
   *
   * @param path of the HTML file
   * @param predictions for the images
   * @param images that the loader's data set was made of, in the same order
   * @param worst how many of the surest mistakes to show, 0 or more
   * @throws IllegalArgumentException if there are fewer images than predictions speak of
   * @throws io.blockwork.io.FileException if the file cannot be written
   * @throws io.blockwork.data.DataException if an image cannot be read
   */
  public static void write(Path path, Predictions predictions, ImageDataset images, int worst) {
    Objects.requireNonNull(path, "path");
    int most = predictions.rows().stream().mapToInt(Predictions.Row::index).max().orElse(-1);
    if (most >= images.size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the predictions speak of image %d, but the data set has %d images",
              most, images.size()));
    }
    String html = new MistakesPage(predictions, images).html(worst);
    AtomicFile.write(path, html.getBytes(StandardCharsets.UTF_8));
  }

  private String html(int worst) {
    List<Predictions.Row> mistakes = predictions.mistakes();
    StringBuilder page =
        new StringBuilder("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n");
    page.append("<title>Mistakes</title>\n<style>body{font-family:sans-serif;margin:2em}")
        .append("figure{display:inline-block;margin:.5em;width:8em;vertical-align:top}")
        .append("figcaption{font-size:.8em;overflow-wrap:anywhere}</style>\n");
    page.append(
        SafeText.format(
            "<h1>%d mistakes in %d images</h1>\n", mistakes.size(), predictions.rows().size()));
    page.append("<p>").append(escaped(predictions.calibration().toString())).append("</p>\n");
    page.append("<h2>The surest mistakes</h2>\n");
    mistakes.stream().limit(worst).forEach(row -> figure(page, row));
    page.append("<h2>The classes confused most</h2>\n");
    pairs(mistakes)
        .forEach(
            entry -> {
              page.append(
                  SafeText.format(
                      "<h3>%s taken for %s: %d</h3>\n",
                      name(entry.getKey().actual()),
                      name(entry.getKey().answer()),
                      entry.getValue().size()));
              entry.getValue().stream().limit(PER_PAIR).forEach(row -> figure(page, row));
            });
    return page.append("</html>\n").toString();
  }

  private static List<Map.Entry<Pair, List<Predictions.Row>>> pairs(
      List<Predictions.Row> mistakes) {
    Map<Pair, List<Predictions.Row>> byPair =
        mistakes.stream().collect(Collectors.groupingBy(r -> new Pair(r.label(), r.answer())));
    return byPair.entrySet().stream()
        .sorted(
            Comparator.comparing(
                    (Map.Entry<Pair, List<Predictions.Row>> entry) -> -entry.getValue().size())
                .thenComparing(entry -> entry.getKey().actual())
                .thenComparing(entry -> entry.getKey().answer()))
        .limit(PAIRS)
        .toList();
  }

  private void figure(StringBuilder page, Predictions.Row row) {
    page.append("<figure><img alt=\"\" src=\"data:image/png;base64,")
        .append(thumbnail(row.index()))
        .append("\"><figcaption>")
        .append(
            SafeText.format(
                "%s taken for %s (%.1f %%)<br>%s",
                name(row.label()),
                name(row.answer()),
                100 * row.confidence(),
                escaped(row.source())))
        .append("</figcaption></figure>\n");
  }

  private String name(int label) {
    return escaped(predictions.classNames().get(label));
  }

  private static String escaped(String text) {
    return SafeText.of(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private String thumbnail(int index) {
    ByteImage image = images.image(index);
    double scale = (double) THUMBNAIL / Math.max(image.width(), image.height());
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(
          image.resize(width, height, Interpolation.BILINEAR).toBufferedImage(), "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
