package io.blockwork.engine.x86;

/**
 * The code of {@code x / (1 + exp(-x))} for some registers at once.
 *
 * <p>{@code exp(-x)} is {@code 2^n exp(r)} with a whole number {@code n} and a small {@code r}. The
 * power's bits are {@code n + 127}, shifted to where a float has its exponent; the other factor is
 * the beginning of a series.
 */
final class Silu {
  /** Registers that each value needs for a while. */
  static final int REGISTERS = 3;

  /** From here on, {@code exp(-x)} is infinite, and {@code -infinity} gives NaN as it should. */
  private static final float LEAST = -89;

  /** From here on, it adds nothing to 1. */
  private static final float MOST = 87;

  /**
   * A float that is added to round to a whole number: its last bit counts 1. It has 127 in its last
   * bits, so that the sum's last bits are those of the power of two.
   */
  private static final float ROUND = 0x1.8p23f + 127;

  private static final int MANTISSA = 23;
  private static final float LOG2_E = 1.442695f;

  /** The logarithm of 2: a part whose products with whole numbers are exact, and the rest. */
  private static final float LN2_HIGH = 355 / 512f;

  private static final float LN2_LOW = -2.1219444e-4f;

  /** Of the series of {@code exp(-x)}, from the highest power down. */
  private static final float[] SERIES = {1 / 720f, -1 / 120f, 1 / 24f, -1 / 6f, 0.5f, -1, 1};

  private final Assembler a;
  private final int first;
  private final int count;
  private final int constant;

  private Silu(Assembler a, int first, int count, int constant) {
    this.a = a;
    this.first = first;
    this.count = count;
    this.constant = constant;
  }

  /**
   * Writes the code.
   *
   * @param first the register of the first value; the others follow
   * @param count how many values there are
   * @param spare of {@code 1 + count * REGISTERS} registers the first
   */
  static void write(Assembler a, int first, int count, int spare) {
    new Silu(a, first, count, spare).write();
  }

  private interface Step {
    void write(int value, int rest, int power, int sum);
  }

  private void each(Step step) {
    for (int i = 0; i < count; i++) {
      int own = constant + 1 + i * REGISTERS;
      step.write(first + i, own, own + 1, own + 2);
    }
  }

  /** Writes a step that has a constant. */
  private void each(float value, Step step) {
    a.broadcast(constant, value);
    each(step);
  }

  private void write() {
    // What may be NaN stands on the right, so that it stays so.
    each(LEAST, (value, rest, power, sum) -> a.max(rest, constant, value));
    each(MOST, (value, rest, power, sum) -> a.min(rest, constant, rest));
    each(ROUND, (value, rest, power, sum) -> a.copy(power, constant));
    each(LOG2_E, (value, rest, power, sum) -> a.fnma(power, rest, constant));
    each(ROUND, (value, rest, power, sum) -> a.sub(sum, power, constant));
    each(LN2_HIGH, (value, rest, power, sum) -> a.fma(rest, sum, constant));
    each(LN2_LOW, (value, rest, power, sum) -> a.fma(rest, sum, constant));
    each((value, rest, power, sum) -> a.shiftLeft(power, power, MANTISSA));
    each(SERIES[0], (value, rest, power, sum) -> a.copy(sum, constant));
    for (int i = 1; i < SERIES.length; i++) {
      each(SERIES[i], (value, rest, power, sum) -> a.multiplyAdd(sum, rest, constant));
    }
    each(1, (value, rest, power, sum) -> a.multiplyAdd(sum, power, constant));
    each((value, rest, power, sum) -> a.div(value, value, sum));
  }
}
