package io.blockwork.engine.nd4j;

import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Keeps OpenBLAS to one thread a product while a plan runs.
 *
 * <p>The engine shares its work out itself. OpenBLAS's own threads spin for a while after each
 * product and take the cores from those that have something to do. Its thread count is the
 * process's, hence the static counter: the first plan to run sets it, the last one to finish gives
 * the user's value back.
 */
final class BlasThreads {
  private static int users;
  private static int before;

  private BlasThreads() {}

  /** Runs the task. */
  static void single(Runnable task) {
    enter();
    try {
      task.run();
    } finally {
      leave();
    }
  }

  private static synchronized void enter() {
    if (users++ == 0) {
      before = openblas_nolapack.blas_get_num_threads();
      openblas_nolapack.blas_set_num_threads(1);
    }
  }

  private static synchronized void leave() {
    if (--users == 0) {
      openblas_nolapack.blas_set_num_threads(before);
    }
  }
}
