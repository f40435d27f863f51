package io.blockwork.engine.onednn;

import io.blockwork.engine.x86.MachineCode;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.io.SafeText;
import io.blockwork.memory.JavaCpp;
import io.blockwork.memory.NativeFunctions;
import io.blockwork.parameters.SharedWork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;

/** The native library: whether it loads, its CPU engine, and the threads it uses. */
final class OneDnnLibrary {
  private static final int SEVEN_BITS = 64;
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private OneDnnLibrary() {}

  /** Loaded on first use, once. */
  private static final class Holder {
    static final Optional<String> FAILURE = load();

    private static Optional<String> load() {
      JavaCpp.prepare();
      // JNA, and what code of our own needs of it, start on another processor meanwhile. Failures
      // are told where they are used.
      SharedWork.start(List.of(NativeFunctions::prepare));
      try {
        Loader.load(dnnl.class);
        SharedWork.start(List.of(MachineCode::obstacle));
        return Optional.empty();
      } catch (LinkageError | RuntimeException e) {
        return Optional.of(e.toString());
      }
    }
  }

  private static final class Cpu {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
    static final OpenMp OPEN_MP = OpenMp.find();
  }

  /** Why the library cannot be used, or nothing if it can. */
  static Optional<String> failure() {
    return Holder.FAILURE;
  }

  static engine cpu() {
    return Cpu.ENGINE;
  }

  static stream newStream() {
    return new stream(Cpu.ENGINE);
  }

  /** The library's version. */
  static String version() {
    dnnl_version_t version = dnnl.dnnl_version();
    return SafeText.format("%d.%d.%d", version.major(), version.minor(), version.patch());
  }

  /** The instructions that it uses, as it numbers them. */
  static int instructions() {
    return dnnl.dnnl_get_effective_cpu_isa();
  }

  /** What the system calls the processor. */
  static String processor() {
    return fact("model name")
        .orElseGet(
            () ->
                Objects.requireNonNullElse(
                    System.getenv("PROCESSOR_IDENTIFIER"), System.getProperty("os.arch")));
  }

  /**
   * Who made the processor, as it says itself: {@code AuthenticAMD}. A virtual machine may give the
   * processor another name, but not another maker. Where the system does not tell, its name.
   */
  static String maker() {
    return fact("vendor_id").orElseGet(OneDnnLibrary::processor);
  }

  /** What Linux tells of the first processor; nothing elsewhere. */
  private static Optional<String> fact(String name) {
    try (Stream<String> facts = Files.lines(PROCESSORS)) {
      return facts
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      // Not Linux.
      return Optional.empty();
    }
  }

  /** Whether the processor multiplies bfloat16 natively. */
  static boolean nativeBfloat16() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    return (isa & dnnl.dnnl_cpu_isa_avx512_core_bf16) == dnnl.dnnl_cpu_isa_avx512_core_bf16
        || (isa & dnnl.dnnl_cpu_isa_avx2_vnni_2) == dnnl.dnnl_cpu_isa_avx2_vnni_2;
  }

  /** Version, instructions and threads, for bug reports. */
  static String describe() {
    return SafeText.format(
        "oneDNN %s, %s, bfloat16 %s, %d threads",
        version(),
        vectors()
            .map(set -> set.name().toLowerCase(Locale.ROOT))
            .orElse("neither AVX2 nor AVX-512"),
        nativeBfloat16() ? "in hardware" : "emulated",
        threads());
  }

  /**
   * The largest magnitude of a weight in bytes. Without instructions that sum four products of
   * bytes in 32 bits, oneDNN sums two in 16, which is exact up to this only.
   */
  static int largestByteWeight() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    boolean exact =
        (isa & dnnl.dnnl_cpu_isa_avx512_core_vnni) == dnnl.dnnl_cpu_isa_avx512_core_vnni
            || (isa & dnnl.dnnl_cpu_isa_avx2_vnni) == dnnl.dnnl_cpu_isa_avx2_vnni;
    return exact ? Byte.MAX_VALUE : SEVEN_BITS;
  }

  /** The vector instructions that oneDNN uses, and that code of our own may use. */
  static Optional<VectorSet> vectors() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    if ((isa & dnnl.dnnl_cpu_isa_avx512_core) == dnnl.dnnl_cpu_isa_avx512_core) {
      return Optional.of(VectorSet.AVX512);
    }
    return (isa & dnnl.dnnl_cpu_isa_avx2) == dnnl.dnnl_cpu_isa_avx2
        ? Optional.of(VectorSet.AVX2)
        : Optional.empty();
  }

  /** Threads that primitives made on the calling thread use. */
  static int threads() {
    return Cpu.OPEN_MP.threads();
  }

  /** Whether the processor has kernels for blocks of {@link Layout#BLOCK} channels. */
  static boolean hasBlockKernels() {
    return vectors().equals(Optional.of(VectorSet.AVX512));
  }

  /** Does the work; primitives that it makes or runs on the calling thread use so many threads. */
  static void onThreads(int threads, Runnable work) {
    onThreads(
        threads,
        () -> {
          work.run();
          return true;
        });
  }

  /** {@link #onThreads(int, Runnable)} for work that makes something. */
  static <T> T onThreads(int threads, Supplier<T> work) {
    int before = Cpu.OPEN_MP.threads();
    if (before == threads) {
      return work.get();
    }
    Cpu.OPEN_MP.threads(threads);
    try {
      return work.get();
    } finally {
      Cpu.OPEN_MP.threads(before);
    }
  }
}
