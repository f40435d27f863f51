package io.blockwork.engine;

import io.blockwork.engine.nd4j.Nd4jEngine;

/** Where engines are chosen. */
public final class Engines {
  /** The system property that names the default engine. */
  public static final String PROPERTY = "blockwork.engine";

  private Engines() {}

  /**
   * The engine that the system property {@code blockwork.engine} names, else the fastest one that
   * runs on this machine.
   *
   * @throws IllegalArgumentException if the property names no engine
   */
  public static Engine byDefault() {
    String name = System.getProperty(PROPERTY, "");
    return name.isEmpty() ? new Nd4jEngine() : named(name);
  }

  /**
   * The engine of that name.
   *
   * @param name {@code nd4j}
   * @throws IllegalArgumentException if there is none
   */
  public static Engine named(String name) {
    if (name.equals("nd4j")) {
      return new Nd4jEngine();
    }
    throw new IllegalArgumentException("engine: expected nd4j, got " + name);
  }
}
