package io.blockwork.engine.onednn;

import java.util.Optional;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** The native library: whether it loads, its CPU engine, and the threads it uses. */
final class OneDnnLibrary {
  private OneDnnLibrary() {}

  /** Loaded on first use, once. */
  private static final class Holder {
    static final Optional<String> FAILURE = load();

    private static Optional<String> load() {
      try {
        Loader.load(dnnl.class);
        return Optional.empty();
      } catch (LinkageError | RuntimeException e) {
        return Optional.of(e.toString());
      }
    }
  }

  private static final class Cpu {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
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

  /** Whether the processor multiplies bfloat16 natively. */
  static boolean nativeBfloat16() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    return (isa & dnnl.dnnl_cpu_isa_avx512_core_bf16) == dnnl.dnnl_cpu_isa_avx512_core_bf16
        || (isa & dnnl.dnnl_cpu_isa_avx2_vnni_2) == dnnl.dnnl_cpu_isa_avx2_vnni_2;
  }

  private static NativeOps openMp() {
    // ND4J and oneDNN share one OpenMP runtime in the process; ND4J offers its setting to Java.
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }

  /** Threads that primitives made or run by the calling thread will use. */
  static int threads() {
    return openMp().ompGetMaxThreads();
  }

  /** Sets the threads of primitives made or run by the calling thread. */
  static void threads(int threads) {
    openMp().setOmpNumThreads(threads);
  }
}
