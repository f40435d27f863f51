package io.blockwork.engine.winograd;

import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.engine.x86.VectorSet;

/**
 * How a convolution's work is divided among threads, and each thread's tiles into groups. No value
 * of the output depends on it.
 *
 * @param parts parts of the output channels, side by side
 * @param columns groups of tiles side by side, each by its own workers
 * @param groups groups of all
 * @param tiles tiles of a group
 */
record Work(int parts, int columns, int groups, int tiles) {
  /** Scratch memory of a core that still leaves room for the weights in its second-level cache. */
  private static final long SCRATCH = 640 << 10;

  /** How often scratch memory beyond that goes to and from slower memory, by measurement. */
  private static final int BEYOND = 5;

  static Work of(Problem problem, VectorSet vectors, int threads) {
    int tiles = problem.tiles();
    int rows = (vectors.registers() - 4) / 2;
    int panel = LayerCode.Form.panel(vectors, problem.out());
    int parts = 1;
    while (2 * parts <= threads
        && tiles < rows * threads / parts
        && problem.out() % (2 * parts * panel) == 0) {
      parts *= 2;
    }
    int columns = Math.max(1, threads / parts);
    int groups = groups(problem, parts, (tiles + columns - 1) / columns, rows) * columns;
    return new Work(parts, columns, groups, (tiles + groups - 1) / groups);
  }

  /**
   * Groups of one worker's tiles. Each group reads all weights, which are large; a large group's
   * scratch memory does not stay in the cache. So that number is best that moves the fewest bytes.
   */
  private static int groups(Problem problem, int parts, int tiles, int rows) {
    long point = (long) problem.tile().points() * Float.BYTES;
    double weights = (double) point * problem.in() * problem.out() / parts;
    int outOfPart = problem.out() / parts;
    double perTile = (double) point * (problem.in() + outOfPart);
    int best = 1;
    double least = Double.MAX_VALUE;
    for (int groups = 1; groups <= Math.max(1, tiles / rows); groups++) {
      int most = (tiles + groups - 1) / groups;
      double scratch = most * perTile;
      double moved =
          groups * weights + BEYOND * Math.max(0, 1 - SCRATCH / scratch) * tiles * perTile;
      if (moved < least) {
        least = moved;
        best = groups;
      }
    }
    return best;
  }
}
