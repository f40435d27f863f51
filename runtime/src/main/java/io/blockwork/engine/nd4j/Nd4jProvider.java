package io.blockwork.engine.nd4j;

import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.EngineProvider;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Offers {@link Nd4jEngine}. */
public final class Nd4jProvider implements EngineProvider {
  static final String NAME = "nd4j";

  /** For {@link java.util.ServiceLoader}. */
  public Nd4jProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public boolean runs(DataType type) {
    return type == DataType.FLOAT || type == DataType.DOUBLE;
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public String describe() {
    return Nd4j.getBackend().getClass().getSimpleName();
  }

  @Override
  public Nd4jEngine create(EngineOptions options) {
    return new Nd4jEngine(options);
  }
}
