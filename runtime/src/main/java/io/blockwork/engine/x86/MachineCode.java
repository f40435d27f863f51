package io.blockwork.engine.x86;

import java.util.Locale;
import java.util.Optional;

/** Whether this process may run code of its own. */
public final class MachineCode {
  private MachineCode() {}

  /** Found out on first use, once. */
  private static final class Holder {
    static final Optional<String> OBSTACLE = look();
  }

  /**
   * Why this process cannot run code of its own, or nothing if it can.
   *
   * <p>oneDNN's library must have been loaded. The answer is found by running the shortest function
   * that there is, since nothing else tells whether the system (SELinux, a hardened container, a
   * filter of system calls) gives executable memory.
   */
  public static Optional<String> obstacle() {
    return Holder.OBSTACLE;
  }

  private static Optional<String> look() {
    String system = System.getProperty("os.name");
    String processor = System.getProperty("os.arch");
    if (!system.startsWith("Linux") || !processor.equals("amd64")) {
      return Optional.of(
          String.format(Locale.ROOT, "it is for Linux on x86-64, not %s on %s", system, processor));
    }
    Optional<OpenMpRegion> region = OpenMpRegion.find();
    if (region.isEmpty()) {
      return Optional.of("oneDNN's threads are not GNU OpenMP's here, or JNA does not work");
    }
    var code = new Assembler(VectorSet.AVX2);
    code.ret();
    Optional<CodeMemory> memory = CodeMemory.of(code.finish());
    if (memory.isEmpty()) {
      return Optional.of("the system gives no executable memory");
    }
    try (CodeMemory executable = memory.get()) {
      region.get().run(executable.address(), 0, 1);
    }
    return Optional.empty();
  }
}
