package io.blockwork.engine;

/**
 * For engines: which rows (or columns) of an image each row (or column) of a pool's output sees.
 */
public final class PoolAxis {
  private final int[] from;
  private final int[] to;
  private final int[] divisor;

  private PoolAxis(int outputs) {
    this.from = new int[outputs];
    this.to = new int[outputs];
    this.divisor = new int[outputs];
  }

  /** The rows of a window's output, for an image of so many rows. */
  public static PoolAxis rows(Window window, int height) {
    return of(
        window.outputHeight(height),
        height,
        window.kernelHeight(),
        window.strideHeight(),
        window.padding().top(),
        window.padding().bottom(),
        window.countPadding());
  }

  /** The columns of a window's output, for an image of so many columns. */
  public static PoolAxis columns(Window window, int width) {
    return of(
        window.outputWidth(width),
        width,
        window.kernelWidth(),
        window.strideWidth(),
        window.padding().left(),
        window.padding().right(),
        window.countPadding());
  }

  private static PoolAxis of(
      int outputs, int size, int kernel, int stride, int before, int behind, boolean countPadding) {
    PoolAxis axis = new PoolAxis(outputs);
    for (int i = 0; i < outputs; i++) {
      int first = i * stride - before;
      axis.from[i] = Math.max(0, first);
      axis.to[i] = Math.min(size, first + kernel);
      axis.divisor[i] =
          countPadding
              ? Math.min(size + behind, first + kernel) - first
              : axis.to[i] - axis.from[i];
    }
    return axis;
  }

  /** So many windows that cover an axis of {@code size}, as torch's adaptive pools have them. */
  public static PoolAxis adaptive(int outputs, int size) {
    PoolAxis axis = new PoolAxis(outputs);
    for (int i = 0; i < outputs; i++) {
      axis.from[i] = (int) ((long) i * size / outputs);
      axis.to[i] = (int) (((long) (i + 1) * size + outputs - 1) / outputs);
      axis.divisor[i] = axis.to[i] - axis.from[i];
    }
    return axis;
  }

  /** Rows (or columns) of the output. */
  public int outputs() {
    return from.length;
  }

  /** The first that output {@code i} sees. */
  public int from(int i) {
    return from[i];
  }

  /** The first behind those that output {@code i} sees. */
  public int to(int i) {
    return to[i];
  }

  /** What an average along this axis divides output {@code i} by. */
  public int divisor(int i) {
    return divisor[i];
  }
}
