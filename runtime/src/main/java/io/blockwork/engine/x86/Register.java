package io.blockwork.engine.x86;

/** The general-purpose registers of 64 bits, in the order of their numbers. */
public enum Register {
  RAX,
  RCX,
  RDX,
  RBX,
  RSP,
  RBP,
  RSI,
  RDI,
  R8,
  R9,
  R10,
  R11,
  R12,
  R13,
  R14,
  R15;

  /** The three bits of its number that stand in the operand byte. */
  int low() {
    return ordinal() & 7;
  }

  /** The fourth bit, which stands in a prefix. */
  int high() {
    return ordinal() >> 3;
  }
}
