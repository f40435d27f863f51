package io.blockwork.spark.scaling;

/**
 * What is trained.
 *
 * @param parameters learnable values
 * @param stepSeconds of one step on a worker of its own
 * @param images in a worker's step
 */
record Work(double parameters, double stepSeconds, int images, Traffic traffic) {
  /** The same on workers that take another time for a step. */
  Work stepSeconds(double seconds) {
    return new Work(parameters, seconds, images, traffic);
  }
}
