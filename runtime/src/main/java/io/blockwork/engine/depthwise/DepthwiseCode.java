package io.blockwork.engine.depthwise;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R10;
import static io.blockwork.engine.x86.Register.R11;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.R15;
import static io.blockwork.engine.x86.Register.R8;
import static io.blockwork.engine.x86.Register.R9;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBP;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RCX;
import static io.blockwork.engine.x86.Register.RDI;
import static io.blockwork.engine.x86.Register.RDX;
import static io.blockwork.engine.x86.Register.RSI;

import io.blockwork.engine.x86.Assembler;
import io.blockwork.engine.x86.Assembler.Condition;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.Label;
import io.blockwork.engine.x86.Offsets;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.util.List;

/**
 * The code of a layer: rows of the output, one after another. A row is computed block by block
 * ({@link Columns}), a block channel vector by channel vector, with a sum in a register for each
 * pixel of the block. Of the filter's rows only those are visited that meet the image, and in a
 * block only pixels of the image are read, so that nothing has to be padded.
 *
 * <p>A worker's arguments are the address of its rows' table and how many rows it has. A row of the
 * table says where its first pixel's inputs, its output and its weights are, how many bytes of the
 * weights belong to rows of the filter above the image, and how many of the filter's rows meet it.
 */
final class DepthwiseCode {
  static final int TABLE = 0;
  static final int ROWS = 1;

  /** Words of a row of the table, and where each stands. */
  static final int ROW = 5;

  static final int SOURCE = 0;
  static final int TARGET = 1;
  static final int WEIGHTS = 2;
  static final int SKIPPED = 3;
  static final int TAPS = 4;

  /** Registers that hold inputs by turns. */
  private static final int INPUTS = 2;

  /** Bytes of a cache line. */
  private static final int LINE = 64;

  /**
   * Pixels of a block at most, by measurement: with more, the processor does not see far enough
   * ahead to wait for several blocks' inputs at once. Rows of 7, 14, 28, 56 and 112 pixels are
   * whole blocks.
   */
  private static final int PIXELS = 7;

  /** The same for large filters, whose weights are loaded once for all pixels of a block. */
  private static final int PIXELS_OF_LARGE = 14;

  /** Taps of a filter that is not large. */
  private static final int FEW_TAPS = 9;

  /**
   * What the code is specialised for.
   *
   * @param vectors the instructions
   * @param filter the filter
   * @param channels that a row's entry covers, at least a vector
   * @param width pixels of a row of the output
   * @param inputWidth pixels of a row of the input
   * @param left columns of zeros before
   * @param sourcePitch channels from a pixel of the input to the next
   * @param targetPitch channels from a pixel of the output to the next
   * @param ending what ends the layer
   */
  record Form(
      VectorSet vectors,
      Filter filter,
      int channels,
      int width,
      int inputWidth,
      int left,
      int sourcePitch,
      int targetPitch,
      Ending ending) {
    /** Every component: a record's own hash costs a process milliseconds before its first use. */
    List<Object> key() {
      return List.of(
          vectors,
          filter.key(),
          channels,
          width,
          inputWidth,
          left,
          sourcePitch,
          targetPitch,
          ending);
    }

    /** Bytes of the bias and the weights of a vector of channels. */
    int vectorWeights() {
      return (1 + filter.taps()) * vectors.bytes();
    }

    /** Bytes of the weights of a row of the filter. */
    int rowWeights() {
      return filter.side() * vectors.bytes();
    }

    /** Pixels of a block at most. */
    int mostPixels() {
      int most = filter.taps() > FEW_TAPS ? PIXELS_OF_LARGE : PIXELS;
      return Math.min(most, vectors.registers() - filter.side() - INPUTS);
    }

    /** Whether a row's inputs are one stretch of memory, so that the next one's are asked for. */
    boolean prefetched() {
      return channels == sourcePitch;
    }

    /** Bytes from a row of the output to the next. */
    int targetRow() {
      return width * targetPixel();
    }

    /** Bytes from a row of the input to the next. */
    int sourceRow() {
      return inputWidth * sourcePixel();
    }

    /** Bytes from a pixel of the input to the next. */
    int sourcePixel() {
      return sourcePitch * Float.BYTES;
    }

    /** Bytes from a pixel of the output to the next. */
    int targetPixel() {
      return targetPitch * Float.BYTES;
    }
  }

  private final Form form;
  private final Filter filter;
  private final Assembler a;

  private DepthwiseCode(Form form) {
    this.form = form;
    this.filter = form.filter();
    this.a = new Assembler(form.vectors());
  }

