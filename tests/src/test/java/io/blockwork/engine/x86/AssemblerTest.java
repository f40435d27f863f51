package io.blockwork.engine.x86;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.R10;
import static io.blockwork.engine.x86.Register.R12;
import static io.blockwork.engine.x86.Register.R13;
import static io.blockwork.engine.x86.Register.R14;
import static io.blockwork.engine.x86.Register.R8;
import static io.blockwork.engine.x86.Register.R9;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RBP;
import static io.blockwork.engine.x86.Register.RBX;
import static io.blockwork.engine.x86.Register.RCX;
import static io.blockwork.engine.x86.Register.RDI;
import static io.blockwork.engine.x86.Register.RDX;
import static io.blockwork.engine.x86.Register.RSI;
import static io.blockwork.engine.x86.Register.RSP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.engine.x86.Assembler.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds every instruction to what GNU as makes of it, see {@code x86/assemble.sh}. */
final class AssemblerTest {
  private final Map<String, Consumer<Assembler>> instructions = new LinkedHashMap<>();

  private static Map<String, String> encodings() {
    Map<String, String> encodings = new TreeMap<>();
    try (var in = AssemblerTest.class.getResourceAsStream("/x86/encodings.txt")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        encodings.put(line.substring(line.indexOf('|') + 2), line.substring(0, line.indexOf(' ')));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return encodings;
  }

  private void scalar() {
    instructions.put("push rbx", a -> a.push(RBX));
    instructions.put("push r12", a -> a.push(R12));
    instructions.put("pop rbp", a -> a.pop(RBP));
    instructions.put("pop r13", a -> a.pop(R13));
    instructions.put("mov rbx, rdi", a -> a.move(RBX, RDI));
    instructions.put("mov r9, rax", a -> a.move(R9, RAX));
    instructions.put("mov rax, r10", a -> a.move(RAX, R10));
    instructions.put("movabs rsi, 0x123456789abcdef0", a -> a.move(RSI, 0x123456789abcdef0L));
    instructions.put("movabs r8, -2", a -> a.move(R8, -2));
    instructions.put("mov rax, [rbx+16]", a -> a.load(RAX, at(RBX, 16)));
    instructions.put("mov r10, [r12+8]", a -> a.load(R10, at(R12, 8)));
    instructions.put("mov rdx, [r13]", a -> a.load(RDX, at(R13)));
    instructions.put("mov [rsp+24], r9", a -> a.store(at(RSP, 24), R9));
    instructions.put("lea rcx, [r8+r9*1-64]", a -> a.address(RCX, at(R8, R9, -64)));
    instructions.put("prefetcht1 [rdi+128]", a -> a.prefetch(at(RDI, 128)));
    instructions.put("prefetcht1 [r12+r9*1]", a -> a.prefetch(at(R12, R9, 0)));
    instructions.put("add rcx, 64", a -> a.add(RCX, 64));
    instructions.put("add r12, 4096", a -> a.add(R12, 4096));
    instructions.put("sub rsp, 40", a -> a.sub(RSP, 40));
    instructions.put("sub r10, 300", a -> a.sub(R10, 300));
    instructions.put("cmp rcx, 2048", a -> a.compare(RCX, 2048));
    instructions.put("cmp r13, 0", a -> a.compare(R13, 0));
    instructions.put("cmp rbx, r9", a -> a.compare(RBX, R9));
    instructions.put("add rbx, r10", a -> a.add(RBX, R10));
    instructions.put("imul rdx, r8, 1000", a -> a.multiply(RDX, R8, 1000));
    instructions.put("mov eax, eax", a -> a.widen(RAX, RAX));
    instructions.put("mov ecx, r9d", a -> a.widen(RCX, R9));
    instructions.put("call rax", a -> a.call(RAX));
    instructions.put("call r10", a -> a.call(R10));
    instructions.put("ret", Assembler::ret);
    instructions.put("vzeroupper", Assembler::zeroUpper);
  }

  /** Registers of every group of four bits, and every kind of address. */
  private void vector(String name, int high, int higher) {
    String r1 = name + 1;
    String r2 = name + high;
    String r3 = name + higher;
    instructions.put("vmovups " + r1 + ", [rax+64]", a -> a.load(1, at(RAX, 64)));
    instructions.put("vmovups " + r2 + ", [r12+rcx*1]", a -> a.load(high, at(R12, RCX, 0)));
    instructions.put("vmovups " + r3 + ", [rsp+128]", a -> a.load(higher, at(RSP, 128)));
    instructions.put("vmovups [r13+r9*1-4], " + r3, a -> a.store(at(R13, R9, -4), higher));
    instructions.put("vmovups [rbp], " + r2, a -> a.store(at(RBP), high));
    instructions.put("vmovaps " + r1 + ", " + r3, a -> a.copy(1, higher));
    instructions.put("vmovaps " + r3 + ", " + r2, a -> a.copy(higher, high));
    String xor = name.equals("zmm") ? "vpxord " : "vpxor ";
    instructions.put(xor + r3 + ", " + r3 + ", " + r3, a -> a.zero(higher));
    instructions.put("vaddps " + r1 + ", " + r2 + ", " + r3, a -> a.add(1, high, higher));
    instructions.put(
        "vaddps " + r3 + ", " + r1 + ", [rdx+r8*1+4]", a -> a.add(higher, 1, at(RDX, R8, 4)));
    instructions.put("vsubps " + r2 + ", " + r3 + ", " + r1, a -> a.sub(high, higher, 1));
    instructions.put("vmulps " + r3 + ", " + r1 + ", " + r2, a -> a.mul(higher, 1, high));
    instructions.put("vdivps " + r2 + ", " + r1 + ", " + r3, a -> a.div(high, 1, higher));
    instructions.put("vpslld " + r3 + ", " + r2 + ", 23", a -> a.shiftLeft(higher, high, 23));
    instructions.put("vpslld " + r1 + ", " + r3 + ", 7", a -> a.shiftLeft(1, higher, 7));
    instructions.put(
        "vfmadd213ps " + r2 + ", " + r3 + ", " + r1, a -> a.multiplyAdd(high, higher, 1));
    instructions.put("vminps " + r1 + ", " + r3 + ", " + r2, a -> a.min(1, higher, high));
    instructions.put("vmaxps " + r2 + ", " + r1 + ", " + r3, a -> a.max(high, 1, higher));
    instructions.put("vfmadd231ps " + r3 + ", " + r2 + ", " + r1, a -> a.fma(higher, high, 1));
    instructions.put("vfnmadd231ps " + r1 + ", " + r3 + ", " + r3, a -> a.fnma(1, higher, higher));
    instructions.put(
        "vfmadd213ps " + r1 + ", " + r3 + ", " + r2, a -> a.multiplyAdd(1, higher, high));
    instructions.put("vcvtdq2ps " + r3 + ", " + r2, a -> a.toFloats(higher, high));
    instructions.put("vcvtps2dq " + r2 + ", " + r3, a -> a.toIntegers(high, higher));
    instructions.put("vpmovzxbd " + r2 + ", [rsi+16]", a -> a.loadBytes(high, at(RSI, 16)));
    instructions.put("vpmovzxbd " + r3 + ", [r12]", a -> a.loadBytes(higher, at(R12)));
    instructions.put(
        "vbroadcastss " + r3 + ", dword ptr [r8+rcx*1+12]",
        a -> a.broadcast(higher, at(R8, RCX, 12)));
  }

  private void onlyAvx2() {
    instructions.put("vpackusdw ymm1, ymm9, ymm15", a -> a.packWords(1, 9, 15));
    instructions.put("vpackuswb ymm15, ymm1, ymm9", a -> a.packBytes(15, 1, 9));
    instructions.put("vpermd ymm9, ymm15, ymm1", a -> a.permute(9, 15, 1));
    instructions.put("vextracti128 [r14+32], ymm1, 0", a -> a.storeLower(at(R14, 32), 1));
    instructions.put("vextracti128 [rax+rcx*1], ymm15, 0", a -> a.storeLower(at(RAX, RCX, 0), 15));
  }

  private void onlyAvx512() {
    instructions.put("vpmovdb [r14+16], zmm1", a -> a.storeBytes(at(R14, 16), 1));
    instructions.put("vpmovdb [rax+rcx*1], zmm30", a -> a.storeBytes(at(RAX, RCX, 0), 30));
  }

  @TestFactory
  Stream<DynamicTest> encodesAsGnuAs() {
    Map<String, String> expected = encodings();
    scalar();
    vector("ymm", 9, 15);
    onlyAvx2();
    var avx2 = new LinkedHashMap<>(instructions);
    instructions.clear();
    vector("zmm", 13, 30);
    onlyAvx512();
    assertEquals(expected.size(), avx2.size() + instructions.size());
    return Stream.concat(
        tests(VectorSet.AVX2, avx2, expected), tests(VectorSet.AVX512, instructions, expected));
  }

  private static Stream<DynamicTest> tests(
      VectorSet set, Map<String, Consumer<Assembler>> instructions, Map<String, String> expected) {
    return instructions.entrySet().stream().map(e -> test(set, e.getKey(), e.getValue(), expected));
  }

  private static DynamicTest test(
      VectorSet set, String text, Consumer<Assembler> instruction, Map<String, String> expected) {
    return DynamicTest.dynamicTest(
        text,
        () -> {
          var assembler = new Assembler(set);
          instruction.accept(assembler);
          String all = HexFormat.of().formatHex(assembler.finish());
          // Code is filled up to whole words with cc.
          String bytes = Objects.requireNonNull(expected.get(text), text);
          assertEquals(bytes, all.substring(0, Math.min(all.length(), bytes.length())));
          assertEquals("", all.substring(bytes.length()).replace("cc", ""));
        });
  }

  @Test
  void jumpsLeadToTheirLabels() {
    var assembler = new Assembler(VectorSet.AVX2);
    var end = assembler.label();
    var loop = assembler.here();
    assembler.jump(Condition.AT_MOST, end);
    assembler.jump(Condition.LESS, loop);
    assembler.jump(Condition.NOT_ZERO, loop);
    assembler.place(end);
    assembler.ret();
    assertEquals(
        "0f8e0c000000" + "0f8cf4ffffff" + "0f85eeffffff" + "c3cc",
        HexFormat.of().formatHex(assembler.finish()));
  }

  @Test
  void refusesALabelWithoutPlaceAndWhatTheInstructionSetHasNot() {
    var assembler = new Assembler(VectorSet.AVX2);
    assertThrows(IllegalArgumentException.class, () -> assembler.add(16, 0, 1));
    assertThrows(IllegalStateException.class, () -> assembler.storeBytes(at(RAX), 1));
    assembler.jump(Condition.ZERO, assembler.label());
    assertThrows(IllegalStateException.class, assembler::finish);
  }
}
