package io.blockwork.engine.x86;

/**
 * A set of vector instructions for single precision, with fused multiply-add.
 *
 * <p>The instructions that {@link Assembler} has exist in both sets under the same numbers; only
 * the prefix before them differs (Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2, sections 2.3 and 2.7).
 */
public enum VectorSet {
  /** AVX2 and FMA: 16 registers of 8 floats, prefix VEX. */
  AVX2(8, 16) {
    @Override
    void prefix(Assembler code, Prefix p) {
      code.bytes(
          0xC4,
          inverted(p.reg() >> 3) << 7
              | inverted(p.index()) << 6
              | inverted(p.base()) << 5
              | p.map(),
          (~p.source() & 15) << 3 | 1 << 2 | p.mandatory());
    }
  },

  /** AVX-512F: 32 registers of 16 floats, prefix EVEX. */
  AVX512(16, 32) {
    @Override
    void prefix(Assembler code, Prefix p) {
      code.bytes(
          0x62,
          inverted(p.reg() >> 3) << 7
              | inverted(p.index()) << 6
              | inverted(p.base()) << 5
              | inverted(p.reg() >> 4) << 4
              | p.map(),
          (~p.source() & 15) << 3 | 1 << 2 | p.mandatory(),
          2 << 5 | inverted(p.source() >> 4) << 3);
    }
  };

  private final int lanes;
  private final int registers;

  VectorSet(int lanes, int registers) {
    this.lanes = lanes;
    this.registers = registers;
  }

  /**
   * What goes into a prefix.
   *
   * @param map 1 for instructions {@code 0F}, 2 for {@code 0F 38}, 3 for {@code 0F 3A}
   * @param mandatory 0 for none, 1 for {@code 66}, 2 for {@code F3}
   * @param reg number of the register in the operand byte's middle
   * @param source number of the first source's register
   * @param index fourth bit of the index, or, without memory, fifth of the second source
   * @param base fourth bit of the base, or, without memory, of the second source
   */
  record Prefix(int map, int mandatory, int reg, int source, int index, int base) {}

  abstract void prefix(Assembler code, Prefix prefix);

  private static int inverted(int bit) {
    return ~bit & 1;
  }

  /** Floats in a register. */
  public int lanes() {
    return lanes;
  }

  /** Bytes in a register. */
  public int bytes() {
    return lanes * Float.BYTES;
  }

  /** How many registers there are. */
  public int registers() {
    return registers;
  }
}
