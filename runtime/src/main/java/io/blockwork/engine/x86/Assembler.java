package io.blockwork.engine.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes machine code for x86-64, instruction by instruction.
 *
 * <p>Vector registers are numbers from 0 to {@link VectorSet#registers()} - 1, and hold {@link
 * VectorSet#lanes()} floats. The destination comes first, as in Intel's syntax. Displacements take
 * four bytes always, so that code has the same length whatever the shapes are.
 */
public final class Assembler {
  /** Conditions of jumps, on what the last {@code sub}, {@code add} or {@code cmp} left. */
  public enum Condition {
    /** The last result was zero, or both were equal. */
    ZERO(0x84),
    /** The last result was not zero. */
    NOT_ZERO(0x85),
    /** Less, as signed numbers. */
    LESS(0x8C),
    /** Greater or equal, as signed numbers. */
    AT_LEAST(0x8D),
    /** Less or equal, as signed numbers. */
    AT_MOST(0x8E);

    private final int code;

    Condition(int code) {
      this.code = code;
    }
  }

  private static final int REX = 0x48;

  private final VectorSet vectors;
  private final Map<Integer, Label> constants = new LinkedHashMap<>();
  private final Set<Label> pending = new LinkedHashSet<>();
  private byte[] code = new byte[1 << 12];
  private int size;

  /** Empty code that uses the given vector instructions. */
  public Assembler(VectorSet vectors) {
    this.vectors = vectors;
  }

  /** The vector instructions in use. */
  public VectorSet vectors() {
    return vectors;
  }

  void bytes(int... values) {
    if (size + values.length > code.length) {
      code = Arrays.copyOf(code, 2 * code.length);
    }
    for (int value : values) {
      code[size++] = (byte) value;
    }
  }

  private void word(int value) {
    bytes(value, value >> 8, value >> 16, value >> 24);
  }

  /** A label, to be placed later. */
  public Label label() {
    return new Label();
  }

  /** Puts the label here. */
  public void place(Label label) {
    label.place(size);
  }

  /** A label that is here. */
  public Label here() {
    Label label = label();
    place(label);
    return label;
  }

  private void reference(Label label) {
    label.references().add(size);
    word(0);
    pending.add(label);
  }

  // Scalar instructions.

  /** {@code push register}. */
  public void push(Register register) {
    if (register.high() == 1) {
      bytes(0x41);
    }
    bytes(0x50 | register.low());
  }

  /** {@code pop register}. */
  public void pop(Register register) {
    if (register.high() == 1) {
      bytes(0x41);
    }
    bytes(0x58 | register.low());
  }

  /** {@code to = from}. */
  public void move(Register to, Register from) {
    bytes(REX | from.high() << 2 | to.high(), 0x89, 0xC0 | from.low() << 3 | to.low());
  }

  /** {@code to = value}. */
  public void move(Register to, long value) {
    bytes(REX | to.high(), 0xB8 | to.low());
    word((int) value);
    word((int) (value >> 32));
  }

  /** {@code to = the 64 bits at from}. */
  public void load(Register to, Operand from) {
    scalar(0x8B, to, from);
  }

  /** {@code the 64 bits at to = from}. */
  public void store(Operand to, Register from) {
    scalar(0x89, from, to);
  }

  /** {@code to = the address that from stands for}. */
  public void address(Register to, Operand from) {
    scalar(0x8D, to, from);
  }

  /** Asks for the cache line at {@code from} to be brought to the second-level cache. */
  public void prefetch(Operand from) {
    int rex = from.index().map(Register::high).orElse(0) << 1 | from.base().high();
    if (rex != 0) {
      bytes(0x40 | rex);
    }
    bytes(0x0F, 0x18);
    operand(2, from);
  }

  private void scalar(int opcode, Register register, Operand memory) {
    bytes(
        REX
            | register.high() << 2
            | memory.index().map(Register::high).orElse(0) << 1
            | memory.base().high(),
        opcode);
    operand(register.low(), memory);
  }

  /** {@code to += value}. */
  public void add(Register to, int value) {
    immediate(0, to, value);
  }

  /** {@code to -= value}. */
  public void sub(Register to, int value) {
    immediate(5, to, value);
  }

  /** Compares for a jump that follows. */
  public void compare(Register left, int right) {
    immediate(7, left, right);
  }

  private void immediate(int kind, Register register, int value) {
    boolean small = value == (byte) value;
    bytes(REX | register.high(), small ? 0x83 : 0x81, 0xC0 | kind << 3 | register.low());
    if (small) {
      bytes(value);
    } else {
      word(value);
    }
  }

  /** {@code to += value}. */
  public void add(Register to, Register value) {
    bytes(REX | value.high() << 2 | to.high(), 0x01, 0xC0 | value.low() << 3 | to.low());
  }

  /** Compares for a jump that follows. */
  public void compare(Register left, Register right) {
    bytes(REX | right.high() << 2 | left.high(), 0x39, 0xC0 | right.low() << 3 | left.low());
  }

  /** {@code to = from * factor}. */
  public void multiply(Register to, Register from, int factor) {
    bytes(REX | to.high() << 2 | from.high(), 0x69, 0xC0 | to.low() << 3 | from.low());
    word(factor);
  }

  /** {@code to = the 32 bits of from, with zeros before}. */
  public void widen(Register to, Register from) {
    if (from.high() == 1 || to.high() == 1) {
      bytes(0x40 | from.high() << 2 | to.high());
    }
    bytes(0x89, 0xC0 | from.low() << 3 | to.low());
  }

  /** Jumps if the condition holds. */
  public void jump(Condition condition, Label to) {
    bytes(0x0F, condition.code);
    reference(to);
  }

  /** Calls the function whose address is in the register. */
  public void call(Register function) {
    if (function.high() == 1) {
      bytes(0x41);
    }
    bytes(0xFF, 0xD0 | function.low());
  }

  /** Returns to the caller. */
  public void ret() {
    bytes(0xC3);
  }

  // Vector instructions.

  /** An instruction: its map of opcodes, mandatory prefix, and opcode. */
  private record Instruction(int map, int mandatory, int opcode) {}

  private static final Instruction LOAD = new Instruction(1, 0, 0x10);
  private static final Instruction STORE = new Instruction(1, 0, 0x11);
  private static final Instruction COPY = new Instruction(1, 0, 0x28);
  private static final Instruction ADD = new Instruction(1, 0, 0x58);
  private static final Instruction MUL = new Instruction(1, 0, 0x59);
  private static final Instruction SUB = new Instruction(1, 0, 0x5C);
  private static final Instruction MIN = new Instruction(1, 0, 0x5D);
  private static final Instruction DIV = new Instruction(1, 0, 0x5E);
  private static final Instruction MAX = new Instruction(1, 0, 0x5F);
  private static final Instruction SHIFT = new Instruction(1, 1, 0x72);
  private static final Instruction XOR = new Instruction(1, 1, 0xEF);
  private static final Instruction BROADCAST = new Instruction(2, 1, 0x18);
  private static final Instruction FMA = new Instruction(2, 1, 0xB8);
  private static final Instruction FNMA = new Instruction(2, 1, 0xBC);
  private static final Instruction MULTIPLY_ADD = new Instruction(2, 1, 0xA8);
  private static final Instruction LOAD_BYTES = new Instruction(2, 1, 0x31);
  private static final Instruction STORE_BYTES = new Instruction(2, 2, 0x31);
  private static final Instruction TO_FLOATS = new Instruction(1, 0, 0x5B);
  private static final Instruction TO_INTEGERS = new Instruction(1, 1, 0x5B);
  private static final Instruction PACK_WORDS = new Instruction(2, 1, 0x2B);
  private static final Instruction PACK_BYTES = new Instruction(1, 1, 0x67);
  private static final Instruction PERMUTE = new Instruction(2, 1, 0x36);
  private static final Instruction EXTRACT = new Instruction(3, 1, 0x39);

  /** {@code to = the floats at from}; no alignment is needed. */
  public void load(int to, Operand from) {
    vector(LOAD, to, 0, from);
  }

  /** {@code the floats at to = from}; no alignment is needed. */
  public void store(Operand to, int from) {
    vector(STORE, from, 0, to);
  }

  /** {@code to = from}. */
  public void copy(int to, int from) {
    vector(COPY, to, 0, from);
  }

  /** {@code to = 0}. */
  public void zero(int to) {
    vector(XOR, to, to, to);
  }

  /** {@code to = left + right}. */
  public void add(int to, int left, int right) {
    vector(ADD, to, left, right);
  }

  /** {@code to = left + the floats at right}. */
  public void add(int to, int left, Operand right) {
    vector(ADD, to, left, right);
  }

  /** {@code to = left - right}. */
  public void sub(int to, int left, int right) {
    vector(SUB, to, left, right);
  }

  /** {@code to = left * right}. */
  public void mul(int to, int left, int right) {
    vector(MUL, to, left, right);
  }

  /** {@code to = left / right}. */
  public void div(int to, int left, int right) {
    vector(DIV, to, left, right);
  }

  /** {@code to = the smaller one}, and {@code right} where one is NaN. */
  public void min(int to, int left, int right) {
    vector(MIN, to, left, right);
  }

  /** {@code to = the larger one}, and {@code right} where one is NaN. */
  public void max(int to, int left, int right) {
    vector(MAX, to, left, right);
  }

  /** {@code to += left * right}, rounded once. */
  public void fma(int to, int left, int right) {
    vector(FMA, to, left, right);
  }

  /** {@code to -= left * right}, rounded once. */
  public void fnma(int to, int left, int right) {
    vector(FNMA, to, left, right);
  }

  /** Shifts the bits of each lane to the left: {@code to = from << bits}. */
  public void shiftLeft(int to, int from, int bits) {
    check(to);
    // The number of the operation stands where others have a register.
    vector(SHIFT, 6, to, from);
    bytes(bits);
  }

  /** {@code to = to * factor + addend}, rounded once. */
  public void multiplyAdd(int to, int factor, int addend) {
    vector(MULTIPLY_ADD, to, factor, addend);
  }

  /** {@code to = the unsigned bytes at from}, each as an integer in a lane. */
  public void loadBytes(int to, Operand from) {
    vector(LOAD_BYTES, to, 0, from);
  }

  /** {@code to = from}, whose lanes are integers. */
  public void toFloats(int to, int from) {
    vector(TO_FLOATS, to, 0, from);
  }

  /** {@code to = from}, each lane rounded to an integer, halves to even ones. */
  public void toIntegers(int to, int from) {
    vector(TO_INTEGERS, to, 0, from);
  }

  /**
   * {@code the bytes at to = from}, the lowest of each lane.
   *
   * @throws IllegalStateException unless the instructions are {@link VectorSet#AVX512}
   */
  public void storeBytes(Operand to, int from) {
    require(VectorSet.AVX512);
    vector(STORE_BYTES, from, 0, to);
  }

  /**
   * {@code to = left and right}, whose integers become unsigned words, cut off if need be: those of
   * {@code left} in the lower half of each 128 bits, those of {@code right} in the upper one.
   *
   * @throws IllegalStateException unless the instructions are {@link VectorSet#AVX2}
   */
  public void packWords(int to, int left, int right) {
    require(VectorSet.AVX2);
    vector(PACK_WORDS, to, left, right);
  }

  /** The same for words that become unsigned bytes. */
  public void packBytes(int to, int left, int right) {
    require(VectorSet.AVX2);
    vector(PACK_BYTES, to, left, right);
  }

  /**
   * {@code to = the lanes of from in the order} that the lanes of {@code order} say.
   *
   * @throws IllegalStateException unless the instructions are {@link VectorSet#AVX2}
   */
  public void permute(int to, int order, int from) {
    require(VectorSet.AVX2);
    vector(PERMUTE, to, order, from);
  }

  /**
   * {@code the 16 bytes at to = the lower half of from}.
   *
   * @throws IllegalStateException unless the instructions are {@link VectorSet#AVX2}
   */
  public void storeLower(Operand to, int from) {
    require(VectorSet.AVX2);
    vector(EXTRACT, from, 0, to);
    bytes(0);
  }

  private void require(VectorSet set) {
    if (vectors != set) {
      throw new IllegalStateException("an instruction of " + set + " in code for " + vectors);
    }
  }

  /** {@code to = the float at from}, in each lane. */
  public void broadcast(int to, Operand from) {
    vector(BROADCAST, to, 0, from);
  }

  /** {@code to = value}, in each lane. */
  public void broadcast(int to, float value) {
    Label constant = constants.computeIfAbsent(Float.floatToRawIntBits(value), bits -> new Label());
    prefix(BROADCAST, to, 0, 0, 0);
    bytes(to << 3 & 0x38 | 5); // relative to the next instruction
    reference(constant);
  }

  /** Lets code that follows use the older vector instructions without a penalty. */
  public void zeroUpper() {
    bytes(0xC5, 0xF8, 0x77);
  }

  private void prefix(Instruction instruction, int reg, int source, int index, int base) {
    vectors.prefix(
        this,
        new VectorSet.Prefix(instruction.map(), instruction.mandatory(), reg, source, index, base));
    bytes(instruction.opcode());
  }

  private void vector(Instruction instruction, int reg, int source, int second) {
    check(reg, source, second);
    prefix(instruction, reg, source, second >> 4, second >> 3 & 1);
    bytes(0xC0 | (reg & 7) << 3 | second & 7);
  }

  private void vector(Instruction instruction, int reg, int source, Operand second) {
    check(reg, source);
    prefix(
        instruction,
        reg,
        source,
        second.index().map(Register::high).orElse(0),
        second.base().high());
    operand(reg & 7, second);
  }

  private void check(int... registers) {
    for (int register : registers) {
      if (register < 0 || register >= vectors.registers()) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s has no vector register %d", vectors, register));
      }
    }
  }

  /** The operand byte, and what belongs to it. */
  private void operand(int reg, Operand memory) {
    int base = memory.base().low();
    // RSP's number, and R12's, says that a byte with an index follows; as an index it means none.
    int follows = Register.RSP.low();
    if (memory.index().isPresent()) {
      bytes(0x80 | reg << 3 | follows, memory.index().get().low() << 3 | base);
    } else if (base == follows) {
      bytes(0x80 | reg << 3 | follows, follows << 3 | base);
    } else {
      bytes(0x80 | reg << 3 | base);
    }
    word(memory.displacement());
  }

  /**
   * The finished code, with its constants behind it.
   *
   * @throws IllegalStateException if a label has no place
   */
  public byte[] finish() {
    while (size % Float.BYTES != 0) {
      bytes(0xCC);
    }
    constants.forEach(
        (bits, label) -> {
          place(label);
          word(bits);
        });
    ByteBuffer bytes = ByteBuffer.wrap(code, 0, size).order(ByteOrder.LITTLE_ENDIAN);
    for (Label label : pending) {
      int target =
          label.position().orElseThrow(() -> new IllegalStateException("a label has no place"));
      label.references().forEach(at -> bytes.putInt(at, target - at - Integer.BYTES));
    }
    return Arrays.copyOf(code, size);
  }
}
