package io.blockwork.engine;

import io.blockwork.io.SafeText;

/**
 * A pooling window, as torch's {@code MaxPool2d} and {@code AvgPool2d} have it.
 *
 * @param kernelHeight rows
 * @param kernelWidth columns
 * @param strideHeight step from row to row
 * @param strideWidth step from column to column
 * @param padding pixels added around the input; they never win a max pool
 * @param ceil whether a last window may hang over the end, as torch's {@code ceil_mode}; it still
 *     begins within the image or the padding before it
 * @param countPadding whether an average divides by the pixels of the padding, too: torch's {@code
 *     count_include_pad}. What hangs over the padded image never counts
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    Padding padding,
    boolean ceil,
    boolean countPadding) {

  /**
   * Checks that every window sees a pixel.
   *
   * @throws IllegalArgumentException if the padding is not smaller than the kernel
   */
  public Window {
    if (Math.max(padding.top(), padding.bottom()) >= kernelHeight
        || Math.max(padding.left(), padding.right()) >= kernelWidth) {
      throw new IllegalArgumentException(
          SafeText.format(
              "pool: expected padding smaller than the %d x %d kernel, got %s",
              kernelHeight, kernelWidth, padding));
    }
  }

  /** A window whose steps leave no gap and no overlap. */
  public static Window window(int kernel) {
    return window(kernel, kernel);
  }

  /** The same for a window that is not square. */
  public static Window window(int kernelHeight, int kernelWidth) {
    return new Window(
        kernelHeight, kernelWidth, kernelHeight, kernelWidth, Padding.NONE, false, false);
  }

  /** The same window with another stride. */
  public Window stride(int stride) {
    return stride(stride, stride);
  }

  /** The same window with another stride for each direction. */
  public Window stride(int height, int width) {
    return new Window(kernelHeight, kernelWidth, height, width, padding, ceil, countPadding);
  }

  /** The same window with another padding. */
  public Window padding(Padding padding) {
    return new Window(
        kernelHeight, kernelWidth, strideHeight, strideWidth, padding, ceil, countPadding);
  }

  /** The same window with another padding, equal on every side. */
  public Window padding(int all) {
    return padding(Padding.padding(all));
  }

  /** The same window with another padding for each direction. */
  public Window padding(int vertical, int horizontal) {
    return padding(Padding.padding(vertical, horizontal));
  }

  /** The same window with another padding for each side. */
  public Window padding(int top, int left, int bottom, int right) {
    return padding(new Padding(top, left, bottom, right));
  }

  /** The same window, the last of which may hang over the end. */
  public Window ceiling() {
    return new Window(
        kernelHeight, kernelWidth, strideHeight, strideWidth, padding, true, countPadding);
  }

  /** The same window, whose averages count the padding. */
  public Window countingPadding() {
    return new Window(kernelHeight, kernelWidth, strideHeight, strideWidth, padding, ceil, true);
  }

  /** Rows of the output of an input of so many rows. */
  public int outputHeight(int height) {
    return size(height, padding.top(), padding.bottom(), kernelHeight, strideHeight);
  }

  /** Columns of the output of an input of so many columns. */
  public int outputWidth(int width) {
    return size(width, padding.left(), padding.right(), kernelWidth, strideWidth);
  }

  private int size(int size, int before, int behind, int kernel, int stride) {
    int room = size + before + behind - kernel;
    if (!ceil) {
      return room / stride + 1;
    }
    int windows = (room + stride - 1) / stride + 1;
    return (windows - 1) * stride >= size + before ? windows - 1 : windows;
  }

  /** Rows by which the last window hangs over the padded image. */
  public int overhangBelow(int height) {
    int end = (outputHeight(height) - 1) * strideHeight + kernelHeight;
    return Math.max(0, end - height - padding.vertical());
  }

  /** Columns by which the last window hangs over the padded image. */
  public int overhangBehind(int width) {
    int end = (outputWidth(width) - 1) * strideWidth + kernelWidth;
    return Math.max(0, end - width - padding.horizontal());
  }
}
