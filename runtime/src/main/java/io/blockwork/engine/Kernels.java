package io.blockwork.engine;

/**
 * Which ways of computing a convolution an engine may choose from. All give the same sums; those
 * that save multiplications round differently.
 *
 * <p>Winograd's filtering is the oneDNN engine's, in single precision, on Linux on x86-64 with AVX2
 * or more; everywhere else convolutions are direct whatever is allowed. Which convolutions are
 * computed so follows from their shapes and the number of images. The system property {@code
 * blockwork.winograd=off}, or the environment variable {@code BLOCKWORK_WINOGRAD=off}, switches it
 * off for a whole process.
 *
 * <p>Depthwise convolutions are computed by code of our own under the same conditions, in
 * inference, unless {@code DIRECT} is asked for or the switch is off. Their sums are the same as
 * oneDNN's but for the last bits.
 */
public enum Kernels {
  /**
   * Every product of the definition is computed, by the engine's library alone: no transform of the
   * values, and no machine code of our own for convolutions.
   */
  DIRECT,
  /**
   * Beside the direct ones, Winograd's minimal filtering with output tiles of 2 x 2 (Lavin and
   * Gray, 2015), which rounds hardly more than the direct way.
   */
  WINOGRAD_2X2,
  /**
   * Whatever is fastest. In inference that may be output tiles of 4 x 4, whose errors are larger by
   * a factor of ten in one layer, and up to three in a network's output; training keeps to tiles of
   * 2 x 2. Infinity in an image gives NaN in all outputs of the tiles that read it.
   */
  ANY
}
