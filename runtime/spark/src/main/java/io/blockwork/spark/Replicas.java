package io.blockwork.spark;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The networks that train in an executor: one for each task that runs at a time. As the value of a
 * broadcast there is one object of this class in each JVM, and its networks serve round after
 * round.
 */
final class Replicas implements Serializable {
  private static final long serialVersionUID = 1;

  private final WorkerSettings settings;

  /** Those that no task uses. Guarded by this. */
  private transient @Nullable Deque<Replica> idle;

  Replicas(WorkerSettings settings) {
    this.settings = settings;
  }

  private Deque<Replica> idle() {
    Deque<Replica> made = idle == null ? new ArrayDeque<>() : idle;
    idle = made;
    return made;
  }

  /**
   * A replica for this task alone; the one that read this worker's data before, if it is idle.
   *
   * @param threads of the task
   * @throws ExecutorException if this machine cannot run the network
   */
  synchronized Replica borrow(int worker, int threads) {
    Deque<Replica> all = idle();
    for (Replica each : all) {
      if (each.reads(worker)) {
        all.remove(each);
        return each;
      }
    }
    Replica any = all.poll();
    return any == null ? new Replica(settings, threads) : any;
  }

  /** Gives a replica back, whatever became of its round: the next one sets all its values. */
  synchronized void giveBack(Replica replica) {
    idle().addFirst(replica);
  }
}
