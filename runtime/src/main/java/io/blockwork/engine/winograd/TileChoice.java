package io.blockwork.engine.winograd;

import java.util.Optional;
import java.util.Set;

/**
 * Which tile a convolution is computed with, by what each way costs. The choice follows from the
 * shape, the number of images and the kind of processor alone, never from threads or times.
 *
 * <p>Costs are counted in multiplications of one pair of an input and an output channel. A weight
 * that comes from memory, as in a network it does, costs as much as some multiplications; so larger
 * tiles, which have more weights, pay where many tiles share them. On an Intel Xeon the constants
 * fit what was measured on 15 shapes with 1, 4 and 16 images to within a tenth.
 */
public final class TileChoice {
  /** What a transform of one value costs. */
  private static final double TRANSFORM = 8;

  /** Below this part of the direct way's cost, filtering pays. */
  private static final double GAIN = 0.97;

  private TileChoice() {}

  /**
   * The best of the tiles, or nothing if the direct way is as good.
   *
   * @param costs of the processor
   * @param allowed the tiles to choose from
   * @param in input channels
   * @param out output channels
   * @param images images at a time
   * @param height rows of the output
   * @param width columns of the output
   */
  @SuppressWarnings("NarrowCalculation") // whole numbers of tiles
  public static Optional<Tile> best(
      TileCosts costs, Set<Tile> allowed, int in, int out, int images, int height, int width) {
    double least = GAIN * 9 * ((double) images * height * width + costs.weight());
    Optional<Tile> best = Optional.empty();
    for (Tile tile : Tile.values()) {
      int side = tile.outputs();
      double tiles = (double) images * ((height + side - 1) / side) * ((width + side - 1) / side);
      double perTile = 1 / costs.speed() + TRANSFORM * (1.0 / in + 1.0 / out);
      double cost = tile.points() * (tiles * perTile + costs.weight());
      if (allowed.contains(tile) && cost < least) {
        least = cost;
        best = Optional.of(tile);
      }
    }
    return best;
  }
}
