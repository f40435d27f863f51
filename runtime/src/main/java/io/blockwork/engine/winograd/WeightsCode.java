package io.blockwork.engine.winograd;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.R15;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RCX;
import static io.blockwork.engine.x86.Register.RDX;

import io.blockwork.engine.x86.Assembler;
import io.blockwork.engine.x86.Assembler.Condition;
import io.blockwork.engine.x86.Label;
import io.blockwork.engine.x86.Offsets;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.util.List;

/**
 * The code that transforms a layer's weights, {@code G g Gt} for every pair of channels, from rows
 * {@code [3, 3, in, out]} to the panels that {@link LayerCode} reads: {@code [points, panels, in,
 * panel]}. A worker does some input channels; its arguments are the first weight, where they go,
 * their number, and scratch memory for a tile of vectors.
 */
final class WeightsCode {
  static final int FROM = 0;
  static final int TO = 1;
  static final int CHANNELS = 2;
  static final int SPILL = 3;

  /**
   * What the code is specialised for.
   *
   * @param vectors the instructions
   * @param tile the tile
   * @param in input channels of the layer
   * @param out output channels of the layer
   * @param turned whether the kernel is turned by 180 degrees, as the gradient of the input needs
   *     it
   */
  record Form(VectorSet vectors, Tile tile, int in, int out, boolean turned) {
    /** Every component: a record's own hash costs a process milliseconds before its first use. */
    List<Object> key() {
      return List.of(vectors, tile, in, out, turned);
    }

    int panel() {
      return LayerCode.Form.panel(vectors, out);
    }

    int panels() {
      return (out + panel() - 1) / panel();
    }

    /** Bytes of the transformed weights. */
    long bytes() {
      return (long) tile.points() * panels() * in * panel() * Float.BYTES;
    }
  }

  private final Form form;
  private final Assembler a;

  private WeightsCode(Form form) {
    this.form = form;
    this.a = new Assembler(form.vectors());
  }

  /** A function of the C calling convention that runs all workers of {@code loop}. */
  static byte[] of(Form form, WorkerLoop loop) {
    var code = new WeightsCode(form);
    loop.write(code.a, code::worker);
    return code.a.finish();
  }

  private void worker() {
    form.tile().loadWeightConstants(a);
    a.load(R12, at(RBX, FROM * Long.BYTES));
    a.load(R14, at(RBX, TO * Long.BYTES));
    a.load(R13, at(RBX, CHANNELS * Long.BYTES));
    a.load(R15, at(RBX, SPILL * Long.BYTES));
    a.compare(R13, 0);
    Label done = a.label();
    a.jump(Condition.AT_MOST, done);
    Label channel = a.here();
    a.move(RDX, R14);
    a.move(RAX, R12);
    Offsets.loop(
        a, RCX, form.panel() * Float.BYTES, (form.out() - form.panel()) * Float.BYTES, this::panel);
    a.add(R12, form.out() * Float.BYTES);
    a.add(R14, form.panel() * Float.BYTES);
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, channel);
    a.place(done);
  }

  /** Bytes of one panel of one point. */
  private int panelBytes() {
    return form.in() * form.panel() * Float.BYTES;
  }

  private void panel() {
    int bytes = form.vectors().bytes();
    int row = form.in() * form.out() * Float.BYTES;
    for (int v = 0; v < form.panel() / form.vectors().lanes(); v++) {
      int from = v * bytes;
      for (int column = 0; column < 3; column++) {
        for (int r = 0; r < 3; r++) {
          int weight = form.turned() ? (2 - r) * 3 + 2 - column : r * 3 + column;
          a.load(r, at(RAX, RCX, weight * row + from));
        }
        int c = column;
        form.tile().weights(a, (r, register) -> a.store(at(R15, (r * 3 + c) * bytes), register));
      }
      int side = form.tile().inputs();
      for (int r = 0; r < side; r++) {
        for (int column = 0; column < 3; column++) {
          a.load(column, at(R15, (r * 3 + column) * bytes));
        }
        int first = r * side;
        form.tile()
            .weights(
                a,
                (column, register) ->
                    a.store(
                        at(RDX, (first + column) * form.panels() * panelBytes() + from), register));
      }
    }
    a.add(RDX, panelBytes());
  }
}
