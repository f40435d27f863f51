package io.blockwork.engine.x86;

/** What code does with sums before they are stored. */
public enum Ending {
  /** Nothing. */
  NOTHING {
    @Override
    public double of(double value) {
      return value;
    }

    @Override
    public void write(Assembler a, int first, int count, int spare) {
      // The values are what they should be.
    }
  },

  /** {@code max(0, x)}. */
  RELU {
    @Override
    public double of(double value) {
      return Math.max(0, value);
    }

    @Override
    public void write(Assembler a, int first, int count, int spare) {
      a.zero(spare);
      for (int value = first; value < first + count; value++) {
        // The value stands on the right, so that NaN stays NaN.
        a.max(value, spare, value);
      }
    }
  },

  /** {@code min(max(0, x), 6)}. */
  RELU6 {
    @Override
    public double of(double value) {
      return Math.min(6, Math.max(0, value));
    }

    @Override
    public void write(Assembler a, int first, int count, int spare) {
      RELU.write(a, first, count, spare);
      a.broadcast(spare, 6f);
      for (int value = first; value < first + count; value++) {
        a.min(value, spare, value);
      }
    }
  },

  /** {@code x * min(max(0, x / 6 + 1 / 2), 1)}; wants five spare registers. */
  HARD_SWISH {
    @Override
    public double of(double value) {
      return value * Math.min(1, Math.max(0, value / 6 + 0.5));
    }

    @Override
    public void write(Assembler a, int first, int count, int spare) {
      int sixth = spare + 1;
      int half = spare + 2;
      int zero = spare + 3;
      int one = spare + 4;
      a.broadcast(sixth, 1 / 6f);
      a.broadcast(half, 0.5f);
      a.zero(zero);
      a.broadcast(one, 1f);
      for (int value = first; value < first + count; value++) {
        a.copy(spare, half);
        a.fma(spare, value, sixth);
        a.max(spare, zero, spare);
        a.min(spare, one, spare);
        a.mul(value, value, spare);
      }
    }
  },

  /** {@code x / (1 + exp(-x))}; wants four spare registers, and is faster with more. */
  SILU {
    @Override
    public double of(double value) {
      return value / (1 + Math.exp(-value));
    }

    @Override
    public void write(Assembler a, int first, int count, int spare) {
      int together = (a.vectors().registers() - spare - 1) / Silu.REGISTERS;
      for (int done = 0; done < count; done += together) {
        Silu.write(a, first + done, Math.min(together, count - done), spare);
      }
    }
  };

  /** What it makes of a value. */
  public abstract double of(double value);

  /**
   * Writes the code.
   *
   * @param first the register of the first value; the others follow
   * @param count how many values there are
   * @param spare this register is overwritten; where an ending wants more, all behind it as well
   */
  public abstract void write(Assembler a, int first, int count, int spare);
}
