package io.blockwork.engine.norm;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RCX;
import static io.blockwork.engine.x86.Register.RDX;
import static io.blockwork.engine.x86.Register.RSI;

import io.blockwork.engine.x86.Assembler;
import io.blockwork.engine.x86.Assembler.Condition;
import io.blockwork.engine.x86.Label;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;

/**
 * The code of {@code max(0, scale * x + shift)} over rows of pixels of sixteen channels. A worker's
 * arguments are the address of its rows' table and how many rows it has. A row of the table has the
 * addresses of the values, of the results, and of sixteen scales with sixteen shifts behind.
 */
final class NormCode {
  static final int TABLE = 0;
  static final int ROWS = 1;

  /** Words of a row of the table. */
  static final int ROW = 3;

  private static final int CHANNELS = SliceNorm.CHANNELS;

  /** Pixels of one round: AVX2's registers are enough for them beside scales, shifts and zero. */
  private static final int UNROLL = 4;

  private final VectorSet vectors;
  private final int pixels;
  private final boolean relu;
  private final Assembler a;

  private NormCode(VectorSet vectors, int pixels, boolean relu) {
    this.vectors = vectors;
    this.pixels = pixels;
    this.relu = relu;
    this.a = new Assembler(vectors);
  }

  /**
   * A function of the C calling convention that runs all workers of {@code loop}.
   *
   * @param pixels of a row
   * @param relu whether negative results become 0
   */
  static byte[] of(VectorSet vectors, int pixels, boolean relu, WorkerLoop loop) {
    var code = new NormCode(vectors, pixels, relu);
    loop.write(code.a, code::worker);
    return code.a.finish();
  }

  private int perPixel() {
    return CHANNELS / vectors.lanes();
  }

  private void worker() {
    a.load(R12, at(RBX, TABLE * Long.BYTES));
    a.load(R13, at(RBX, ROWS * Long.BYTES));
    a.compare(R13, 0);
    Label done = a.label();
    a.jump(Condition.AT_MOST, done);
    Label row = a.here();
    a.load(RSI, at(R12));
    a.load(R14, at(R12, Long.BYTES));
    a.load(RAX, at(R12, 2 * Long.BYTES));
    for (int v = 0; v < perPixel(); v++) {
      a.load(scale(v), at(RAX, v * vectors.bytes()));
      a.load(shift(v), at(RAX, CHANNELS * Float.BYTES + v * vectors.bytes()));
    }
    a.zero(zero());
    a.move(RCX, 0L);
    if (pixels >= UNROLL) {
      a.move(RDX, (long) pixels / UNROLL);
      Label next = a.here();
      step(UNROLL);
      a.sub(RDX, 1);
      a.jump(Condition.NOT_ZERO, next);
    }
    if (pixels % UNROLL > 0) {
      step(pixels % UNROLL);
    }
    a.add(R12, ROW * Long.BYTES);
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, row);
    a.place(done);
  }

  private int scale(int v) {
    return vectors.registers() - 1 - v;
  }

  private int shift(int v) {
    return scale(v) - perPixel();
  }

  private int zero() {
    return shift(perPixel() - 1) - 1;
  }

  private void step(int count) {
    for (int i = 0; i < count * perPixel(); i++) {
      int v = i % perPixel();
      a.load(i, at(RSI, RCX, i * vectors.bytes()));
      // The result is where the value was: value * scale + shift.
      a.mul(i, i, scale(v));
      a.add(i, i, shift(v));
      if (relu) {
        // The value stands on the right, so that NaN stays NaN.
        a.max(i, zero(), i);
      }
      a.store(at(R14, RCX, i * vectors.bytes()), i);
    }
    a.add(RCX, count * CHANNELS * Float.BYTES);
  }
}
