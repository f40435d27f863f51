package io.blockwork.engine.nd4j;

import io.blockwork.engine.Conv;
import java.util.Arrays;

/**
 * A convolution as matrix products: the input's patches become the columns of a matrix (im2col), a
 * block of output rows at a time, so that the matrix stays in the cache whatever the image's size.
 * The blocks are shared out between the cores, each with a product of its own.
 *
 * <p>ND4J's {@code conv2d} is not used: it knows no groups, and ND4J's ops copy or crawl when an
 * operand is a channel slice, which DenseNets are made of.
 */
final class MatrixConvolution {
  /** Elements of a patch matrix: a few megabytes, about what a core's second-level cache holds. */
  private static final int BLOCK = 1 << 19;

  private final Conv conv;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;
  private final Scratch scratch;

  MatrixConvolution(Conv conv, Nd4jTensor src, Scratch scratch) {
    this.conv = conv;
    this.height = src.height();
    this.width = src.width();
    this.outHeight = conv.outputHeight(height);
    this.outWidth = conv.outputWidth(width);
    this.scratch = scratch;
    int columns = blockRows() * outWidth;
    scratch.reserve(direct() ? 1 : (long) depth() * columns, (long) conv.out() * columns);
  }

  /** What becomes of a block of the output. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes the pixels {@code at} to {@code at + columns} of the channels {@code first} to {@code
     * end} of image {@code n}.
     *
     * @param product the values, channel by channel
     */
    void accept(int n, int first, int end, int at, int columns, Values product);
  }

  /** {@code dst = weight * src}. */
  void forward(Values weight, Nd4jTensor src, Nd4jTensor dst) {
    forEachOutputBlock(
        src.batch(),
        (room, n, from, to, first, end) -> {
          Matrix out = dst.channelMatrix(n, first).from((long) from * outWidth);
          multiply(weight, src, room, n, from, to, first, end, out);
        });
  }

  /** Hands {@code weight * src} to the sink, block by block and from several threads. */
  void forward(Values weight, Nd4jTensor src, Sink sink) {
    forEachOutputBlock(
        src.batch(),
        (room, n, from, to, first, end) -> {
          int columns = (to - from) * outWidth;
          Matrix out = Matrix.of(room.product(), 0, columns);
          multiply(weight, src, room, n, from, to, first, end, out);
          sink.accept(n, first, end, from * outWidth, columns, room.product());
        });
  }

  /** Rows {@code from} to {@code to} of the channels {@code first} to {@code end}. */
  @FunctionalInterface
  private interface OutputBlock {
    void run(Scratch.Room room, int n, int from, int to, int first, int end);
  }

  private void forEachOutputBlock(int batch, OutputBlock block) {
    int blocks = (outHeight + blockRows() - 1) / blockRows();
    // Whole groups, so that each part needs its own channels of the input only.
    int units = conv.groups() == 1 ? conv.out() : conv.groups();
    int parts = parts(batch * blocks, units);
    Parallel.runAll(
        batch * blocks * parts,
        item -> {
          int part = item % parts;
          int b = item / parts % blocks;
          int channels = conv.out() / units;
          try (Scratch.Room room = scratch.take()) {
            block.run(
                room,
                item / parts / blocks,
                (int) ((long) outHeight * b / blocks),
                (int) ((long) outHeight * (b + 1) / blocks),
                (int) ((long) units * part / parts) * channels,
                (int) ((long) units * (part + 1) / parts) * channels);
          }
        });
  }

  /** Into how many parts to cut each of {@code items} so that every core has something to do. */
  private static int parts(int items, int units) {
    int parts = (Parallel.workers() + items - 1) / items;
    return Math.min(parts, units);
  }

  private void multiply(
      Values weight,
      Nd4jTensor src,
      Scratch.Room room,
      int n,
      int from,
      int to,
      int first,
      int end,
      Matrix out) {
    int columns = (to - from) * outWidth;
    int firstGroup = first / groupOut();
    int endGroup = (end - 1) / groupOut() + 1;
    int firstIn = firstGroup * groupIn();
    if (!direct()) {
      unfold(src, room.patches(), n, from, to, firstIn, endGroup * groupIn());
    }
    for (int g = firstGroup; g < endGroup; g++) {
      int a = Math.max(first, g * groupOut());
      int b = Math.min(end, (g + 1) * groupOut());
      Matrix in = patches(src, room, n, from, columns, g * groupIn(), firstIn);
      Matrix w = Matrix.of(weight, (long) a * groupDepth(), groupDepth());
      Matrix target = out.from((long) (a - first) * out.stride());
      target.product(w, in, b - a, columns, groupDepth(), false);
    }
  }

  /** The patches of channel {@code c} and following; unfolded ones begin with {@code firstIn}. */
  private Matrix patches(
      Nd4jTensor src, Scratch.Room room, int n, int from, int columns, int c, int firstIn) {
    return direct()
        ? src.channelMatrix(n, c).from((long) from * outWidth)
        : Matrix.of(room.patches(), (long) (c - firstIn) * taps() * columns, columns);
  }

  /** {@code gradient = dDst * patches(src)^T}, summed over the images. */
  void backwardWeight(Values gradient, Nd4jTensor src, Nd4jTensor dDst) {
    int parts = parts(1, conv.in());
    Parallel.runAll(
        parts,
        part -> {
          int first = (int) ((long) conv.in() * part / parts);
          int end = (int) ((long) conv.in() * (part + 1) / parts);
          try (Scratch.Room room = scratch.take()) {
            for (int n = 0; n < src.batch(); n++) {
              for (int from = 0; from < outHeight; from += blockRows()) {
                int to = Math.min(outHeight, from + blockRows());
                backwardWeight(gradient, src, dDst, room, n, from, to, first, end);
              }
            }
          }
        });
  }

  /** The part of input channels {@code first} to {@code end}, for a block of rows. */
  private void backwardWeight(
      Values gradient,
      Nd4jTensor src,
      Nd4jTensor dDst,
      Scratch.Room room,
      int n,
      int from,
      int to,
      int first,
      int end) {
    int columns = (to - from) * outWidth;
    if (!direct()) {
      unfold(src, room.patches(), n, from, to, first, end);
    }
    boolean add = n > 0 || from > 0;
    forEachGroup(
        first,
        end,
        (g, a, b) -> {
          Matrix d = dDst.channelMatrix(n, g * groupOut()).from((long) from * outWidth);
          Matrix in = patches(src, room, n, from, columns, a, first);
          weights(gradient, g, a)
              .product(d, in.transpose(), groupOut(), (b - a) * taps(), columns, add);
        });
  }

  /** {@code dSrc = fold(weight^T * dDst)}, or added to it. */
  void backwardData(Values weight, Nd4jTensor dDst, Nd4jTensor dSrc, boolean accumulate) {
    int parts = parts(dSrc.batch(), conv.in());
    Parallel.runAll(
        dSrc.batch() * parts,
        item -> {
          int n = item / parts;
          int first = (int) ((long) conv.in() * (item % parts) / parts);
          int end = (int) ((long) conv.in() * (item % parts + 1) / parts);
          try (Scratch.Room room = scratch.take()) {
            if (!direct() && !accumulate) {
              clear(dSrc, n, first, end);
            }
            for (int from = 0; from < outHeight; from += blockRows()) {
              int to = Math.min(outHeight, from + blockRows());
              backwardData(weight, dDst, dSrc, accumulate, room, n, from, to, first, end);
            }
          }
        });
  }

  /** The part of input channels {@code first} to {@code end}, for a block of rows. */
  private void backwardData(
      Values weight,
      Nd4jTensor dDst,
      Nd4jTensor dSrc,
      boolean accumulate,
      Scratch.Room room,
      int n,
      int from,
      int to,
      int first,
      int end) {
    int columns = (to - from) * outWidth;
    forEachGroup(
        first,
        end,
        (g, a, b) -> {
          Matrix d = dDst.channelMatrix(n, g * groupOut()).from((long) from * outWidth);
          Matrix in = patches(dSrc, room, n, from, columns, a, first);
          in.product(
              weights(weight, g, a).transpose(),
              d,
              (b - a) * taps(),
              columns,
              groupOut(),
              direct() && accumulate);
        });
    if (!direct()) {
      fold(room.patches(), dSrc, n, from, to, first, end);
    }
  }

  /** Input channels {@code first} to {@code end}, all of group {@code g}. */
  @FunctionalInterface
  private interface GroupPart {
    void run(int g, int first, int end);
  }

  private void forEachGroup(int first, int end, GroupPart part) {
    for (int g = first / groupIn(); g * groupIn() < end; g++) {
      part.run(g, Math.max(first, g * groupIn()), Math.min(end, (g + 1) * groupIn()));
    }
  }

  private int taps() {
    return conv.kernelHeight() * conv.kernelWidth();
  }

  /** Rows of the patch matrix. */
  private int depth() {
    return conv.in() * taps();
  }

  /** Whether the input itself is the patch matrix. */
  private boolean direct() {
    return taps() == 1
        && conv.strideHeight() == 1
        && conv.strideWidth() == 1
        && conv.padding().isNone();
  }

  private int blockRows() {
    long row = (long) (direct() ? conv.out() : depth()) * outWidth;
    return (int) Math.max(1, Math.min(outHeight, BLOCK / row));
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

  /** The weights of a group, from input channel {@code c} on. */
  private Matrix weights(Values weight, int group, int c) {
    long at = (long) group * groupOut() * groupDepth() + (long) (c - group * groupIn()) * taps();
    return Matrix.of(weight, at, groupDepth());
  }

  private static void clear(Nd4jTensor tensor, int n, int first, int end) {
    double[] zeros = new double[tensor.plane()];
    for (int c = first; c < end; c++) {
      tensor.writePlane(n, c, zeros);
    }
  }

  /** Output columns {@code [first, end)} whose tap at {@code offset} falls within the image. */
  private int firstColumn(int offset) {
    return Math.max(0, Math.min(outWidth, ceilDiv(-offset, conv.strideWidth())));
  }

  private int endColumn(int offset) {
    return Math.max(
        firstColumn(offset), Math.min(outWidth, ceilDiv(width - offset, conv.strideWidth())));
  }

  private static int ceilDiv(int a, int b) {
    return -Math.floorDiv(-a, b);
  }

  /** Writes the patches of some rows and input channels as a matrix. */
  private void unfold(Nd4jTensor src, Values target, int n, int from, int to, int first, int end) {
    int columns = (to - from) * outWidth;
    int top = top(from);
    double[] image = new double[Math.max(0, bottom(to) - top) * width];
    double[] row = new double[columns];
    for (int c = first; c < end; c++) {
      src.read(n, c * src.plane() + top * width, image, image.length);
      for (int tap = 0; tap < taps(); tap++) {
        gather(image, top, tap, from, to, row);
        target.write(((c - first) * taps() + tap) * columns, row, columns);
      }
    }
  }

  /** First input row that the output rows from {@code from} on see. */
  private int top(int from) {
    return Math.min(height, Math.max(0, from * conv.strideHeight() - conv.padding().top()));
  }

  /** First input row below all that the output rows before {@code to} see. */
  private int bottom(int to) {
    int last =
        (to - 1) * conv.strideHeight()
            - conv.padding().top()
            + conv.dilationHeight() * (conv.kernelHeight() - 1);
    return Math.min(height, last + 1);
  }

  private void gather(double[] image, int top, int tap, int from, int to, double[] row) {
    int dy = tap / conv.kernelWidth() * conv.dilationHeight() - conv.padding().top();
    int dx = tap % conv.kernelWidth() * conv.dilationWidth() - conv.padding().left();
    int firstColumn = firstColumn(dx);
    int endColumn = endColumn(dx);
    for (int y = from; y < to; y++) {
      int at = (y - from) * outWidth;
      int inY = y * conv.strideHeight() + dy;
      if (inY < 0 || inY >= height) {
        Arrays.fill(row, at, at + outWidth, 0);
        continue;
      }
      Arrays.fill(row, at, at + firstColumn, 0);
      Arrays.fill(row, at + endColumn, at + outWidth, 0);
      int source = (inY - top) * width + dx;
      if (conv.strideWidth() == 1) {
        if (endColumn > firstColumn) {
          System.arraycopy(
              image, source + firstColumn, row, at + firstColumn, endColumn - firstColumn);
        }
      } else {
        for (int x = firstColumn; x < endColumn; x++) {
          row[at + x] = image[source + x * conv.strideWidth()];
        }
      }
    }
  }

  /** Adds the patches of some rows and input channels back onto the image. */
  private void fold(Values source, Nd4jTensor dSrc, int n, int from, int to, int first, int end) {
    int columns = (to - from) * outWidth;
    int top = top(from);
    double[] image = new double[Math.max(0, bottom(to) - top) * width];
    double[] row = new double[columns];
    for (int c = first; c < end; c++) {
      int at = c * dSrc.plane() + top * width;
      dSrc.read(n, at, image, image.length);
      for (int tap = 0; tap < taps(); tap++) {
        source.read(((c - first) * taps() + tap) * columns, row, columns);
        scatter(row, top, tap, from, to, image);
      }
      dSrc.write(n, at, image, image.length);
    }
  }

  private void scatter(double[] row, int top, int tap, int from, int to, double[] image) {
    int dy = tap / conv.kernelWidth() * conv.dilationHeight() - conv.padding().top();
    int dx = tap % conv.kernelWidth() * conv.dilationWidth() - conv.padding().left();
    int firstColumn = firstColumn(dx);
    int endColumn = endColumn(dx);
    for (int y = from; y < to; y++) {
      int inY = y * conv.strideHeight() + dy;
      if (inY < 0 || inY >= height) {
        continue;
      }
      int at = (y - from) * outWidth;
      int target = (inY - top) * width + dx;
      for (int x = firstColumn; x < endColumn; x++) {
        image[target + x * conv.strideWidth()] += row[at + x];
      }
    }
  }
}
