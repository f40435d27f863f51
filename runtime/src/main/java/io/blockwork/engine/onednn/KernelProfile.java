package io.blockwork.engine.onednn;

/**
 * What one primitive of a plan takes.
 *
 * @param path the layer it belongs to
 * @param kind what it does: {@code conv}, {@code conv backward weights}, {@code reorder}, ...
 * @param implementation oneDNN's name of the chosen kernel; {@code ref} is a slow reference
 * @param layout of the plan's activations
 * @param flops floating-point operations of one run; 0 for kernels that memory bounds
 * @param bytes bytes that one run reads and writes, caches ignored
 * @param milliseconds mean time of one run
 */
public record KernelProfile(
    String path,
    String kind,
    String implementation,
    Layout layout,
    long flops,
    long bytes,
    double milliseconds) {

  /** Billions of floating-point operations a second. */
  public double gigaflops() {
    return milliseconds == 0 ? 0 : flops / milliseconds / 1e6;
  }
}
