package io.blockwork.image;

import io.blockwork.io.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageIO;

/** A map of numbers laid over a picture, as Grad-CAM is usually shown. */
public final class HeatMap {
  private static final double PICTURE = 0.5;
  private static final int LARGEST = 255;

  private HeatMap() {}

  /**
   * The picture with the map over it: blue where the map has its least values, by way of green and
   * yellow to red at its largest. Map and picture show the same section.
   *
   * @param picture of any size
   * @param map {@code [height][width]}, of any size; resized with PIL's bilinear filter
   * @return an RGB image of the picture's size
   * @throws IllegalArgumentException if the map is empty or its rows are not equally long
   */
  public static ByteImage over(ByteImage picture, float[][] map) {
    ByteImage heat = grey(map).resize(picture.width(), picture.height(), Interpolation.BILINEAR);
    byte[] below = picture.toRgb().samples();
    byte[] out = new byte[below.length];
    for (int i = 0; i < out.length; i++) {
      double value = (heat.samples()[i / 3] & 0xff) / (double) LARGEST;
      double color = LARGEST * jet(value, i % 3);
      out[i] = (byte) Math.round(PICTURE * (below[i] & 0xff) + (1 - PICTURE) * color);
    }
    return new ByteImage(picture.width(), picture.height(), 3, out);
  }

  /**
   * Writes {@link #over} as a PNG file; folders that are missing are made.
   *
   * @throws io.blockwork.io.FileException if the file cannot be written
   */
  public static void writePng(Path path, ByteImage picture, float[][] map) {
    Objects.requireNonNull(path, "path");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(over(picture, map).toBufferedImage(), "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.write(path, bytes.toByteArray());
  }

  /** The map as an image from 0, its least value, to 255, its largest; even maps are black. */
  static ByteImage grey(float[][] map) {
    int height = map.length;
    int width = height == 0 ? 0 : map[0].length;
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float[] row : map) {
      if (row.length != width) {
        throw new IllegalArgumentException(
            "map: expected rows of " + width + ", got " + row.length);
      }
      for (float value : row) {
        least = Math.min(least, value);
        largest = Math.max(largest, value);
      }
    }
    float range = largest > least ? largest - least : 1;
    byte[] samples = new byte[height * width];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) Math.round(LARGEST * (map[i / width][i % width] - least) / range);
    }
    return new ByteImage(width, height, 1, samples);
  }

  /** Matlab's colour map: three trapezoids, a quarter apart. */
  private static double jet(double value, int channel) {
    double middle = 0.75 - 0.25 * channel;
    return Math.max(0, Math.min(1, 1.5 - 4 * Math.abs(value - middle)));
  }
}
