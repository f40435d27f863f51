package io.blockwork.engine.depthwise;

import java.util.ArrayList;
import java.util.List;

/**
 * How a row of the output is cut into blocks of neighbouring pixels that are computed at once.
 *
 * @param first the first pixel's column in the output
 * @param pixels of a block
 * @param count blocks of that kind, one after another
 * @param from the first column of the input that a block sees, from the one that its first tap
 *     would meet
 * @param to the first column behind those that it sees, likewise
 */
record Columns(int first, int pixels, int count, int from, int to) {
  /**
   * The blocks of a row, from left to right; neighbours that are alike are one.
   *
   * @param width of the output
   * @param inputWidth of the input
   * @param left columns of zeros before
   * @param most pixels that a block may have
   */
  static List<Columns> of(int width, int inputWidth, Filter filter, int left, int most) {
    int blocks = (width + most - 1) / most;
    int pixels = width / blocks;
    int larger = width % blocks;
    List<Columns> all = new ArrayList<>();
    int first = 0;
    for (int block = 0; block < blocks; block++) {
      int size = pixels + (block < larger ? 1 : 0);
      int start = first * filter.stride() - left;
      int seen = (size - 1) * filter.stride() + filter.side();
      int from = Math.max(0, -start);
      int to = Math.min(seen, inputWidth - start);
      int last = all.size() - 1;
      if (last >= 0 && all.get(last).isLike(size, from, to)) {
        all.set(last, all.get(last).andOneMore());
      } else {
        all.add(new Columns(first, size, 1, from, to));
      }
      first += size;
    }
    return all;
  }

  private boolean isLike(int size, int seenFrom, int seenTo) {
    return pixels == size && from == seenFrom && to == seenTo;
  }

  private Columns andOneMore() {
    return new Columns(first, pixels, count + 1, from, to);
  }
}
