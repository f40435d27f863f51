package io.blockwork.engine;

/**
 * Which ways of computing a convolution an engine may choose from. All give the same sums; those
 * that save multiplications round differently.
 *
 * <p>Winograd's filtering is oneDNN's engine's, for inference in single precision, on Linux on
 * x86-64 with AVX2 or more; everywhere else convolutions are direct whatever is allowed. The system
 * property {@code blockwork.winograd=off}, or the environment variable {@code
 * BLOCKWORK_WINOGRAD=off}, switches it off for a whole process.
 */
public enum Kernels {
  /** Every product of the definition is computed: no transform of the values. */
  DIRECT,
  /**
   * Beside the direct ones, Winograd's minimal filtering with output tiles of 2 x 2 (Lavin and
   * Gray, 2015), which rounds hardly more than the direct way.
   */
  WINOGRAD_2X2,
  /** Whatever is fastest. */
  ANY
}
