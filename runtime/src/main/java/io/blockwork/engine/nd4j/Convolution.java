package io.blockwork.engine.nd4j;

import io.blockwork.engine.Conv;
import java.util.Arrays;

/**
 * A convolution as matrix products: the input's patches become the columns of a matrix (im2col), a
 * block of output rows at a time, so that the matrix stays in the cache whatever the image's size.
 *
 * <p>ND4J's {@code conv2d} is not used: it knows no groups, is imprecise about views in its
 * backward, and copies or crawls when an operand is a channel slice, which DenseNets are made of.
 */
final class Convolution {
  /** Elements of a patch matrix; a few megabytes, about what a core's second-level cache holds. */
  private static final int BLOCK = 1 << 19;

  private final Conv conv;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;
  private final Scratch patches;

  Convolution(Conv conv, Nd4jTensor src, Scratch patches) {
    this.conv = conv;
    this.height = src.height();
    this.width = src.width();
    this.outHeight = conv.outputSize(height);
    this.outWidth = conv.outputSize(width);
    this.patches = patches;
    if (!direct()) {
      patches.reserve((long) conv.in() * taps() * blockRows() * outWidth);
    }
  }

  private int taps() {
    return conv.kernel() * conv.kernel();
  }

  /** Whether the input itself is the patch matrix. */
  private boolean direct() {
    return conv.kernel() == 1 && conv.stride() == 1 && conv.padding() == 0;
  }

  private int blockRows() {
    long row = (long) conv.in() * taps() * outWidth;
    return (int) Math.max(1, Math.min(outHeight, BLOCK / row));
  }

  /** Values of an image's output. */
  int outputLength() {
    return conv.out() * outHeight * outWidth;
  }

  /**
   * {@code output = weight * src} for image {@code n}.
   *
   * @param output a row for each output channel
   */
  void forward(Values weight, Nd4jTensor src, int n, Matrix output) {
    forEachBlock(
        (from, to) -> {
          int columns = (to - from) * outWidth;
          if (!direct()) {
            unfold(src, n, from, to);
          }
          for (int g = 0; g < conv.groups(); g++) {
            Matrix out = rows(output, g * groupOut()).from(from * outWidth);
            Matrix in = direct() ? src.channelMatrix(n, g * groupIn()) : patchMatrix(g, columns);
            out.product(weights(weight, g), in, groupOut(), columns, groupDepth(), false);
          }
        });
  }

  /** {@code gradient += dDst * patches(src)^T} for image {@code n}; the first image overwrites. */
  void backwardWeight(Values gradient, Nd4jTensor src, Nd4jTensor dDst, int n) {
    forEachBlock(
        (from, to) -> {
          int columns = (to - from) * outWidth;
          if (!direct()) {
            unfold(src, n, from, to);
          }
          boolean add = n > 0 || from > 0;
          for (int g = 0; g < conv.groups(); g++) {
            Matrix d = dDst.channelMatrix(n, g * groupOut()).from(from * outWidth);
            Matrix in = direct() ? src.channelMatrix(n, g * groupIn()) : patchMatrix(g, columns);
            weights(gradient, g).product(d, in.transpose(), groupOut(), groupDepth(), columns, add);
          }
        });
  }

  /** {@code dSrc (+)= fold(weight^T * dDst)} for image {@code n}. */
  void backwardData(Values weight, Nd4jTensor dDst, Nd4jTensor dSrc, int n, boolean accumulate) {
    if (!direct() && !accumulate) {
      clear(dSrc, n);
    }
    forEachBlock(
        (from, to) -> {
          int columns = (to - from) * outWidth;
          for (int g = 0; g < conv.groups(); g++) {
            Matrix d = dDst.channelMatrix(n, g * groupOut()).from(from * outWidth);
            Matrix in = direct() ? dSrc.channelMatrix(n, g * groupIn()) : patchMatrix(g, columns);
            in.product(
                weights(weight, g).transpose(),
                d,
                groupDepth(),
                columns,
                groupOut(),
                direct() && accumulate);
          }
          if (!direct()) {
            fold(dSrc, n, from, to);
          }
        });
  }

  private void forEachBlock(Parallel.Range block) {
    int rows = direct() ? outHeight : blockRows();
    for (int from = 0; from < outHeight; from += rows) {
      block.run(from, Math.min(outHeight, from + rows));
    }
  }

  private int groupIn() {
    return conv.in() / conv.groups();
  }

  private int groupOut() {
    return conv.out() / conv.groups();
  }

  /** Columns of a group's weight matrix. */
  private int groupDepth() {
    return groupIn() * taps();
  }

  private Matrix weights(Values weight, int group) {
    return Matrix.of(weight, (long) group * groupOut() * groupDepth(), groupDepth());
  }

