package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Several threads and processes that want the same file. */
class ConcurrentDownloadTest extends ServedFile {
  @Test
  void manyThreadsFetchOnce() throws Exception {
    serve(this::wholeOrRange);
    List<Future<Path>> paths = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      paths.add(threads.submit(() -> download(options()).path()));
    }
    for (Future<Path> path : paths) {
      assertFetched(path.get());
    }
    assertThat(requests.get()).isEqualTo(1);
  }

  @Test
  void anotherProcessWaitsForTheLock() throws Exception {
    serve(this::wholeOrRange);
    Path lock = cache.resolve(NAME + ".lock");
    Process holder = LockHolder.start(lock);
    assertThat(holder.getInputStream().read()).isEqualTo('l');
    Future<Path> path = threads.submit(() -> download(options()).path());
    pace.pauses.acquire(3);
    assertThat(path.isDone()).isFalse();
    assertThat(requests.get()).isEqualTo(0);
    holder.getOutputStream().close();
    assertFetched(path.get());
    assertThat(holder.waitFor()).isEqualTo(0);
  }

  @Test
  void whoIsInterruptedWhileItWaitsLeavesTheLockToTheOther() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    serve(
        exchange -> {
          asked.countDown();
          await(release);
          whole(exchange);
        });
    Future<Path> first = threads.submit(() -> download(options()).path());
    asked.await();
    AtomicReference<FileException> refused = new AtomicReference<>();
    Thread second =
        new Thread(
            () -> refused.set(assertThrows(FileException.class, () -> download(options()).path())));
    second.start();
    pace.pauses.acquire(); // between two looks at the lock
    second.interrupt();
    second.join();
    assertThat(refused.get()).hasMessageThat().contains("the thread was interrupted");
    assertThat(LockHolder.isLocked(cache.resolve(NAME + ".lock"))).isTrue();
    release.countDown();
    assertFetched(first.get());
  }

  @Test
  void saysThatTheThreadWasInterrupted() {
    serve(this::whole);
    Thread.currentThread().interrupt();
    FileException error = assertThrows(FileException.class, () -> download(options()).path());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(error).hasMessageThat().contains("was not fetched: the thread was interrupted");
  }
}
