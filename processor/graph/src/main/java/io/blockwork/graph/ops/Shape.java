package io.blockwork.graph.ops;

/**
 * The shape of one image on an edge; a vector is {@code channels x 1 x 1}.
 *
 * @param channels channels
 * @param height height
 * @param width width
 */
public record Shape(int channels, int height, int width) {
  /** Number of values. */
  public long elements() {
    return (long) channels * height * width;
  }

  /** Whether this is a vector. */
  public boolean isVector() {
    return height == 1 && width == 1;
  }

  // Spelled out: the JVM takes some 20 ms to build a record's own equality the first time, and a
  // processor always runs cold.
  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s
        && channels == s.channels
        && height == s.height
        && width == s.width;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * channels + height) + width;
  }

  @Override
  public String toString() {
    return channels + " x " + height + " x " + width;
  }
}
