package io.blockwork.engine.x86;

import io.blockwork.engine.x86.Assembler.Condition;

/** Loops over stretches of one length, of which the last may overlap its neighbour. */
public final class Offsets {
  private Offsets() {}

  /**
   * Runs the body for offset 0, step, 2 step and so on below {@code last}, and for {@code last}.
   *
   * @param offset the register that holds the offset; the body leaves it alone
   */
  public static void loop(Assembler a, Register offset, int step, int last, Runnable body) {
    a.move(offset, 0L);
    Label loop = a.here();
    body.run();
    Label done = a.label();
    a.compare(offset, last);
    a.jump(Condition.AT_LEAST, done);
    a.add(offset, step);
    if (last % step != 0) {
      a.compare(offset, last);
      a.jump(Condition.AT_MOST, loop);
      a.move(offset, (long) last);
    }
    a.compare(offset, 0);
    a.jump(Condition.NOT_ZERO, loop);
    a.place(done);
  }
}
