package io.blockwork.parameters;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SharedWorkTest {
  private static List<Runnable> counting(AtomicInteger counter, int n) {
    List<Runnable> tasks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      tasks.add(counter::incrementAndGet);
    }
    return tasks;
  }

  @Test
  void everyTaskRunsOnce() {
    for (int n : new int[] {0, 1, 1000}) {
      AtomicInteger counter = new AtomicInteger();
      SharedWork work = SharedWork.start(counting(counter, n));
      work.finish();
      assertThat(counter.get()).isEqualTo(n);
    }
  }

  @Test
  void aFailureIsToldWhenAllOthersAreDone() {
    AtomicInteger counter = new AtomicInteger();
    List<Runnable> tasks = counting(counter, 50);
    tasks.add(
        10,
        () -> {
          throw new IllegalArgumentException("the eleventh");
        });
    SharedWork work = SharedWork.start(tasks);
    var thrown = assertThrows(IllegalArgumentException.class, work::finish);
    assertThat(thrown).hasMessageThat().isEqualTo("the eleventh");
    assertThat(counter.get()).isEqualTo(50);
  }

  /** A parallel stream whose tasks all wait for the owner occupies every thread of the pool. */
  @Test
  void finishesThoughEveryThreadOfThePoolWaits() throws InterruptedException {
    int threads = ForkJoinPool.getCommonPoolParallelism();
    CountDownLatch occupied = new CountDownLatch(threads);
    CountDownLatch release = new CountDownLatch(1);
    List<ForkJoinTask<?>> waiting = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      waiting.add(
          ForkJoinPool.commonPool()
              .submit(
                  () -> {
                    occupied.countDown();
                    try {
                      release.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  }));
    }
    occupied.await();
    AtomicInteger counter = new AtomicInteger();
    SharedWork.start(counting(counter, 20)).finish();
    assertThat(counter.get()).isEqualTo(20);
    release.countDown();
    waiting.forEach(ForkJoinTask::join);
  }
}
