package io.blockwork.compiled;

import java.util.function.IntFunction;

/** Finds out what the memory that is left is enough for, after a plan was too large for it. */
final class LargestBatch {
  private LargestBatch() {}

  /**
   * The largest batch that fits, by trying.
   *
   * @param tooLarge a batch that does not fit
   * @param bind makes a plan, and returns what frees it
   * @return 0 if not even one image fits
   */
  static int below(int tooLarge, IntFunction<Runnable> bind) {
    int fits = 0;
    int fails = tooLarge;
    while (fails - fits > 1) {
      int middle = fits + (fails - fits) / 2;
      if (fits(middle, bind)) {
        fits = middle;
      } else {
        fails = middle;
      }
    }
    return fits;
  }

  private static boolean fits(int batch, IntFunction<Runnable> bind) {
    try {
      bind.apply(batch).run();
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }
}
