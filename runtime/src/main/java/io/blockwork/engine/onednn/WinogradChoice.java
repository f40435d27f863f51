package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.winograd.Tile;
import io.blockwork.engine.winograd.TileChoice;
import io.blockwork.engine.winograd.TileCosts;
import io.blockwork.engine.x86.MachineCode;
import io.blockwork.engine.x86.VectorSet;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * Which convolutions are computed by Winograd's filtering, and with which tile. The choice follows
 * from the shape and the number of images alone, never from threads or times, so that the same
 * network gives the same bits wherever it runs on processors of one kind.
 *
 * @param vectors the processor's instructions, if code for them can be used here
 * @param allowed what the user allows
 * @param images images at a time, however many threads there are to share them
 */
record WinogradChoice(Optional<VectorSet> vectors, Kernels allowed, int images) {
  /** The system property, and in capitals with underscores the environment variable. */
  static final String SWITCH = "blockwork.winograd";

  private static final int LEAST_CHANNELS = 16;

  /** What this process can do, found out and said on first use, once. */
  private static final class Process {
    static final Optional<String> OBSTACLE = obstacle();
    static final String MAKER = OneDnnLibrary.maker();

    private static Optional<String> obstacle() {
      Optional<String> obstacle =
          MachineCode.obstacle()
              .or(
                  () ->
                      OneDnnLibrary.vectors().isPresent()
                          ? Optional.empty()
                          : Optional.of("the processor has no AVX2, or oneDNN is held to less"));
      obstacle.ifPresent(
          why ->
              LoggerFactory.getLogger(OneDnnEngine.class)
                  .info("no Winograd convolutions in this process: {}", why));
      return obstacle;
    }
  }

  /** The choice on this machine. */
  static WinogradChoice onThisMachine(Kernels allowed, int images) {
    Optional<VectorSet> vectors =
        obstacle(allowed).isPresent() ? Optional.empty() : OneDnnLibrary.vectors();
    return new WinogradChoice(vectors, allowed, images);
  }

  /** The instructions that other code of our own may use, whatever convolutions are allowed. */
  static Optional<VectorSet> machineCode() {
    return obstacle(Kernels.ANY).isPresent() ? Optional.empty() : OneDnnLibrary.vectors();
  }

  /** Why no convolution is computed so, or nothing if some may be. */
  static Optional<String> obstacle(Kernels allowed) {
    if (allowed == Kernels.DIRECT) {
      return Optional.of("EngineOptions ask for direct kernels");
    }
    return isSwitchedOff() ? Optional.of(SWITCH + " is off") : Process.OBSTACLE;
  }

  private static boolean isSwitchedOff() {
    String variable = SWITCH.replace('.', '_').toUpperCase(Locale.ROOT);
    String value =
        System.getProperty(SWITCH, Optional.ofNullable(System.getenv(variable)).orElse("on"));
    return value.toLowerCase(Locale.ROOT).equals("off");
  }

  /** Whether filtering can compute the convolution at all. */
  private static boolean fits(Conv conv) {
    return conv.kernelHeight() == 3
        && conv.kernelWidth() == 3
        && conv.strideHeight() == 1
        && conv.strideWidth() == 1
        && conv.dilationHeight() == 1
        && conv.dilationWidth() == 1
        && conv.groups() == 1
        && conv.in() >= LEAST_CHANNELS
        && conv.out() >= LEAST_CHANNELS;
  }

  /**
   * The tile for a convolution, or nothing if it is to be computed directly.
   *
   * @param height rows of the output
   * @param width columns of the output
   */
  Optional<Tile> tile(Conv conv, int height, int width) {
    return tile(
        conv,
        height,
        width,
        allowed == Kernels.ANY ? EnumSet.allOf(Tile.class) : EnumSet.of(Tile.F2));
  }

  /** The same with the tile that rounds hardly more than the direct way, as training needs. */
  Optional<Tile> exactTile(Conv conv, int height, int width) {
    return tile(conv, height, width, EnumSet.of(Tile.F2));
  }

  private Optional<Tile> tile(Conv conv, int height, int width, Set<Tile> tiles) {
    return vectors
        .filter(v -> fits(conv))
        .flatMap(
            v ->
                TileChoice.best(
                    TileCosts.of(v, Process.MAKER),
                    tiles,
                    conv.in(),
                    conv.out(),
                    images,
                    height,
                    width));
  }
}
