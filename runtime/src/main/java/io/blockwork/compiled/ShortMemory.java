package io.blockwork.compiled;

import io.blockwork.Architecture;
import io.blockwork.io.SafeText;
import java.util.function.IntFunction;

/** Tells for what memory was needed, what would fit, and what helps. */
final class ShortMemory {
  private ShortMemory() {}

  /** The parameters of a new network did not fit. */
  static OutOfMemoryError forParameters(Architecture network, OutOfMemoryError cause) {
    return caused(
        SafeText.format(
            "%s: not enough memory for its %d parameters: %s; close networks that you no longer"
                + " need",
            network.name(), network.learnable(), cause.getMessage()),
        cause);
  }

  /**
   * A plan did not fit.
   *
   * @param what the plan is for
   * @param batch its images
   * @param bind makes such a plan for fewer images, and returns what frees it
   */
  static OutOfMemoryError forPlan(
      Architecture network,
      String what,
      int batch,
      IntFunction<Runnable> bind,
      OutOfMemoryError cause) {
    int fits = LargestBatch.below(batch, bind);
    String limits =
        String.valueOf(cause.getMessage()).contains("max")
            ? ", or start Java with -Dorg.bytedeco.javacpp.maxbytes=0"
                + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0, since ND4J was used before"
                + " Blockwork could set these limits"
            : "";
    return caused(
        SafeText.format(
            "%s: not enough memory for a plan for %s with batches of %d images: %s; %s; close"
                + " networks that you no longer need, or keep fewer plans"
                + " (NetworkOptions.inferencePlans and trainingPlans)%s",
            network.name(),
            what,
            batch,
            cause.getMessage(),
            fits == 0
                ? "not even one image fits"
                : SafeText.format(
                    "the largest batch that fits now is %d: use it, or smaller ones", fits),
            limits),
        cause);
  }

  private static OutOfMemoryError caused(String message, OutOfMemoryError cause) {
    OutOfMemoryError error = new OutOfMemoryError(message);
    error.initCause(cause);
    return error;
  }
}
