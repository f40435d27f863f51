package io.blockwork;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;

/** A list of tasks that other threads begin with at once, and their owner helps to finish. */
final class SharedWork {
  private final List<Runnable> tasks;
  private final AtomicInteger next = new AtomicInteger();
  private final List<ForkJoinTask<?>> helpers = new ArrayList<>();

  private SharedWork(List<Runnable> tasks) {
    this.tasks = tasks;
    int count = Math.min(tasks.size(), ForkJoinPool.getCommonPoolParallelism());
    for (int i = 0; i < count; i++) {
      helpers.add(ForkJoinPool.commonPool().submit(this::work));
    }
  }

  /** Starts; the tasks are independent of each other. */
  static SharedWork start(List<Runnable> tasks) {
    return new SharedWork(List.copyOf(tasks));
  }

  private void work() {
    for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
      tasks.get(i).run();
    }
  }

  /** Helps until every task is done, and throws what one of them threw. */
  void finish() {
    work();
    helpers.forEach(ForkJoinTask::join);
  }
}
