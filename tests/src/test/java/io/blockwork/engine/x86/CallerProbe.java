package io.blockwork.engine.x86;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.R15;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBP;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RDI;
import static io.blockwork.engine.x86.Register.RSP;

import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls a function with known values in the registers that it must not change, and keeps what they
 * hold afterwards (System V ABI for x86-64, section 3.2.1).
 */
public final class CallerProbe {
  private static final List<Register> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);
  private static final int STACK = 6;
  private static final int CONTROL = 7;
  private static final int ASKED_CONTROL = 8;
  private static final int USUAL_CONTROL = 9;
  private static final int VECTORS = 128;

  /** Usual control and status of vector instructions, and the same with rounding towards zero. */
  private static final int USUAL = 0x1F80;

  private static final int TOWARDS_ZERO = 0x7F80;

  /** Flags of exceptions, such as inexact results, which functions may raise. */
  private static final int FLAGS = 0x3F;

  private CallerProbe() {}

  private static long pattern(int i) {
    return 0x1122334455667788L * (i + 3);
  }

  /**
   * What a call of {@code function(argument)} has changed and must not.
   *
   * @param vectors instructions that the function uses
   */
  public static List<String> damage(VectorSet vectors, long function, long argument) {
    int bytes = VECTORS + 16 * vectors.bytes();
    try (CodeMemory code = CodeMemory.of(code(vectors, function, argument)).orElseThrow();
        NativeBlock block = NativeBlock.allocate(bytes)) {
      block.clear();
      var words = NativeValues.bytes(block.address(), VECTORS).asLongBuffer();
      words.put(ASKED_CONTROL, TOWARDS_ZERO);
      words.put(USUAL_CONTROL, USUAL);
      OpenMpRegion.find().orElseThrow().run(code.address(), block.address(), 1);
      List<String> damage = new ArrayList<>();
      for (int i = 0; i < SAVED.size(); i++) {
        if (words.get(i) != pattern(i)) {
          damage.add(SAVED.get(i).name());
        }
      }
      if (words.get(STACK) != 0) {
        damage.add("RSP");
      }
      if ((words.get(CONTROL) & ~FLAGS) != TOWARDS_ZERO) {
        damage.add("MXCSR");
      }
      var floats = NativeValues.bytes(block.address() + VECTORS, bytes - VECTORS).asIntBuffer();
      for (int i = 0; i < floats.capacity(); i++) {
        // vzeroupper leaves the lower 128 bits as they are.
        if (i % vectors.lanes() >= 4 && floats.get(i) != 0) {
          damage.add("upper half of vector register " + i / vectors.lanes());
          break;
        }
      }
      return damage;
    }
  }

  private static byte[] code(VectorSet vectors, long function, long argument) {
    var a = new Assembler(vectors);
    SAVED.forEach(a::push);
    a.sub(RSP, 24);
    a.store(at(RSP), RDI);
    a.store(at(RSP, 8), RSP);
    a.bytes(0x0F, 0xAE, 0x97, ASKED_CONTROL * 8, 0, 0, 0); // ldmxcsr [rdi+64]
    for (int i = 0; i < SAVED.size(); i++) {
      a.move(SAVED.get(i), pattern(i));
    }
    a.move(RDI, argument);
    a.move(RAX, function);
    a.call(RAX);
    a.load(RAX, at(RSP));
    for (int i = 0; i < SAVED.size(); i++) {
      a.store(at(RAX, i * 8), SAVED.get(i));
    }
    a.move(RBX, RSP);
    a.load(RBP, at(RSP, 8));
    a.compare(RBX, RBP);
    Label same = a.label();
    a.jump(Assembler.Condition.ZERO, same);
    a.store(at(RAX, STACK * 8), RBX);
    a.place(same);
    a.bytes(0x0F, 0xAE, 0x98, CONTROL * 8, 0, 0, 0); // stmxcsr [rax+56]
    a.bytes(0x0F, 0xAE, 0x90, USUAL_CONTROL * 8, 0, 0, 0); // ldmxcsr [rax+72]
    for (int i = 0; i < 16; i++) {
      a.store(at(RAX, VECTORS + i * vectors.bytes()), i);
    }
    a.zeroUpper();
    a.add(RSP, 24);
    for (int i = SAVED.size() - 1; i >= 0; i--) {
      a.pop(SAVED.get(i));
    }
    a.ret();
    return a.finish();
  }
}
