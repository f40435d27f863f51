package io.blockwork.engine.onednn;

import io.blockwork.memory.NativeFunctions;
import io.blockwork.memory.NativeFunctions.NativeFunction;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The threads that OpenMP gives to what the calling thread runs. ND4J and oneDNN share one OpenMP
 * runtime in the process. ND4J offers its setting to Java, but takes longer to start than a network
 * to predict; so OpenMP is called directly where its functions are found.
 */
sealed interface OpenMp {
  /** Threads of parallel regions that the calling thread enters. */
  int threads();

  /** Sets them. */
  void threads(int count);

  /** The way that works here; oneDNN's library, and OpenMP with it, must have been loaded. */
  static OpenMp find() {
    Optional<NativeFunction> get = NativeFunctions.find("omp_get_max_threads");
    Optional<NativeFunction> set = NativeFunctions.find("omp_set_num_threads");
    return get.isPresent() && set.isPresent() ? new Direct(get.get(), set.get()) : throughNd4j();
  }

  private static OpenMp throughNd4j() {
    // The holder is of use only after ND4J has found its backend.
    Nd4j.getBackend();
    return new ThroughNd4j(NativeOpsHolder.getInstance().getDeviceNativeOps());
  }

  /** OpenMP's own functions. */
  record Direct(NativeFunction get, NativeFunction set) implements OpenMp {
    @Override
    public int threads() {
      return get.call();
    }

    @Override
    public void threads(int count) {
      set.call(count);
    }
  }

  /** What ND4J does with them. */
  record ThroughNd4j(NativeOps operations) implements OpenMp {
    @Override
    public int threads() {
      return operations.ompGetMaxThreads();
    }

    @Override
    public void threads(int count) {
      operations.setOmpNumThreads(count);
    }
  }
}
