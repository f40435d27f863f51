package io.blockwork.engine;

import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where engines are chosen. */
public final class Engines {
  /** The system property that names the default engine. */
  public static final String PROPERTY = "blockwork.engine";

  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

  private Engines() {}

  /**
   * The engine that the system property {@code blockwork.engine} names, else the fastest one that
   * runs on this machine: {@link OneDnnEngine} for {@code FLOAT} where its library loads, {@link
   * Nd4jEngine} for everything else.
   *
   * @param type data type of the network
   * @throws IllegalArgumentException if the property names no engine
   */
  public static Engine byDefault(DataType type) {
    String name = System.getProperty(PROPERTY, "");
    if (!name.isEmpty()) {
      return named(name);
    }
    return type == DataType.FLOAT ? fastest() : new Nd4jEngine();
  }

  private static Engine fastest() {
    if (OneDnnEngine.isAvailable()) {
      return new OneDnnEngine();
    }
    LOG.warn(
        "oneDNN cannot be loaded, the slower engine nd4j serves: {}",
        OneDnnEngine.unavailable().orElse("reason unknown"));
    return new Nd4jEngine();
  }

  /**
   * The engine of that name.
   *
   * @param name {@code nd4j} or {@code onednn}
   * @throws IllegalArgumentException if there is none
   * @throws IllegalStateException if it cannot be loaded on this machine
   */
  public static Engine named(String name) {
    return switch (name) {
      case "nd4j" -> new Nd4jEngine();
      case "onednn" -> new OneDnnEngine();
      default -> throw new IllegalArgumentException("engine: expected nd4j or onednn, got " + name);
    };
  }
}
