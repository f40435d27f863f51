package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.winograd.Tile;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import java.util.Locale;
import java.util.Optional;

/**
 * Which convolutions are computed by Winograd's filtering, and with which tile. The choice follows
 * from the shape and the number of images alone, never from threads or times, so that the same
 * network gives the same bits wherever it runs on processors of one kind.
 *
 * @param vectors the processor's instructions, if code for them can be used here
 * @param allowed what the user allows
 */
record WinogradChoice(Optional<VectorSet> vectors, Kernels allowed) {
  /** The system property, and in capitals with underscores the environment variable. */
  static final String SWITCH = "blockwork.winograd";

  private static final int LEAST_CHANNELS = 16;

  /** The choice on this machine. */
  static WinogradChoice onThisMachine(Kernels allowed) {
    boolean possible =
        allowed != Kernels.DIRECT && !isSwitchedOff() && OpenMpRegion.find().isPresent();
    return new WinogradChoice(possible ? OneDnnLibrary.vectors() : Optional.empty(), allowed);
  }

  private static boolean isSwitchedOff() {
    String variable = SWITCH.replace('.', '_').toUpperCase(Locale.ROOT);
    String value =
        System.getProperty(SWITCH, Optional.ofNullable(System.getenv(variable)).orElse("on"));
    return value.equals("off");
  }

  /**
   * The tile for a convolution, or nothing if it is to be computed directly.
   *
   * @param batch images at a time
   * @param height rows of the output
   * @param width columns of the output
   */
  Optional<Tile> tile(Conv conv, int batch, int height, int width) {
    boolean fits =
        vectors.isPresent()
            && conv.kernelHeight() == 3
            && conv.kernelWidth() == 3
            && conv.strideHeight() == 1
            && conv.strideWidth() == 1
            && conv.dilationHeight() == 1
            && conv.dilationWidth() == 1
            && conv.groups() == 1
            && conv.in() >= LEAST_CHANNELS
            && conv.out() >= LEAST_CHANNELS;
    if (!fits) {
      return Optional.empty();
    }
    Tile best = allowed == Kernels.ANY ? fastest(conv, batch, height, width) : Tile.F2;
    return Optional.of(best);
  }

  /**
   * Larger tiles save more multiplications, but their weights take four times the memory of plain
   * ones and have to come from there: that pays only where enough tiles share them. Measured with
   * cold weights, as they are in a network.
   */
  private static Tile fastest(Conv conv, int batch, int height, int width) {
    int side = Tile.F4.outputs();
    long tiles = (long) batch * ((height + side - 1) / side) * ((width + side - 1) / side);
    boolean manyWeights = (long) conv.in() * conv.out() > 128 * 128;
    return tiles < (manyWeights ? 16 : 4) ? Tile.F2 : Tile.F4;
  }
}
