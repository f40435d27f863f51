package io.blockwork.engine.nd4j;

/**
 * Where a layer leaves the gradient of its input.
 *
 * @param tensor the place
 * @param accumulate whether to add to what is there
 * @param needed whether anybody asks for it; if not the place is left alone
 */
record Target(Nd4jTensor tensor, boolean accumulate, boolean needed) {
  /** Writes or adds {@code count} values. {@code spare} is overwritten. */
  void put(int n, int at, double[] values, int count, double[] spare) {
    if (accumulate) {
      tensor.read(n, at, spare, count);
      Elementwise.add(values, spare, count);
    }
    tensor.write(n, at, values, count);
  }

  /** Writes or adds a plane. {@code spare} is overwritten. */
  void putPlane(int n, int c, double[] values, double[] spare) {
    put(n, c * tensor.plane(), values, tensor.plane(), spare);
  }
}