  private Matrix patchMatrix(int group, int columns) {
    return Matrix.of(patches.values(), (long) group * groupDepth() * columns, columns);
  }

  private static Matrix rows(Matrix matrix, int first) {
    return matrix.from((long) first * matrix.stride());
  }

  private static void clear(Nd4jTensor tensor, int n) {
    double[] zeros = new double[tensor.plane()];
    for (int c = 0; c < tensor.channels(); c++) {
      tensor.writePlane(n, c, zeros);
    }
  }

  /** Output columns {@code [first, end)} whose tap at {@code offset} falls within the image. */
  private int firstColumn(int offset) {
    return Math.max(0, Math.min(outWidth, ceilDiv(-offset, conv.stride())));
  }

  private int endColumn(int offset) {
    return Math.max(
        firstColumn(offset), Math.min(outWidth, ceilDiv(width - offset, conv.stride())));
  }

  private static int ceilDiv(int a, int b) {
    return -Math.floorDiv(-a, b);
  }

  /** Writes the patches of the output rows {@code from} to {@code to} as a matrix. */
  private void unfold(Nd4jTensor src, int n, int from, int to) {
    Values target = patches.values();
    int columns = (to - from) * outWidth;
    int top = Math.max(0, from * conv.stride() - conv.padding());
    int bottom = bottom(to);
    Parallel.run(
        conv.in(),
        (long) taps() * columns,
        (first, end) -> {
          double[] image = new double[Math.max(0, bottom - top) * width];
          double[] row = new double[columns];
          for (int c = first; c < end; c++) {
            src.read(n, c * src.plane() + top * width, image, image.length);
            for (int tap = 0; tap < taps(); tap++) {
              gather(image, top, tap, from, to, row);
              target.write((c * taps() + tap) * columns, row, columns);
            }
          }
        });
  }

  /** First input row below all that the output rows before {@code to} see. */
  private int bottom(int to) {
    int last = (to - 1) * conv.stride() - conv.padding() + conv.dilation() * (conv.kernel() - 1);
    return Math.min(height, last + 1);
  }

  private void gather(double[] image, int top, int tap, int from, int to, double[] row) {
    int dy = tap / conv.kernel() * conv.dilation() - conv.padding();
    int dx = tap % conv.kernel() * conv.dilation() - conv.padding();
    int firstColumn = firstColumn(dx);
    int endColumn = endColumn(dx);
    for (int y = from; y < to; y++) {
      int at = (y - from) * outWidth;
      int inY = y * conv.stride() + dy;
      if (inY < 0 || inY >= height) {
        Arrays.fill(row, at, at + outWidth, 0);
        continue;
      }
      Arrays.fill(row, at, at + firstColumn, 0);
      Arrays.fill(row, at + endColumn, at + outWidth, 0);
      int source = (inY - top) * width + dx;
      if (conv.stride() == 1) {
        if (endColumn > firstColumn) {
          System.arraycopy(
              image, source + firstColumn, row, at + firstColumn, endColumn - firstColumn);
        }
      } else {
        for (int x = firstColumn; x < endColumn; x++) {
          row[at + x] = image[source + x * conv.stride()];
        }
      }
    }
  }

  /** Adds the patch matrix of the output rows {@code from} to {@code to} back onto the image. */
  private void fold(Nd4jTensor dSrc, int n, int from, int to) {
    Values source = patches.values();
    int columns = (to - from) * outWidth;
    int top = Math.max(0, from * conv.stride() - conv.padding());
    int bottom = bottom(to);
    Parallel.run(
        conv.in(),
        (long) taps() * columns,
        (first, end) -> {
          double[] image = new double[Math.max(0, bottom - top) * width];
          double[] row = new double[columns];
          for (int c = first; c < end; c++) {
            int at = c * dSrc.plane() + top * width;
            dSrc.read(n, at, image, image.length);
            for (int tap = 0; tap < taps(); tap++) {
              source.read((c * taps() + tap) * columns, row, columns);
              scatter(row, top, tap, from, to, image);
            }
            dSrc.write(n, at, image, image.length);
          }
        });
  }

  private void scatter(double[] row, int top, int tap, int from, int to, double[] image) {
    int dy = tap / conv.kernel() * conv.dilation() - conv.padding();
    int dx = tap % conv.kernel() * conv.dilation() - conv.padding();
    int firstColumn = firstColumn(dx);
    int endColumn = endColumn(dx);
    for (int y = from; y < to; y++) {
      int inY = y * conv.stride() + dy;
      if (inY < 0 || inY >= height) {
        continue;
      }
      int at = (y - from) * outWidth;
      int target = (inY - top) * width + dx;
      for (int x = firstColumn; x < endColumn; x++) {
        image[target + x * conv.stride()] += row[at + x];
      }
    }
  }
}
