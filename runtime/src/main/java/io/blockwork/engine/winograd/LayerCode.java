package io.blockwork.engine.winograd;

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
import static io.blockwork.engine.x86.Register.RSP;

import io.blockwork.engine.x86.Assembler;
import io.blockwork.engine.x86.Assembler.Condition;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.Label;
import io.blockwork.engine.x86.Offsets;
import io.blockwork.engine.x86.Operand;
import io.blockwork.engine.x86.Register;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.util.List;

/**
 * The code of a layer: for one group of tiles after another, the inputs' transform into scratch
 * memory, a matrix product for each point, and the outputs' transform with bias, sum and
 * activation. A group is so small that the scratch memory stays in the cache of the core.
 *
 * <p>A worker's arguments are eight words, see {@link WinogradConvolution}.
 */
final class LayerCode {
  /** Channels that one round of the transforms takes. */
  static final int CHANNELS = 16;

  /** Bytes of a cache line. */
  private static final int LINE = 64;

  /** Words of a worker's arguments, and where each stands. */
  static final int SOURCES = 0;

  static final int GROUPS = 1;
  static final int TRANSFORMED = 2;
  static final int SPILL = 3;
  static final int BIAS = 4;
  static final int TARGETS = 5;
  static final int PRODUCTS = 6;
  static final int WEIGHTS = 7;

  private static final Operand SOURCE_NOW = at(RSP, WorkerLoop.FREE);
  private static final Operand TARGET_NOW = at(RSP, WorkerLoop.FREE + 8);
  private static final Operand GROUPS_LEFT = at(RSP, WorkerLoop.FREE + 16);

  /**
   * What the code is specialised for.
   *
   * @param vectors the instructions
   * @param tile the tile
   * @param in input channels, at least {@link #CHANNELS}
   * @param out output channels that a worker computes, at least as many
   * @param parts how many such parts the layer's output channels have; more than one: each is whole
   *     panels
   * @param tiles tiles of a group
   * @param sourceStep bytes from {@link #CHANNELS} input channels to the next of the same pixel
   * @param targetStep bytes from {@link #CHANNELS} output channels to the next of the same pixel
   * @param sum whether the outputs are added to what is in the target
   * @param ending what ends the layer
   */
  record Form(
      VectorSet vectors,
      Tile tile,
      int in,
      int out,
      int parts,
      int tiles,
      int sourceStep,
      int targetStep,
      boolean sum,
      Ending ending) {
    Form {
      if (in < CHANNELS || out < CHANNELS) {
        throw new IllegalArgumentException(
            "channels: expected at least 16, got " + in + ", " + out);
      }
      if (sum && out % CHANNELS != 0) {
        // The last channels would be computed twice, and added twice.
        throw new IllegalArgumentException("sum: expected a multiple of 16 channels, got " + out);
      }
    }

    /** Every component: a record's own hash costs a process milliseconds before its first use. */
    List<Object> key() {
      return List.of(vectors, tile, in, out, parts, tiles, sourceStep, targetStep, sum, ending);
    }

    /** Output channels that a product's inner loop computes. */
    int panel() {
      return panel(vectors, out);
    }

    /** Bytes of the weights of a worker's channels, of one point. */
    int pointBytes() {
      return panels() * in * panel() * Float.BYTES;
    }

    private int panelVectors() {
      return panel(vectors, out) / vectors.lanes();
    }

    /** Output channels of a panel: two vectors if there are enough. */
    static int panel(VectorSet vectors, int out) {
      return out < 2 * vectors.lanes() ? vectors.lanes() : 2 * vectors.lanes();
    }

    /** Panels of the output channels; the last one may overlap its neighbour. */
    int panels() {
      return (out + panel() - 1) / panel();
    }

    /** Bytes from a tile's transformed inputs to the next one's. */
    int sourceRow() {
      return row(in);
    }

    /** Bytes from a tile's products to the next one's. */
    int targetRow() {
      return row(out);
    }

    /** Bytes from one point's transformed inputs to the next point's. */
    int sourcePoint() {
      return odd(tiles * sourceRow());
    }

    /** Bytes from one point's products to the next point's. */
    int targetPoint() {
      return odd(tiles * targetRow());
    }

    /** Bytes of a worker's transformed inputs. */
    long transformedBytes() {
      return (long) tile.points() * sourcePoint();
    }

    /** Bytes of a worker's products. */
    long productBytes() {
      return (long) tile.points() * targetPoint();
    }

    /** Bytes of a worker's scratch memory: both, and one vector for each point of a tile. */
    long scratchBytes() {
      return transformedBytes() + productBytes() + (long) tile.points() * vectors.bytes();
    }

    private static int row(int channels) {
      return odd(channels * Float.BYTES);
    }

    /**
     * An odd number of cache lines, so that neighbours do not compete for one set of the cache. The
     * transforms touch all points of a tile together: as many would not fit into a set.
     */
    private static int odd(int bytes) {
      int lines = (bytes + LINE - 1) / LINE;
      return (lines | 1) * LINE;
    }

    /** Tiles that a product's inner loop computes at most. */
    private int mostRows() {
      return (vectors.registers() - 4) / panelVectors();
    }
  }

