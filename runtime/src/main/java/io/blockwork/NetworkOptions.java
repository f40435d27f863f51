package io.blockwork;

import io.blockwork.engine.Engine;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How to create a network.
 *
 * @param seed of the initial parameters and the dropout masks; the same seed gives the same network
 *     on every engine
 * @param dataType {@code FLOAT} or {@code DOUBLE}, of parameters, images and results
 * @param engine what runs the network; empty: the default engine
 */
public record NetworkOptions(long seed, DataType dataType, Optional<Engine> engine) {
  /**
   * Checks the data type.
   *
   * @throws IllegalArgumentException if it is neither {@code FLOAT} nor {@code DOUBLE}
   */
  public NetworkOptions {
    if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
      throw new IllegalArgumentException("data type: expected FLOAT or DOUBLE, got " + dataType);
    }
  }

  /** Seed 0, {@code FLOAT}, the default engine. */
  public static NetworkOptions defaults() {
    return new NetworkOptions(0, DataType.FLOAT, Optional.empty());
  }

  /** The same options with another seed. */
  public NetworkOptions seed(long seed) {
    return new NetworkOptions(seed, dataType, engine);
  }

  /** The same options with another data type, {@code FLOAT} or {@code DOUBLE}. */
  public NetworkOptions dataType(DataType dataType) {
    return new NetworkOptions(seed, dataType, engine);
  }

  /** The same options with the given engine. */
  public NetworkOptions engine(Engine engine) {
    return new NetworkOptions(seed, dataType, Optional.of(engine));
  }
}
