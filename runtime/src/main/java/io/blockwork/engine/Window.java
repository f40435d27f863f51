package io.blockwork.engine;

/**
 * A square pooling window. The output has {@code floor((size + 2 * padding - kernel) / stride) + 1}
 * pixels a side.
 *
 * @param kernel side in pixels
 * @param stride step in pixels
 * @param padding pixels added on every side; they never win a max pool
 */
public record Window(int kernel, int stride, int padding) {
  /** A window whose steps leave no gap and no overlap. */
  public static Window window(int kernel) {
    return new Window(kernel, kernel, 0);
  }

  /** The same window with another stride. */
  public Window stride(int stride) {
    return new Window(kernel, stride, padding);
  }

  /** The same window with another padding. */
  public Window padding(int padding) {
    return new Window(kernel, stride, padding);
  }
}
