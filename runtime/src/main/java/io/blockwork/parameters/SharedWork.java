package io.blockwork.parameters;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * For engines and parameters: a list of tasks that other threads begin with at once, and their
 * owner helps to finish.
 *
 * <p>The owner waits for tasks that some thread works on, never for a thread to become free: it may
 * hold a lock for which all threads of the common pool wait.
 */
public final class SharedWork {
  private final List<Runnable> tasks;
  private final AtomicInteger next = new AtomicInteger();
  private final CountDownLatch undone;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private SharedWork(List<Runnable> tasks) {
    this.tasks = tasks;
    this.undone = new CountDownLatch(tasks.size());
  }

  /**
   * Starts.
   *
   * @param tasks independent of each other; none of them may need a lock that the owner holds when
   *     it {@linkplain #finish finishes}
   */
  public static SharedWork start(List<Runnable> tasks) {
    Objects.requireNonNull(tasks, "tasks");
    SharedWork work = new SharedWork(List.copyOf(tasks));
    int helpers = Math.min(tasks.size(), ForkJoinPool.getCommonPoolParallelism());
    try {
      for (int i = 0; i < helpers; i++) {
        ForkJoinPool.commonPool().execute(work::help);
      }
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // No thread is to be had: the owner does what remains.
      return work;
    }
    return work;
  }

  private void help() {
    for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
      try {
        tasks.get(i).run();
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      } finally {
        undone.countDown();
      }
    }
  }

  /**
   * Helps until every task is done. Interruption does not cut it short.
   *
   * <p>Throws what the first failed task threw, an exception or an error.
   */
  public void finish() {
    help();
    boolean interrupted = false;
    while (true) {
      try {
        undone.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    } else if (thrown instanceof Error error) {
      throw error;
    }
  }
}
