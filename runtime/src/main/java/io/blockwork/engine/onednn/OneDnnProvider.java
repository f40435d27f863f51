package io.blockwork.engine.onednn;

import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.EngineProvider;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Offers {@link OneDnnEngine}. */
public final class OneDnnProvider implements EngineProvider {
  static final String NAME = "onednn";
  private static final int RANK = 100;

  /** For {@link java.util.ServiceLoader}. */
  public OneDnnProvider() {}

  @Override
  public String name() {
    return NAME;
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
    return OneDnnEngine.unavailable();
  }

  @Override
  public String describe() {
    return unavailable().isPresent() ? "" : OneDnnLibrary.describe();
  }

  @Override
  public OneDnnEngine create(EngineOptions options) {
    return new OneDnnEngine(options);
  }
}
