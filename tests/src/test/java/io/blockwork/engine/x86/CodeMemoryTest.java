package io.blockwork.engine.x86;

import static io.blockwork.engine.x86.Operand.at;
import static io.blockwork.engine.x86.Register.RAX;
import static io.blockwork.engine.x86.Register.RDI;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class CodeMemoryTest {
  private static final Path MAPS = Path.of("/proc/self/maps");

  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  private static byte[] addsOne() {
    var assembler = new Assembler(VectorSet.AVX2);
    assembler.load(RAX, at(RDI));
    assembler.add(RAX, 1);
    assembler.store(at(RDI), RAX);
    assembler.ret();
    return assembler.finish();
  }

  /** What the system allows with the memory at the address: {@code r-xp}. */
  private static Optional<String> permissions(long address) throws IOException {
    for (String line : Files.readAllLines(MAPS)) {
      String[] range = line.substring(0, line.indexOf(' ')).split("-");
      if (Long.parseUnsignedLong(range[0], 16) <= address
          && address < Long.parseUnsignedLong(range[1], 16)) {
        return Optional.of(line.split(" ")[1]);
      }
    }
    return Optional.empty();
  }

  @Test
  void runsCodeThatCannotBeWritten() throws IOException {
    try (CodeMemory code = CodeMemory.of(addsOne()).orElseThrow();
        NativeBlock block = NativeBlock.allocate(8)) {
      block.clear();
      OpenMpRegion.find().orElseThrow().run(code.address(), block.address(), 1);
      assertEquals(1, NativeValues.bytes(block.address(), 8).get(0));
      assertEquals(Optional.of("r-xp"), permissions(code.address()));
    }
  }

  @Test
  void givesTheMemoryBack() throws IOException {
    CodeMemory code = CodeMemory.of(addsOne()).orElseThrow();
    code.close();
    code.close();
    assertEquals(Optional.empty(), permissions(code.address()).filter(p -> p.contains("x")));
  }
}
