package io.blockwork.spark.scaling;

/**
 * A cluster.
 *
 * @param workers how many, each with a task
 * @param bandwidth of each machine's network, bytes a second in each direction
 * @param jobSeconds of an empty job of Spark's
 * @param taskSeconds that each task adds to it, on the driver
 * @param spread relative standard deviation of a step's time
 * @param slow share of the machines that are slower than others for good
 * @param slowness how many times the others' time these take
 */
record Machines(
    int workers,
    double bandwidth,
    double jobSeconds,
    double taskSeconds,
    double spread,
    double slow,
    double slowness) {
  /** The same machines in another number. */
  Machines workers(int count) {
    return new Machines(count, bandwidth, jobSeconds, taskSeconds, spread, slow, slowness);
  }
}
