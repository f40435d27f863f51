package io.blockwork.engine.x86;

import java.util.Optional;

/**
 * A place in memory that an instruction reads or writes: {@code base + index + displacement}.
 *
 * @param base holds an address
 * @param index holds a distance in bytes, if there is one; not {@link Register#RSP}
 * @param displacement bytes
 */
public record Operand(Register base, Optional<Register> index, int displacement) {
  /** Checks the index. */
  public Operand {
    if (index.isPresent() && index.get() == Register.RSP) {
      throw new IllegalArgumentException("RSP cannot be an index");
    }
  }

  /** What {@code base} points to. */
  public static Operand at(Register base) {
    return at(base, 0);
  }

  /** What lies {@code displacement} bytes from where {@code base} points. */
  public static Operand at(Register base, int displacement) {
    return new Operand(base, Optional.empty(), displacement);
  }

  /** What lies {@code index + displacement} bytes from where {@code base} points. */
  public static Operand at(Register base, Register index, int displacement) {
    return new Operand(base, Optional.of(index), displacement);
  }
}
