package io.blockwork.features;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What torchvision extracts from one network.
 *
 * @param input shape of the images
 * @param values by module: shape, L2 norm, dot product with the tensor {@code probe.input}, first
 *     values
 */
record Reference(long[] input, Map<String, JsonNode> values) {
  /** Functions between the modules, which torchvision names and this project does not. */
  private static final Set<String> FUNCTIONS = Set.of("cat", "flatten");

  static Reference of(String network) {
    try (InputStream in = Reference.class.getResourceAsStream("features.json")) {
      JsonNode node = new ObjectMapper().readTree(Objects.requireNonNull(in)).get(network);
      Map<String, JsonNode> values = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> value : node.get("values").properties()) {
        if (!FUNCTIONS.contains(value.getKey().substring(value.getKey().lastIndexOf('.') + 1))) {
          // A DenseNet's last pooling is a function there and has the name of ResNet's here.
          values.put(value.getKey().replace("adaptive_avg_pool2d", "avgpool"), value.getValue());
        }
      }
      return new Reference(array(node.get("input")), values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long[] array(JsonNode numbers) {
    long[] array = new long[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i).asLong();
    }
    return array;
  }
}
