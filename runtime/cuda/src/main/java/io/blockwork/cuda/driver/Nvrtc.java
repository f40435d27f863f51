package io.blockwork.cuda.driver;

import com.sun.jna.Pointer;

/** The functions of NVRTC, CUDA's compiler at run time, that are used; see {@link Driver}. */
public interface Nvrtc {
  /** How many architectures it compiles for. */
  void nvrtcGetNumSupportedArchs(int[] count);

  /** Which, as 10 * major + minor. */
  void nvrtcGetSupportedArchs(int[] architectures);

  /** A program of source text. */
  void nvrtcCreateProgram(
      long[] program, String source, String name, int headers, long sources, long names);

  /** Compiles it; {@code options} are addresses of texts. */
  void nvrtcCompileProgram(long program, int count, Pointer options);

  /** Bytes of the compiler's words. */
  void nvrtcGetProgramLogSize(long program, long[] bytes);

  /** The compiler's words. */
  void nvrtcGetProgramLog(long program, byte[] log);

  /** Bytes of the machine code. */
  void nvrtcGetCUBINSize(long program, long[] bytes);

  /** The machine code. */
  void nvrtcGetCUBIN(long program, byte[] code);

  /** Bytes of the portable code. */
  void nvrtcGetPTXSize(long program, long[] bytes);

  /** The portable code. */
  void nvrtcGetPTX(long program, byte[] code);

  /** Frees it; the handle is in an array. */
  void nvrtcDestroyProgram(long[] program);
}
