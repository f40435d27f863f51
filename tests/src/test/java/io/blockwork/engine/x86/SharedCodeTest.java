package io.blockwork.engine.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often code is written, and when its memory is given back. */
final class SharedCodeTest {
  private final AtomicInteger written = new AtomicInteger();

  /** Forms of this test alone. */
  private record Form(int number) {}

  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(MachineCode.obstacle().isEmpty(), () -> MachineCode.obstacle().orElse(""));
  }

  private SharedCode code(int form) {
    return SharedCode.of(
            new Form(form),
            () -> {
              written.incrementAndGet();
              var assembler = new Assembler(VectorSet.AVX2);
              assembler.ret();
              return assembler.finish();
            })
        .orElseThrow();
  }

  private static boolean isExecutable(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains(" r-x"))
        .map(line -> line.substring(0, line.indexOf(' ')).split("-"))
        .anyMatch(
            range ->
                Long.parseUnsignedLong(range[0], 16) <= address
                    && address < Long.parseUnsignedLong(range[1], 16));
  }

  @Test
  void equalFormsShareWhatWasWrittenOnce() {
    try (SharedCode first = code(1);
        SharedCode second = code(1);
        SharedCode other = code(2)) {
      assertEquals(first.address(), second.address());
      assertNotEquals(first.address(), other.address());
      assertEquals(2, written.get());
    }
  }

  @Test
  void theLastUserGivesTheMemoryBack() throws IOException {
    int before = SharedCode.living();
    SharedCode first = code(3);
    SharedCode second = code(3);
    first.close();
    first.close();
    assertEquals(before + 1, SharedCode.living());
    assertEquals(true, isExecutable(second.address()));
    second.close();
    assertEquals(before, SharedCode.living());
    assertEquals(false, isExecutable(second.address()));
    code(3).close();
    assertEquals(2, written.get());
  }

  @Test
  void codeThatCannotBeWrittenLeavesNothing() {
    int before = SharedCode.living();
    assertThrows(
        IllegalStateException.class,
        () ->
            SharedCode.of(
                new Form(4),
                () -> {
                  throw new IllegalStateException("a label has no place");
                }));
    assertEquals(before, SharedCode.living());
  }
}
