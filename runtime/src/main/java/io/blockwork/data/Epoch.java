package io.blockwork.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One pass over the data, batch by batch. Its workers stop when it is exhausted, closed, or
 * followed by the loader's next epoch.
 *
 * <p>Workers claim runs of items in order, and never more than the prefetched batches ahead of the
 * one in use.
 */
public final class Epoch implements Iterator<Batch>, Iterable<Batch>, AutoCloseable {
  /** Items claimed at a time: enough to make locking cheap, few enough to share a batch. */
  private static final int RUN = 8;

  private final DataLoader loader;
  private final BatchBuffers buffers;
  private final Dataset data;

  /** From 0: what random numbers are drawn by. */
  private final int epoch;

  private final ItemOrder order;
  private final int batches;
  private final List<Thread> workers = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Guarded by the lock: batches being made or waiting, the oldest first, and the next to open. */
  private final Deque<BatchSlot> slots = new ArrayDeque<>();

  private int nextToOpen;
  private int nextToClaim;
  private int taken;
  private boolean inUse;
  private boolean closed;
  private Optional<Batch> ahead = Optional.empty();
  private long waitedNanos;
  private final LongAdder loadingNanos = new LongAdder();

  private record Run(BatchSlot slot, int from, int to) {}

  Epoch(DataLoader loader, BatchBuffers buffers, int epoch, int firstBatch) {
    this.loader = loader;
    this.buffers = buffers;
    this.epoch = epoch;
    this.data = loader.dataset(epoch + 1);
    this.batches = loader.batches();
    this.nextToOpen = firstBatch;
    this.taken = firstBatch;
    this.order = ItemOrder.of(loader, epoch);
    if (firstBatch < batches) {
      start();
    }
  }

  private void start() {
    for (int i = 0; i < loader.workers; i++) {
      Thread worker = new Thread(this::work, "blockwork-data-" + i);
      worker.setDaemon(true);
      workers.add(worker);
    }
    lock.lock();
    try {
      openSlots();
    } finally {
      lock.unlock();
    }
    workers.forEach(Thread::start);
  }

  /** Opens batches up to the bound, with the lock held; on the consumer's thread only. */
  private void openSlots() {
    int bound = (inUse ? 1 : 0) + slots.size();
    int rooms = (loader.workers == 0 ? 1 : loader.prefetch + 1) - bound;
    for (int i = 0; i < rooms && nextToOpen < batches; i++) {
      int from = nextToOpen * loader.batchSize;
      int to = Math.min(order.items().length, from + loader.batchSize);
      int room = nextToOpen % (loader.prefetch + 1);
      slots.add(
          new BatchSlot(
              loader,
              buffers.get(room, to - from, data.shape()),
              epoch,
              nextToOpen,
              Arrays.copyOfRange(order.items(), from, to),
              Arrays.copyOfRange(order.copies(), from, to)));
      nextToOpen++;
    }
    changed.signalAll();
  }

  private void work() {
    Optional<Run> run = claim(true);
    while (run.isPresent()) {
      fill(run.get());
      run = claim(true);
    }
  }

  /** The next items to fill; empty if there are none (left, or now). */
  private Optional<Run> claim(boolean wait) {
    lock.lock();
    try {
      while (!closed) {
        int skip = nextToClaim;
        for (BatchSlot slot : slots) {
          int size = slot.capacity();
          if (skip < size) {
            int to = Math.min(size, skip + RUN);
            nextToClaim += to - skip;
            return Optional.of(new Run(slot, skip, to));
          }
          skip -= size;
        }
        if (!wait || nextToOpen >= batches) {
          return Optional.empty();
        }
        changed.awaitUninterruptibly();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private void fill(Run run) {
    long begin = ThreadTime.nanos();
    fillAll(run);
    loadingNanos.add(ThreadTime.nanos() - begin);
  }

  private void fillAll(Run run) {
    for (int i = run.from; i < run.to; i++) {
      run.slot.fill(i);
    }
    boolean last;
    lock.lock();
    try {
      run.slot.missing -= run.to - run.from;
      last = run.slot.missing == 0;
    } finally {
      lock.unlock();
    }
    if (last) {
      run.slot.finish();
      lock.lock();
      try {
        run.slot.ready = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Whether there is another batch; waits for it.
   *
   * @throws DataException if one of its records is damaged and the loader stops at damage
   */
  @Override
  public boolean hasNext() {
    while (ahead.isEmpty() && taken < batches && !closed) {
      long begin = System.nanoTime();
      BatchSlot slot = await();
      waitedNanos += System.nanoTime() - begin;
      taken++;
      // Counted here and not when it was found, so that what was only read ahead does not count.
      slot.damages().forEach(loader::skip);
      if (slot.size() > 0) {
        try {
          ahead = Optional.of(slot.take());
        } catch (RuntimeException e) {
          close();
          throw e;
        }
      }
    }
    if (ahead.isEmpty()) {
      close();
    }
    return ahead.isPresent();
  }

  /** Gives back the batch in use, and waits for the oldest one in the making. */
  private BatchSlot await() {
    lock.lock();
    try {
      inUse = false;
      openSlots();
    } finally {
      lock.unlock();
    }
    if (loader.workers == 0) {
      for (Optional<Run> run = claim(false); run.isPresent(); run = claim(false)) {
        fill(run.get());
      }
    }
    lock.lock();
    try {
      BatchSlot oldest = slots.element();
      while (!oldest.ready) {
        changed.awaitUninterruptibly();
      }
      slots.remove();
      nextToClaim -= oldest.capacity();
      inUse = true;
      return oldest;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The next batch; the one before it is used again.
   *
   * @throws NoSuchElementException if there is none
   * @throws DataException if one of its records is damaged and the loader stops at damage
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the epoch has no more batches");
    }
    Batch batch = ahead.orElseThrow();
    ahead = Optional.empty();
    return batch;
  }

  /** Itself: an epoch can be gone through once. */
  @Override
  public Iterator<Batch> iterator() {
    return this;
  }

  /** Time for which batches were waited for, so far. */
  public java.time.Duration waited() {
    return java.time.Duration.ofNanos(waitedNanos);
  }

  /**
   * Processor time that loading has taken so far (reading, decoding, transforms, mixing), of all
   * workers together; where this Java cannot tell it, the time that they were at it.
   */
  public java.time.Duration loading() {
    return java.time.Duration.ofNanos(loadingNanos.sum());
  }

  /** Stops the workers, after the items they are at, and waits for them. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          // Buffers must not be written to any more when this returns: wait on, and tell later.
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
