package io.blockwork.golden;

import io.blockwork.NetworkOptions;
import io.blockwork.engine.Engine;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;

/** Every engine and number type that is held to the golden figures. */
enum Backend {
  ND4J_DOUBLE("nd4j, double", Nd4jEngine::new, DataType.DOUBLE),
  ND4J_FLOAT("nd4j, float", Nd4jEngine::new, DataType.FLOAT),
  ONEDNN_FLOAT("onednn, float", OneDnnEngine::new, DataType.FLOAT);

  private final String title;
  private final Supplier<Engine> engine;
  private final DataType dataType;

  Backend(String title, Supplier<Engine> engine, DataType dataType) {
    this.title = title;
    this.engine = engine;
    this.dataType = dataType;
  }

  /** The number type. */
  DataType dataType() {
    return dataType;
  }

  /** Options that make a network run on this engine, in this type. */
  NetworkOptions options() {
    return NetworkOptions.defaults().dataType(dataType).engine(engine.get());
  }

  static Stream<Backend> all() {
    return Arrays.stream(values())
        .filter(backend -> backend != ONEDNN_FLOAT || OneDnnEngine.isAvailable());
  }

  @Override
  public String toString() {
    return title;
  }
}
