package io.blockwork.engine;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Makes engines of one kind. {@link java.util.ServiceLoader} finds providers, so that any artifact
 * may bring one: it names the class, which needs a public constructor without parameters, in {@code
 * META-INF/services/io.blockwork.engine.EngineProvider}, or under {@code provides} in its module
 * descriptor.
 *
 * <p>Every method but {@link #create} has to work on machines that cannot run the engine.
 */
public interface EngineProvider {
  /** The engine's short name, for {@link EngineOptions} and messages: {@code onednn}. */
  String name();

  /**
   * How fast the engine is beside others: of those that can serve, the highest is the default one.
   * {@code nd4j} has 0, {@code onednn} 100.
   */
  int rank();

  /** Whether the engine runs networks of that data type. */
  boolean runs(DataType type);

  /** Why the engine cannot run on this machine; empty if it can. */
  Optional<String> unavailable();

  /** What the engine computes with on this machine, for bug reports: libraries, instructions. */
  default String describe() {
    return "";
  }

  /**
   * Makes an engine.
   *
   * @param options what is asked of it; the name has been looked at already
   * @throws UnsupportedOperationException if the engine cannot do what an option asks for; the
   *     message says which one, and what it can
   * @throws IllegalStateException if the engine is {@linkplain #unavailable() unavailable}
   */
  Engine create(EngineOptions options);
}
