package io.blockwork.spark;

import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;

/** What a task does in a round. */
final class RoundTask {
  private RoundTask() {}

  /** Computes one worker's part, on a network that no other task has meanwhile. */
  static Contribution run(Broadcast<Replicas> replicas, Broadcast<Round> round, Shard shard) {
    Replicas all = replicas.value();
    Replica mine = all.borrow(shard.index(), TaskContext.get().cpus());
    try {
      return mine.run(round.value(), shard);
    } finally {
      all.giveBack(mine);
    }
  }
}
