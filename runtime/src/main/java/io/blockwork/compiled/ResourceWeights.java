package io.blockwork.compiled;

import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** Weights that travel beside a generated class, in a folder or in a jar. */
final class ResourceWeights {
  private ResourceWeights() {}

  /**
   * Loads the weights of all parameters.
   *
   * @return what the resource says beside them
   */
  static Map<String, String> load(Class<?> type, String name, Parameters parameters) {
    URL resource = type.getResource(name);
    if (resource == null) {
      throw new IllegalStateException(
          SafeText.format(
              "%s has no %s beside it, which holds its weights: was the class packed without its resources?",
              type.getName(), name));
    }
    try {
      if (resource.getProtocol().equals("file")) {
        return load(Path.of(new URI(resource.toString())), parameters);
      }
      // Weights are read from any place of a file, which a jar does not allow.
      Path copy = Files.createTempFile("blockwork", ".safetensors");
      try (InputStream in = resource.openStream()) {
        Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        return load(copy, parameters);
      } finally {
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> load(Path path, Parameters parameters) {
    try (Weights weights = Weights.open(path)) {
      parameters.load(weights);
      return weights.metadata();
    }
  }
}
