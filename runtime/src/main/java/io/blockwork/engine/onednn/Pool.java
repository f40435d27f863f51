package io.blockwork.engine.onednn;

import io.blockwork.engine.PoolAxis;
import io.blockwork.engine.Window;

/**
 * A pool: whether it takes the largest values or means, and of which windows.
 *
 * @param largest whether the largest values
 * @param window the windows, for oneDNN
 * @param rows the rows that each row of the output sees
 * @param columns the columns that each column of the output sees
 * @param regular whether {@code window} says the same as {@code rows} and {@code columns}
 */
record Pool(boolean largest, Window window, PoolAxis rows, PoolAxis columns, boolean regular) {
  /** A pool of a window that moves by equal steps. */
  static Pool of(boolean largest, Window window, PlanTensor src) {
    boolean overhang =
        window.overhangBelow(src.height()) > 0 || window.overhangBehind(src.width()) > 0;
    return new Pool(
        largest,
        window,
        PoolAxis.rows(window, src.height()),
        PoolAxis.columns(window, src.width()),
        // oneDNN divides by all of a window or by what lies in the image, nothing between.
        largest || !(overhang && window.countPadding()));
  }

  /** A pool of windows that cover the image. */
  static Pool adaptive(boolean largest, PlanTensor src, PlanTensor dst) {
    int height = Math.max(1, src.height() / dst.height());
    int width = Math.max(1, src.width() / dst.width());
    return new Pool(
        largest,
        Window.window(height, width),
        PoolAxis.adaptive(dst.height(), src.height()),
        PoolAxis.adaptive(dst.width(), src.width()),
        src.height() % dst.height() == 0 && src.width() % dst.width() == 0);
  }

  /** A pool of one window that is the image. */
  static Pool global(boolean largest, PlanTensor src) {
    return of(largest, Window.window(src.height(), src.width()), src);
  }

  /** Zeros that oneDNN has to think of below and behind, so that its output has our size. */
  long[] paddingBehind(PlanTensor src) {
    return new long[] {
      behind(
          rows.outputs(),
          window.strideHeight(),
          window.kernelHeight(),
          src.height() + window.padding().top(),
          window.padding().bottom()),
      behind(
          columns.outputs(),
          window.strideWidth(),
          window.kernelWidth(),
          src.width() + window.padding().left(),
          window.padding().right())
    };
  }

  private long behind(int outputs, int stride, int kernel, int size, int padding) {
    return window.ceil() ? Math.max(0, (outputs - 1) * stride + kernel - size) : padding;
  }
}
