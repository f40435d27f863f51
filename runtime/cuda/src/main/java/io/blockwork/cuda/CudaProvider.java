package io.blockwork.cuda;

import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.CudaLibraries;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.LibraryFolders;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.EngineProvider;
import io.blockwork.engine.Precision;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Offers {@link CudaEngine}. */
public final class CudaProvider implements EngineProvider {
  private static final int RANK = 200;

  private final LibraryFolders folders;

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {
    this(LibraryFolders.ofThisMachine());
  }

  CudaProvider(LibraryFolders folders) {
    this.folders = folders;
  }

  @Override
  public String name() {
    return CudaEngine.NAME;
  }

  @Override
  public int rank() {
    return RANK;
  }

  @Override
  public boolean runs(DataType type) {
    return type == DataType.FLOAT;
  }

  @Override
  public Optional<String> unavailable() {
    try {
      Device.open(CudaLibraries.load(folders), 0);
      return Optional.empty();
    } catch (IllegalStateException | CudaException | LinkageError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Makes an engine.
   *
   * @throws UnsupportedOperationException if the GPU does not compute in the precision
   * @throws IllegalStateException if the driver, a library or a GPU is missing or too old
   * @throws IllegalArgumentException if there is no GPU of that number
   */
  @Override
  public CudaEngine create(EngineOptions options) {
    Numerics numerics =
        options.precision() == Precision.BFLOAT16 ? Numerics.BFLOAT16 : Numerics.FLOAT;
    return CudaEngine.open(
        folders, options.device().orElse(0), numerics, options.deterministic(), options.tuning());
  }
}