  private final Form form;
  private final Tile tile;
  private final Assembler a;

  private LayerCode(Form form) {
    this.form = form;
    this.tile = form.tile();
    this.a = new Assembler(form.vectors());
  }

  /** A function of the C calling convention that runs all workers of {@code loop}. */
  static byte[] of(Form form, WorkerLoop loop) {
    var code = new LayerCode(form);
    loop.write(code.a, code::worker);
    return code.a.finish();
  }

  private static Operand argument(int word) {
    return at(RBX, word * Long.BYTES);
  }

  /** The work of the worker whose arguments {@code RBX} points to. */
  private void worker() {
    a.load(RAX, argument(SOURCES));
    a.store(SOURCE_NOW, RAX);
    a.load(RAX, argument(TARGETS));
    a.store(TARGET_NOW, RAX);
    a.load(RAX, argument(GROUPS));
    a.store(GROUPS_LEFT, RAX);
    a.load(R15, argument(SPILL));
    a.load(RBP, argument(BIAS));
    a.compare(RAX, 0);
    Label done = a.label();
    a.jump(Condition.AT_MOST, done);
    Label group = a.here();
    transformInputs();
    multiply();
    transformOutputs();
    a.load(RAX, GROUPS_LEFT);
    a.sub(RAX, 1);
    a.store(GROUPS_LEFT, RAX);
    a.jump(Condition.NOT_ZERO, group);
    a.place(done);
  }

  /**
   * Runs the body for each round of channels; {@code outer} is the offset in the layer's tensor,
   * {@code inner} that in scratch memory.
   */
  private void channels(int channels, int step, Register outer, Register inner, Runnable body) {
    int round = CHANNELS * Float.BYTES;
    int last = (channels - CHANNELS) * Float.BYTES;
    if (step == round) {
      Offsets.loop(
          a,
          inner,
          round,
          last,
          () -> {
            a.move(outer, inner);
            body.run();
          });
    } else {
      a.move(outer, 0L);
      Offsets.loop(
          a,
          inner,
          round,
          last,
          () -> {
            body.run();
            a.add(outer, step);
          });
    }
  }

  /** Where the vectors of a round of channels lie, from its first one. */
  private int vectorsOfRound() {
    return CHANNELS / form.vectors().lanes();
  }

