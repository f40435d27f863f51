package io.blockwork.spark.scaling;

import java.util.List;

/**
 * What {@code Bars} measured on 2 cores of an Intel Xeon with AVX-512 and AMX, each worker held to
 * one of them, and the rounds that the simulation is held to.
 */
final class Measured {
  /** Fitted to {@code train}; what a byte costs, to {@code exchange 5 2} and its CPU seconds. */
  private static final double JOB_SECONDS = 0.16;

  private static final double TASK_SECONDS = 0.0135;

  /** Both cores reach the same memory; there is no wire. */
  private static final double LOOPBACK = 1e12;

  private static final double SPREAD = 0.05;

  /** From 1 to 16 threads, in inference; training on so many was not measured. */
  private static final double OF_16_CORES = 11.5;

  private static final double STEP_20 = 0.2575;
  private static final double STEP_50_OF_2 = 0.487;
  private static final double STEP_50_OF_16 = 2.73;

  /** The second worker on the same memory. */
  private static final double SHARED_MEMORY = 1.07;

  private static final double SEND = 2.7e-9;
  private static final Traffic WITH_MOMENTUM = new Traffic(8, 8, SEND, 4.1e-9, 2.05e-9, 1.45e-9);
  private static final Traffic EXACT = new Traffic(4, 4, SEND, 4.1e-9, 2.05e-9, 1.45e-9);
  private static final Traffic BF16 = new Traffic(4, 2, SEND, 1.8e-9, 2.45e-9, 2.95e-9);

  private static final double PARAMETERS_20 = 269_722;
  private static final double PARAMETERS_50 = 25_557_032;

  private Measured() {}

  /**
   * The machines of the tables, whose costs beside wire and steps are those of the machine here.
   */
  static Machines machines(int workers, double bandwidth) {
    return new Machines(workers, bandwidth, JOB_SECONDS, TASK_SECONDS, SPREAD, 0, 1);
  }

  /** ResNet-20 at batch 128 on one core, with momentum that goes along. */
  static Work resNet20() {
    return new Work(PARAMETERS_20, STEP_20, 128, WITH_MOMENTUM);
  }

  /** ResNet-50 at batch 32 on 16 cores. */
  static Work resNet50(boolean bf16) {
    return new Work(PARAMETERS_50, 2 * STEP_50_OF_16 / OF_16_CORES, 32, bf16 ? BF16 : EXACT);
  }

  /**
   * A round that was measured, once warm.
   *
   * @param seconds of the round
   * @param steps H
   */
  record Round(String name, double seconds, int steps, Machines machines, Work work) {}

  private static Round round(
      String name, double seconds, int steps, int workers, double step, int images, Work like) {
    double own = workers == 1 ? step : SHARED_MEMORY * step;
    return new Round(
        name,
        seconds,
        steps,
        new Machines(workers, LOOPBACK, JOB_SECONDS, TASK_SECONDS, 0, 0, 1),
        new Work(like.parameters(), own, images, like.traffic()));
  }

  /** Medians of the warm epochs. */
  static final List<Round> ROUNDS =
      List.of(
          round("ResNet-20", 4.20, 16, 1, STEP_20, 128, resNet20()),
          round("ResNet-20", 4.60, 16, 2, STEP_20, 128, resNet20()),
          round("ResNet-50, exact", 1.72, 1, 1, STEP_50_OF_2, 2, resNet50(false)),
          round("ResNet-50, exact", 1.93, 1, 2, STEP_50_OF_2, 2, resNet50(false)),
          round("ResNet-50, bf16", 1.314, 1, 1, STEP_50_OF_2, 2, resNet50(true)),
          round("ResNet-50, bf16", 1.520, 1, 2, STEP_50_OF_2, 2, resNet50(true)),
          round("ResNet-50, exact, 16 images", 3.937, 1, 1, STEP_50_OF_16, 16, resNet50(false)),
          round("ResNet-50, exact, 16 images", 4.515, 1, 2, STEP_50_OF_16, 16, resNet50(false)),
          round("ResNet-50, bf16, 16 images", 3.783, 1, 1, STEP_50_OF_16, 16, resNet50(true)),
          round("ResNet-50, bf16, 16 images", 4.097, 1, 2, STEP_50_OF_16, 16, resNet50(true)));
}
