package io.blockwork.spark.scaling;

import io.blockwork.data.CounterRandom;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * The time of a round as {@code SparkTrainer} makes it: the driver packs the weights, a broadcast
 * brings them to all workers, these make H steps, and the driver takes in their answers. A round
 * ends with its last worker.
 *
 * @param seed of the steps' times
 */
record Simulation(Machines machines, Work work, long seed) {
  private static final int ROUNDS = 200;
  private static final int MOST_STEPS = 1 << 14;

  /** Of Spark's broadcasts: machines pass on each block that they have. */
  private static final double BLOCK = 4 << 20;

  /** {@code spark.resultGetter.threads}. */
  private static final int RESULT_THREADS = 4;

  /** Mean seconds of a round of H steps. */
  double round(int steps) {
    return exchange() + arithmetic(steps);
  }

  /** Seconds of a round beside the slowest worker's steps. */
  double exchange() {
    Traffic traffic = work.traffic();
    double out = work.parameters() * traffic.bytesOut();
    double back = work.parameters() * traffic.bytesBack();
    int workers = machines.workers();
    double hops = Math.ceil(Math.log(workers + 1.0) / Math.log(2));
    double broadcast = (out + (hops - 1) * Math.min(BLOCK, out)) / machines.bandwidth();
    // Answers are unpacked while others still arrive, and added up when all are there.
    double unpack = Math.ceil((double) workers / RESULT_THREADS) * traffic.receiveSeconds();
    double gather =
        back * (Math.max(workers / machines.bandwidth(), unpack) + workers * traffic.addSeconds());
    return machines.jobSeconds()
        + workers * machines.taskSeconds()
        + out * traffic.sendSeconds()
        + broadcast
        + back * traffic.answerSeconds()
        + gather;
  }

  /** Mean seconds of the slowest worker's steps. */
  double arithmetic(int steps) {
    RandomGenerator random = new CounterRandom(seed, machines.workers(), steps);
    long slow = Math.round(machines.slow() * machines.workers());
    double sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
      double slowest = 0;
      for (int worker = 0; worker < machines.workers(); worker++) {
        // The sum of independent steps: its deviation grows as the root of their number.
        double own = steps + machines.spread() * Math.sqrt(steps) * random.nextGaussian();
        slowest = Math.max(slowest, worker < slow ? machines.slowness() * own : own);
      }
      sum += slowest;
    }
    return work.stepSeconds() * sum / ROUNDS;
  }

  /** How many times one process without Spark: at most the number of workers. */
  double speedUp(int steps) {
    return machines.workers() * steps * work.stepSeconds() / round(steps);
  }

  /** The least H, of powers of two, with so much of the workers' number as speed-up. */
  OptionalInt leastSteps(double share) {
    for (int steps = 1; steps <= MOST_STEPS; steps *= 2) {
      if (speedUp(steps) >= share * machines.workers()) {
        return OptionalInt.of(steps);
      }
    }
    return OptionalInt.empty();
  }
}
