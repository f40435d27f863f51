package io.blockwork.processor.graph;

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

  @Override
  public String toString() {
    return channels + " x " + height + " x " + width;
  }
}