  /** A function of the C calling convention that runs all workers of {@code loop}. */
  static byte[] of(Form form, WorkerLoop loop) {
    var code = new DepthwiseCode(form);
    loop.write(code.a, code::worker);
    return code.a.finish();
  }

  /** The work of the worker whose arguments {@code RBX} points to. */
  private void worker() {
    a.load(R12, at(RBX, TABLE * Long.BYTES));
    a.load(R13, at(RBX, ROWS * Long.BYTES));
    a.compare(R13, 0);
    Label done = a.label();
    a.jump(Condition.AT_MOST, done);
    Label row = a.here();
    a.load(RAX, at(R12, SOURCE * Long.BYTES));
    a.load(RDX, at(R12, TARGET * Long.BYTES));
    a.load(R8, at(R12, WEIGHTS * Long.BYTES));
    a.load(R9, at(R12, SKIPPED * Long.BYTES));
    a.load(R10, at(R12, TAPS * Long.BYTES));
    if (form.prefetched()) {
      // The first row of the input below those that this row sees.
      a.multiply(R14, R10, form.sourceRow());
      a.add(R14, RAX);
    }
    for (Columns columns :
        Columns.of(form.width(), form.inputWidth(), filter, form.left(), form.mostPixels())) {
      blocks(columns);
    }
    a.add(R12, ROW * Long.BYTES);
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, row);
    a.place(done);
  }

  private void blocks(Columns columns) {
    if (columns.count() == 1) {
      block(columns);
      return;
    }
    a.move(R11, (long) columns.count());
    Label next = a.here();
    block(columns);
    a.sub(R11, 1);
    a.jump(Condition.NOT_ZERO, next);
  }

  /** One block: all its channels. */
  private void block(Columns columns) {
    a.move(R15, R8);
    Offsets.loop(
        a,
        RCX,
        form.vectors().bytes(),
        (form.channels() - form.vectors().lanes()) * Float.BYTES,
        () -> {
          sums(columns);
          a.add(R15, form.vectorWeights());
        });
    a.add(RAX, columns.pixels() * filter.stride() * form.sourcePixel());
    a.add(RDX, columns.pixels() * form.targetPixel());
  }

  private int weight(int column) {
    return form.vectors().registers() - 1 - column;
  }

  private int input(int column) {
    return form.vectors().registers() - 1 - filter.side() - column % INPUTS;
  }

  /** A vector of channels of all pixels of a block. */
  private void sums(Columns columns) {
    int bytes = form.vectors().bytes();
    for (int pixel = 0; pixel < columns.pixels(); pixel++) {
      a.load(pixel, at(R15));
    }
    a.move(RDI, RAX);
    a.address(RBP, at(R15, R9, bytes));
    a.move(RSI, R10);
    Label done = a.label();
    a.compare(RSI, 0);
    a.jump(Condition.AT_MOST, done);
    Label row = a.here();
    for (int column = 0; column < filter.side(); column++) {
      a.load(weight(column), at(RBP, column * bytes));
    }
    for (int column = columns.from(); column < columns.to(); column++) {
      column(columns, column);
    }
    a.add(RDI, form.sourceRow());
    a.add(RBP, form.rowWeights());
    a.sub(RSI, 1);
    a.jump(Condition.NOT_ZERO, row);
    a.place(done);
    prefetch(columns);
    form.ending().write(a, 0, columns.pixels(), columns.pixels());
    for (int pixel = 0; pixel < columns.pixels(); pixel++) {
      a.store(at(RDX, RCX, pixel * form.targetPixel()), pixel);
    }
  }

  /**
   * Asks for what the next row sees and this one does not, a share with every vector: one cache
   * line after another, as memory likes to be read.
   */
  private void prefetch(Columns columns) {
    if (form.prefetched()) {
      int bytes = columns.pixels() * filter.stride() * filter.stride() * form.vectors().bytes();
      for (int line = 0; line < bytes; line += LINE) {
        a.prefetch(at(R14, line));
      }
      a.add(R14, bytes);
    }
  }

  /** What a pixel of the input gives to the sums of the pixels whose filters meet it. */
  private void column(Columns columns, int column) {
    int last = Math.min(columns.pixels() - 1, column / filter.stride());
    int first = Math.max(0, (column - filter.side() + filter.stride()) / filter.stride());
    if (first > last) {
      return;
    }
    a.load(input(column), at(RDI, RCX, column * form.sourcePixel()));
    for (int pixel = first; pixel <= last; pixel++) {
      a.fma(pixel, input(column), weight(column - pixel * filter.stride()));
    }
  }
}
