package io.blockwork.compiled;

import io.blockwork.Network;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The graphs of generated networks, which the processor wrote as text beside their classes:
 * blockwork-graph reads them.
 */
public final class CompiledGraph {
  private CompiledGraph() {}

  /** What the file is called: {@code ResNet50Network.graph}. */
  public static String fileName(Network network) {
    return network.getClass().getSimpleName() + ".graph";
  }

  /**
   * The text of a network's graph.
   *
   * @param network an instance of a generated class
   * @return empty if there is none: it was left out, or got lost when the classes were packed
   */
  public static Optional<String> of(Network network) {
    // Read here, since this is the module that packages with networks are opened to.
    try (InputStream in = network.getClass().getResourceAsStream(fileName(network))) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
