package io.blockwork.engine.norm;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R10;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.R8;
import static io.blockwork.engine.x86.Register.R9;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RCX;
import static io.blockwork.engine.x86.Register.RDX;
import static io.blockwork.engine.x86.Register.RSI;

import io.blockwork.engine.x86.Assembler;
import io.blockwork.engine.x86.Assembler.Condition;
import io.blockwork.engine.x86.Label;
import io.blockwork.engine.x86.Operand;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;

/**
 * The code of {@code scale * x + shift}, rounded once, over columns of a matrix of unsigned bytes.
 * The results are floats, or bytes: the nearest ones. A worker's arguments are the address of its
 * table, how many rows that has, and an {@linkplain #order order of lanes}. A row of the table
 * stands for some columns of some rows of the matrix.
 */
final class ByteNormCode {
  static final int TABLE = 0;
  static final int ROWS = 1;

  /** Where the order of lanes begins, which takes four words. */
  static final int ORDER = 4;

  // Words of a row of the table.
  static final int SOURCE = 0;
  static final int SOURCE_PITCH = 1;
  static final int TARGET = 2;
  static final int TARGET_PITCH = 3;
  static final int SCALES = 4;
  static final int SHIFTS = 5;
  static final int PLACES = 6;

  /** How many {@linkplain #COLUMNS times sixteen} columns. */
  static final int UNITS = 7;

  /** How many words there are. */
  static final int ROW = 8;

  /** Columns that are computed together. */
  static final int COLUMNS = 16;

  /** Of the factors that stay in registers. */
  private static final int FIRST_FACTOR = 4;

  private final VectorSet vectors;
  private final boolean floats;
  private final Assembler a;

  private ByteNormCode(VectorSet vectors, boolean floats) {
    this.vectors = vectors;
    this.floats = floats;
    this.a = new Assembler(vectors);
  }

  /**
   * A function of the C calling convention that runs all workers of {@code loop}.
   *
   * @param floats whether the results are floats
   */
  static byte[] of(VectorSet vectors, boolean floats, WorkerLoop loop) {
    var code = new ByteNormCode(vectors, floats);
    loop.write(code.a, code::worker);
    return code.a.finish();
  }

  /**
   * The most units of a row of the table: AVX-512 has registers for the factors of a cache line.
   */
  static int mostUnits(VectorSet vectors) {
    return vectors == VectorSet.AVX512 ? 4 : 2;
  }

  /** What AVX2's lanes have to be sorted by after they have been packed, two a word. */
  static long order(int word) {
    return word | (long) (word + LANES_OF_HALF) << Integer.SIZE;
  }

  private static final int LANES_OF_HALF = 4;

  private int perUnit() {
    return COLUMNS / vectors.lanes();
  }

  private int zero() {
    return vectors.registers() - 1;
  }

  private int largest() {
    return vectors.registers() - 2;
  }

  private int order() {
    return vectors.registers() - 3;
  }

  private int scale(int v) {
    return FIRST_FACTOR + 2 * v;
  }

  private int shift(int v) {
    return scale(v) + 1;
  }

  private static Operand word(int word) {
    return at(R12, word * Long.BYTES);
  }

  private void worker() {
    a.load(R12, at(RBX, TABLE * Long.BYTES));
    a.load(R13, at(RBX, ROWS * Long.BYTES));
    a.compare(R13, 0);
    Label done = a.label();
    a.jump(Condition.AT_MOST, done);
    a.zero(zero());
    a.broadcast(largest(), 255f);
    if (vectors == VectorSet.AVX2) {
      a.load(order(), at(RBX, ORDER * Long.BYTES));
    }
    Label row = a.here();
    a.load(RSI, word(SOURCE));
    a.load(R8, word(SOURCE_PITCH));
    a.load(R14, word(TARGET));
    a.load(R9, word(TARGET_PITCH));
    a.load(RAX, word(SCALES));
    a.load(RDX, word(SHIFTS));
    a.load(R10, word(UNITS));
    for (int units = mostUnits(vectors); units > 0; units--) {
      Label other = a.label();
      a.compare(R10, units);
      a.jump(Condition.NOT_ZERO, other);
      columns(units);
      a.place(other);
    }
    a.add(R12, ROW * Long.BYTES);
    a.sub(R13, 1);
    a.jump(Condition.NOT_ZERO, row);
    a.place(done);
  }

  private void columns(int units) {
    for (int v = 0; v < units * perUnit(); v++) {
      a.load(scale(v), at(RAX, v * vectors.bytes()));
      a.load(shift(v), at(RDX, v * vectors.bytes()));
    }
    a.load(RCX, word(PLACES));
    Label next = a.here();
    for (int unit = 0; unit < units; unit++) {
      unit(unit);
    }
    a.add(RSI, R8);
    a.add(R14, R9);
    a.sub(RCX, 1);
    a.jump(Condition.NOT_ZERO, next);
  }

  private void unit(int unit) {
    // AVX-512 has a register of its own for each unit's values; AVX2 uses the same two.
    int first = vectors == VectorSet.AVX512 ? unit : 0;
    for (int i = 0; i < perUnit(); i++) {
      int v = unit * perUnit() + i;
      int x = first + i;
      a.loadBytes(x, at(RSI, v * vectors.lanes()));
      a.toFloats(x, x);
      a.multiplyAdd(x, scale(v), shift(v));
      if (floats) {
        a.store(at(R14, v * vectors.bytes()), x);
      } else {
        a.max(x, x, zero());
        a.min(x, x, largest());
        a.toIntegers(x, x);
      }
    }
    if (!floats) {
      store(at(R14, unit * COLUMNS), first);
    }
  }

  private void store(Operand to, int first) {
    if (vectors == VectorSet.AVX512) {
      a.storeBytes(to, first);
    } else {
      a.packWords(first, first, first + 1);
      a.packBytes(first, first, first);
      a.permute(first, order(), first);
      a.storeLower(to, first);
    }
  }
}
