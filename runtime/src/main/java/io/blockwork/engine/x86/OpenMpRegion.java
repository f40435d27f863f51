package io.blockwork.engine.x86;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.blockwork.memory.NativeFunctions;
import io.blockwork.memory.NativeFunctions.NativeFunction;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/**
 * Runs code on the threads of GNU OpenMP, the pool that oneDNN's kernels run on: a pool of another
 * kind beside it would keep the processors busy with waiting.
 *
 * @param threadNumber address of {@code int omp_get_thread_num(void)}
 * @param threads address of {@code int omp_get_num_threads(void)}
 */
public record OpenMpRegion(long threadNumber, long threads) {
  /** Looked up on first use, once. */
  private static final class Holder {
    static final Optional<OpenMpRegion> REGION = look();
  }

  /**
   * The pool, or nothing where oneDNN has another one (musl, Windows, macOS) or JNA does not work.
   */
  public static Optional<OpenMpRegion> find() {
    return Holder.REGION;
  }

  private static Optional<OpenMpRegion> look() {
    try {
      Loader.load(Loader.class);
      Optional<NativeFunction> where = NativeFunctions.find("dladdr");
      long start = address("GOMP_parallel");
      long number = address("omp_get_thread_num");
      long count = address("omp_get_num_threads");
      if (where.isEmpty() || start == 0 || number == 0 || count == 0) {
        return Optional.empty();
      }
      return Calls.register(where.get(), start)
          ? Optional.of(new OpenMpRegion(number, count))
          : Optional.empty();
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }

  private static long address(String function) {
    org.bytedeco.javacpp.Pointer found = Loader.addressof(function);
    return found == null ? 0 : found.address();
  }

  /**
   * Runs {@code void code(void *data)} on several threads at once and waits for all.
   *
   * @param code its address
   * @param data its argument
   * @param threads how many threads to ask for; OpenMP may give fewer
   */
  public void run(long code, long data, int threads) {
    Calls.parallel(code, data, threads, 0);
  }

  /** JNA's direct mapping: a call costs half a microsecond and no garbage. */
  private static final class Calls {
    private static final int PATH = 0;
    private static final int INFORMATION_BYTES = 32;

    /** {@code GOMP_parallel}: see GNU libgomp's manual, "Implementing PARALLEL construct". */
    static native void parallel(long function, long data, int threads, int flags);

    /** Finds the library that has the function, since there may be others of its name. */
    static boolean register(NativeFunction where, long function) {
      try (var information = new com.sun.jna.Memory(INFORMATION_BYTES)) {
        if (where.call(function, Pointer.nativeValue(information)) == 0) {
          return false;
        }
        String path = information.getPointer(PATH).getString(0);
        Native.register(
            Calls.class,
            NativeLibrary.getInstance(
                path,
                Map.of(
                    Library.OPTION_FUNCTION_MAPPER,
                    (com.sun.jna.FunctionMapper) (library, method) -> "GOMP_parallel")));
        return true;
      }
    }
  }
}