  private void transformInputs() {
    int side = tile.inputs();
    int point = form.sourcePoint();
    int bytes = form.vectors().bytes();
    tile.loadInputConstants(a);
    a.load(R12, SOURCE_NOW);
    a.load(R14, argument(TRANSFORMED));
    a.move(R13, (long) form.tiles());
    Label next = a.here();
    channels(
        form.in(),
        form.sourceStep(),
        RCX,
        RDX,
        () -> {
          for (int v = 0; v < vectorsOfRound(); v++) {
            int from = v * bytes;
            for (int column = 0; column < side; column++) {
              for (int r = 0; r < side; r++) {
                a.load(RAX, at(R12, (r * side + column) * Long.BYTES));
                a.load(r, at(RAX, RCX, from));
              }
              int c = column;
              tile.input(a, (r, register) -> a.store(at(R15, (r * side + c) * bytes), register));
            }
            for (int r = 0; r < side; r++) {
              for (int column = 0; column < side; column++) {
                a.load(column, at(R15, (r * side + column) * bytes));
              }
              int first = r * side;
              tile.input(
                  a,
                  (column, register) ->
                      a.store(at(R14, RDX, (first + column) * point + from), register));
            }
          }
        });
    a.add(R12, tile.points() * Long.BYTES);
    a.add(R14, form.sourceRow());
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, next);
    a.store(SOURCE_NOW, R12);
  }

  private void multiply() {
    int sourceRow = form.sourceRow();
    int targetRow = form.targetRow();
    int panel = form.panel() * Float.BYTES;
    int blocks = (form.tiles() + form.mostRows() - 1) / form.mostRows();
    int rows = form.tiles() / blocks;
    int larger = form.tiles() % blocks;
    int last = form.out() * Float.BYTES - panel;
    int others = (form.parts() - 1) * form.pointBytes();
    a.load(R11, argument(TRANSFORMED));
    a.load(R9, argument(WEIGHTS));
    a.load(R12, argument(PRODUCTS));
    a.move(R13, (long) tile.points());
    Label point = a.here();
    Offsets.loop(
        a,
        R14,
        panel,
        last,
        () -> {
          a.move(R10, R12);
          a.add(R10, R14);
          a.move(R8, R11);
          a.address(RDI, at(R9, form.in() * panel));
          if (others > 0) {
            Label nextPanel = a.label();
            a.compare(R14, last);
            a.jump(Condition.LESS, nextPanel);
            a.add(RDI, others);
            a.place(nextPanel);
          }
          rowBlocks(larger, rows + 1, sourceRow, targetRow, blocks);
          rowBlocks(blocks - larger, rows, sourceRow, targetRow, blocks);
          a.add(R9, form.in() * panel);
        });
    a.add(R9, others);
    a.add(R11, form.sourcePoint());
    a.add(R12, form.targetPoint());
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, point);
  }

  private void rowBlocks(int count, int rows, int sourceRow, int targetRow, int blocks) {
    if (count == 0) {
      return;
    }
    a.move(RSI, (long) count);
    Label next = a.here();
    product(rows, sourceRow, targetRow, blocks);
    a.add(R8, rows * sourceRow);
    a.add(R10, rows * targetRow);
    a.sub(RSI, 1);
    a.jump(Condition.NOT_ZERO, next);
  }

  /** {@code rows} tiles times a panel: all sums stay in registers. */
  private void product(int rows, int sourceRow, int targetRow, int blocks) {
    int wide = form.panelVectors();
    int bytes = form.vectors().bytes();
    int unroll = form.in() % 4 == 0 ? 4 : 1;
    int weights = form.vectors().registers() - 4;
    for (int i = 0; i < rows * wide; i++) {
      a.zero(i);
    }
    a.move(RDX, R9);
    a.move(RCX, 0L);
    Label loop = a.here();
    for (int u = 0; u < unroll; u++) {
      for (int v = 0; v < wide; v++) {
        a.load(weights + v, at(RDX, (u * wide + v) * bytes));
      }
      for (int r = 0; r < rows; r++) {
        int value = weights + 2 + (r & 1);
        a.broadcast(value, at(R8, RCX, r * sourceRow + u * Float.BYTES));
        for (int v = 0; v < wide; v++) {
          a.fma(r * wide + v, weights + v, value);
        }
      }
    }
    // While this panel of weights is in use, the next one comes: each block asks for its share.
    int lines = (unroll * wide * bytes / LINE + blocks - 1) / blocks;
    for (int i = 0; i < lines; i++) {
      a.prefetch(at(RDI, i * LINE));
    }
    a.add(RDI, lines * LINE);
    a.add(RDX, unroll * wide * bytes);
    a.add(RCX, unroll * Float.BYTES);
    a.compare(RCX, form.in() * Float.BYTES);
    a.jump(Condition.LESS, loop);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < wide; v++) {
        a.store(at(R10, r * targetRow + v * bytes), r * wide + v);
      }
    }
  }

  private void transformOutputs() {
    int inputs = tile.inputs();
    int outputs = tile.outputs();
    int point = form.targetPoint();
    int bytes = form.vectors().bytes();
    tile.loadOutputConstants(a);
    a.load(R12, TARGET_NOW);
    a.load(R14, argument(PRODUCTS));
    a.move(R13, (long) form.tiles());
    Label next = a.here();
    channels(
        form.out(),
        form.targetStep(),
        RCX,
        RDX,
        () -> {
          for (int v = 0; v < vectorsOfRound(); v++) {
            int from = v * bytes;
            for (int column = 0; column < inputs; column++) {
              for (int r = 0; r < inputs; r++) {
                int product = (r * inputs + column) * point;
                a.load(r, at(R14, RDX, product + from));
              }
              int c = column;
              tile.output(a, (r, register) -> a.store(at(R15, (r * inputs + c) * bytes), register));
            }
            for (int r = 0; r < outputs; r++) {
              for (int column = 0; column < inputs; column++) {
                a.load(column, at(R15, (r * inputs + column) * bytes));
              }
              int first = r * outputs;
              tile.output(a, (column, register) -> end(register, first + column, from));
            }
          }
        });
    a.add(R12, outputs * outputs * Long.BYTES);
    a.add(R14, form.targetRow());
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, next);
    a.store(TARGET_NOW, R12);
  }

  private void end(int register, int pixel, int from) {
    a.load(RAX, at(R12, pixel * Long.BYTES));
    Operand target = at(RAX, RCX, from);
    a.add(register, register, at(RBP, RDX, from));
    if (form.sum()) {
      a.add(register, register, target);
    }
    form.ending().write(a, register, 1, 3);
    a.store(target, register);
  }
}
