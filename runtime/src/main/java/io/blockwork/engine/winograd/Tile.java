package io.blockwork.engine.winograd;

import io.blockwork.engine.x86.Assembler;

/**
 * A square of outputs that is computed at a time, with the three linear maps of its transform.
 *
 * <p>Each map is written for vectors: it finds its inputs in the first vector registers, uses no
 * register above 15, and hands each output on as soon as it is there. All registers below 10 may
 * hold anything afterwards.
 */
public enum Tile {
  /** 2x2 outputs, points 0, 1, -1 and infinity: 2.25 times fewer multiplications. */
  F2(2) {
    @Override
    void loadInputConstants(Assembler a) {}

    @Override
    void input(Assembler a, Taker out) {
      a.sub(6, 0, 2);
      out.take(0, 6);
      a.add(7, 1, 2);
      out.take(1, 7);
      a.sub(8, 2, 1);
      out.take(2, 8);
      a.sub(9, 1, 3);
      out.take(3, 9);
    }

    @Override
    void loadOutputConstants(Assembler a) {}

    @Override
    void output(Assembler a, Taker out) {
      a.add(6, 0, 1);
      a.add(6, 6, 2);
      a.sub(7, 1, 2);
      a.sub(7, 7, 3);
      out.take(0, 6);
      out.take(1, 7);
    }

    @Override
    void loadWeightConstants(Assembler a) {
      a.broadcast(10, 0.5f);
    }

    @Override
    void weights(Assembler a, Taker out) {
      out.take(0, 0);
      out.take(3, 2);
      a.add(3, 0, 2);
      a.add(4, 3, 1);
      a.mul(4, 4, 10);
      out.take(1, 4);
      a.sub(5, 3, 1);
      a.mul(5, 5, 10);
      out.take(2, 5);
    }
  },

  /**
   * 4x4 outputs, points 0, ±3/4, ±3/2 and infinity: 4 times fewer multiplications. These points
   * halve the error that 0, ±1, ±2 have, at the same cost, and all constants of both transforms of
   * activations are exact in single precision.
   */
  F4(4) {
    @Override
    void loadInputConstants(Assembler a) {
      a.broadcast(10, (float) P);
      a.broadcast(11, (float) Q);
      a.broadcast(12, (float) (P * P));
      a.broadcast(13, (float) (Q * Q));
      a.broadcast(14, (float) (P * P + Q * Q));
      a.broadcast(15, (float) (P * P * Q * Q));
    }

    @Override
    void input(Assembler a, Taker out) {
      a.copy(6, 4);
      a.fnma(6, 2, 14);
      a.fma(6, 0, 15);
      out.take(0, 6);
      pair(a, 13, 10, 1, out);
      pair(a, 12, 11, 3, out);
      a.copy(6, 5);
      a.fnma(6, 3, 14);
      a.fma(6, 1, 15);
      out.take(5, 6);
    }

    /** The outputs at a point and at its negative: {@code d4 - s d2 ± point (d3 - s d1)}. */
    private void pair(Assembler a, int otherSquared, int point, int first, Taker out) {
      a.copy(7, 4);
      a.fnma(7, 2, otherSquared);
      a.copy(8, 3);
      a.fnma(8, 1, otherSquared);
      a.copy(9, 7);
      a.fma(9, 8, point);
      out.take(first, 9);
      a.fnma(7, 8, point);
      out.take(first + 1, 7);
    }

    @Override
    void loadOutputConstants(Assembler a) {
      a.broadcast(10, (float) P);
      a.broadcast(11, (float) Q);
      a.broadcast(12, (float) (P * P));
      a.broadcast(13, (float) (Q * Q));
      a.broadcast(14, (float) (P * P * P));
      a.broadcast(15, (float) (Q * Q * Q));
    }

    @Override
    void output(Assembler a, Taker out) {
      a.add(6, 1, 2);
      a.sub(7, 1, 2);
      a.add(8, 3, 4);
      a.sub(9, 3, 4);
      a.add(0, 0, 6);
      a.add(0, 0, 8);
      out.take(0, 0);
      a.mul(1, 7, 10);
      a.fma(1, 9, 11);
      out.take(1, 1);
      a.mul(2, 6, 12);
      a.fma(2, 8, 13);
      out.take(2, 2);
      a.fma(5, 7, 14);
      a.fma(5, 9, 15);
      out.take(3, 5);
    }

    @Override
    void loadWeightConstants(Assembler a) {
      double p = 2 * P * P * (P * P - Q * Q);
      double q = 2 * Q * Q * (Q * Q - P * P);
      a.broadcast(10, (float) (1 / (P * P * Q * Q)));
      a.broadcast(11, (float) (1 / p));
      a.broadcast(12, (float) (P / p));
      a.broadcast(13, (float) (P * P / p));
      a.broadcast(14, (float) (1 / q));
      a.broadcast(15, (float) (Q / q));
      a.broadcast(9, (float) (Q * Q / q));
    }

    @Override
    void weights(Assembler a, Taker out) {
      out.take(5, 2);
      a.mul(3, 0, 10);
      out.take(0, 3);
      pairOfWeights(a, 11, 12, 13, 1, out);
      pairOfWeights(a, 14, 15, 9, 3, out);
    }

    private void pairOfWeights(
        Assembler a, int constant, int linear, int square, int first, Taker out) {
      a.mul(4, 0, constant);
      a.fma(4, 2, square);
      a.copy(5, 4);
      a.fma(5, 1, linear);
      out.take(first, 5);
      a.fnma(4, 1, linear);
      out.take(first + 1, 4);
    }
  };

  private static final double P = 0.75;
  private static final double Q = 1.5;

  private final int outputs;

  Tile(int outputs) {
    this.outputs = outputs;
  }

  /** Takes the outputs of a map, in any order. */
  @FunctionalInterface
  interface Taker {
    /** Takes output {@code i}, which is in the register. */
    void take(int i, int register);
  }

  /** Outputs along a side. */
  public int outputs() {
    return outputs;
  }

  /** Inputs along a side, and points. */
  public int inputs() {
    return outputs + 2;
  }

  /** Products of a tile: points of both directions. */
  public int points() {
    return inputs() * inputs();
  }

  /** Puts into registers what {@link #input} needs. */
  abstract void loadInputConstants(Assembler a);

  /** {@code Bt d}: from {@link #inputs} values to as many. */
  abstract void input(Assembler a, Taker out);

  /** Puts into registers what {@link #output} needs. */
  abstract void loadOutputConstants(Assembler a);

  /**
   * {@code At m}: from {@link #inputs} values to {@link #outputs}. Whoever takes an output may
   * overwrite registers 3 and 4.
   */
  abstract void output(Assembler a, Taker out);

  /** Puts into registers what {@link #weights} needs. */
  abstract void loadWeightConstants(Assembler a);

  /** {@code G g}: from 3 values to {@link #inputs}; registers 0 to 2 keep the values. */
  abstract void weights(Assembler a, Taker out);
}
