package io.blockwork.engine.nd4j;

import java.util.function.IntConsumer;

/** Loops over the images of a batch, for kernels that need all channels of a place. */
final class Images {
  private Images() {}

  /** Visits every image of the tensor's batch, side by side. */
  static void forEach(Nd4jTensor shape, IntConsumer body) {
    Parallel.run(
        shape.batch(),
        shape.length(),
        (from, to) -> {
          for (int n = from; n < to; n++) {
            body.accept(n);
          }
        });
  }

  /** The values of an image. */
  static double[] read(Nd4jTensor tensor, int n) {
    double[] values = new double[tensor.length()];
    tensor.read(n, 0, values, values.length);
    return values;
  }

  /** Replaces the values of an image. */
  static void write(Nd4jTensor tensor, int n, double[] values) {
    tensor.write(n, 0, values, values.length);
  }

  /** Leaves the gradient of an image. */
  static void put(Target target, int n, double[] values) {
    target.put(n, 0, values, values.length, new double[values.length]);
  }
}
