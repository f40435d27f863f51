package io.blockwork.engine.winograd;

import io.blockwork.engine.x86.VectorSet;
import org.bytedeco.dnnl.global.dnnl;

/** What the processor of this machine can, by oneDNN's word. */
public final class Processor {
  private Processor() {}

  /** Whether it has the instructions. */
  public static boolean has(VectorSet vectors) {
    int wanted =
        switch (vectors) {
          case AVX2 -> dnnl.dnnl_cpu_isa_avx2;
          case AVX512 -> dnnl.dnnl_cpu_isa_avx512_core;
        };
    return (dnnl.dnnl_get_effective_cpu_isa() & wanted) == wanted;
  }
}
