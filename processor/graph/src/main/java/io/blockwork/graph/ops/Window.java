package io.blockwork.graph.ops;

/**
 * A window that moves over a map, of a convolution or a pool.
 *
 * @param kernelHeight its height
 * @param kernelWidth its width
 * @param strideHeight rows from one place to the next
 * @param strideWidth columns from one place to the next
 * @param padding around the map
 * @param dilationHeight rows from one value of the window to the next
 * @param dilationWidth columns from one value of the window to the next
 * @param ceiling whether a last window may hang over the end, as torch's {@code ceil_mode}: it must
 *     begin inside the map or the padding before it
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    Padding padding,
    int dilationHeight,
    int dilationWidth,
    boolean ceiling) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a kernel, stride or dilation is not positive
   */
  public Window {
    if (Math.min(kernelHeight, kernelWidth) < 1
        || Math.min(strideHeight, strideWidth) < 1
        || Math.min(dilationHeight, dilationWidth) < 1) {
      throw new IllegalArgumentException(
          "window: expected a positive kernel, stride and dilation, got "
              + (kernelHeight + "x" + kernelWidth)
              + (", " + strideHeight + "x" + strideWidth)
              + (", " + dilationHeight + "x" + dilationWidth));
    }
  }

  /** A window of stride 1. */
  public static Window of(int height, int width) {
    return new Window(height, width, 1, 1, Padding.NONE, 1, 1, false);
  }

  /** A square window of stride 1. */
  public static Window of(int side) {
    return of(side, side);
  }

  /** A square window that does not overlap itself, as torch's pools have by default. */
  public static Window tiling(int side) {
    return of(side).stride(side);
  }

  /** With another stride. */
  public Window stride(int both) {
    return stride(both, both);
  }

  /** With another stride. */
  public Window stride(int height, int width) {
    return new Window(
        kernelHeight, kernelWidth, height, width, padding, dilationHeight, dilationWidth, ceiling);
  }

  /** With the same padding on all sides. */
  public Window padding(int all) {
    return padding(Padding.of(all));
  }

  /** With another padding. */
  public Window padding(Padding other) {
    return new Window(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        other,
        dilationHeight,
        dilationWidth,
        ceiling);
  }

  /** With another dilation. */
  public Window dilation(int height, int width) {
    return new Window(
        kernelHeight, kernelWidth, strideHeight, strideWidth, padding, height, width, ceiling);
  }

  /** In torch's {@code ceil_mode}. */
  public Window ceilMode() {
    return new Window(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        true);
  }

  /** Rows from the first to the last value of the window, ends included. */
  public int spanHeight() {
    return dilationHeight * (kernelHeight - 1) + 1;
  }

  /** Columns from the first to the last value of the window, ends included. */
  public int spanWidth() {
    return dilationWidth * (kernelWidth - 1) + 1;
  }

  /** The height of the output; not positive if there is none. */
  public int outputHeight(int height) {
    return output(height, spanHeight(), strideHeight, padding.top(), padding.bottom());
  }

  /** The width of the output; not positive if there is none. */
  public int outputWidth(int width) {
    return output(width, spanWidth(), strideWidth, padding.left(), padding.right());
  }

  private int output(int size, int span, int stride, int before, int after) {
    int room = size + before + after - span;
    if (!ceiling) {
      return Math.floorDiv(room, stride) + 1;
    }
    int places = -Math.floorDiv(-room, stride) + 1;
    return (places - 1) * stride >= size + before ? places - 1 : places;
  }

  /**
   * Checks that it can be that of a pool.
   *
   * @throws IllegalArgumentException if it cannot
   */
  void requirePool(String path) {
    Rules.require(
        dilationHeight == 1 && dilationWidth == 1,
        path,
        "no dilation of a pool",
        dilationHeight + "x" + dilationWidth);
    Rules.require(
        2 * Math.max(padding.top(), padding.bottom()) <= kernelHeight
            && 2 * Math.max(padding.left(), padding.right()) <= kernelWidth,
        path,
        "padding of at most half the window",
        padding.top() + ", " + padding.left() + ", " + padding.bottom() + ", " + padding.right());
  }

  /** Whether it is one value at stride 1, without padding. */
  public boolean isPoint() {
    return kernelHeight == 1
        && kernelWidth == 1
        && strideHeight == 1
        && strideWidth == 1
        && padding.isNone();
  }

  /** {@code 3x3 stride 2}. */
  String words() {
    return kernelHeight + "x" + kernelWidth + sides(" stride ", strideHeight, strideWidth);
  }

  /** {@code dilation 2}, with a space before it; nothing if there is none. */
  String dilationWords() {
    return sides(" dilation ", dilationHeight, dilationWidth);
  }

  private static String sides(String what, int vertical, int horizontal) {
    if (vertical == 1 && horizontal == 1) {
      return "";
    }
    return what + (vertical == horizontal ? String.valueOf(vertical) : vertical + "x" + horizontal);
  }

  /** Its sides as arguments: one if it is square. */
  Object[] sides() {
    return kernelHeight == kernelWidth
        ? new Object[] {kernelHeight}
        : new Object[] {kernelHeight, kernelWidth};
  }

  /**
   * {@code window(3).stride(2).padding(1)}, as a pool is bound: the stride is the side by default.
   */
  Code pool() {
    Code code = Code.call("Window", "window", sides());
    if (strideHeight != kernelHeight || strideWidth != kernelWidth) {
      code =
          strideHeight == strideWidth
              ? code.then("stride", strideHeight)
              : code.then("stride", strideHeight, strideWidth);
    }
    return padding.print(code).thenIf(ceiling, "ceiling");
  }
}
