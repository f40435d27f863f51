package io.blockwork.processor;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work that another thread does at the same time. It may not ask the compiler for anything, whose
 * model of the program is for one thread only.
 */
final class Beside {
  private Beside() {}

  /** Begins the work; what it comes to, or throws, is waited for when it is asked for. */
  static <T> Supplier<T> start(Supplier<T> work) {
    var task = new FutureTask<T>(work::get);
    var thread = new Thread(task, "blockwork");
    thread.setDaemon(true);
    thread.start();
    return () -> result(task);
  }

  private static <T> T result(FutureTask<T> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException exception
          ? exception
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the compiler was stopped", e);
    }
  }
}
