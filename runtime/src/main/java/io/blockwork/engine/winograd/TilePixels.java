package io.blockwork.engine.winograd;

import java.util.List;

/**
 * Where the pixels of a tile lie, which may reach beyond the image.
 *
 * @param side of a tile
 * @param height rows of an image
 * @param width columns of an image
 * @param top rows of the first tile that lie above the image
 * @param left columns of the first tile that lie before the image
 * @param pixels where they lie
 * @param elsewhere the address for what lies outside
 */
record TilePixels(
    int side, int height, int width, int top, int left, Pixels pixels, long elsewhere) {
  /** Every component: a record's own hash costs a process milliseconds before its first use. */
  List<Object> key() {
    return List.of(side, height, width, top, left, pixels.key(), elsewhere);
  }

  /**
   * Writes the addresses of the tile that is so many rows below the first, and columns beside it.
   */
  void tile(int image, int down, int across, long[] to) {
    int y = down - top;
    int x = across - left;
    int i = 0;
    for (int r = y; r < y + side; r++) {
      boolean inside = r >= 0 && r < height;
      long row = inside ? pixels.at(image, r, 0) : 0;
      for (int c = x; c < x + side; c++) {
        to[i++] = inside && c >= 0 && c < width ? row + c * pixels.column() : elsewhere;
      }
    }
  }
}
