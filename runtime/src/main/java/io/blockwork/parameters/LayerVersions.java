package io.blockwork.parameters;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** The version of the parameters that last changed each layer; changes make no garbage. */
final class LayerVersions {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final AtomicLongArray versions;

  LayerVersions(List<ParameterInfo> entries) {
    entries.forEach(entry -> numbers.putIfAbsent(layer(entry.name()), numbers.size()));
    versions = new AtomicLongArray(numbers.size());
  }

  private static String layer(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  /** The numbers of the layers that the entries of those names, which there are, belong to. */
  int[] numbers(Collection<String> names) {
    return names.stream()
        .mapToInt(name -> numbers.getOrDefault(layer(name), 0))
        .distinct()
        .toArray();
  }

  /** The numbers of all layers. */
  int[] all() {
    int[] all = new int[versions.length()];
    Arrays.setAll(all, i -> i);
    return all;
  }

  void change(int[] layers, long version) {
    for (int layer : layers) {
      versions.set(layer, version);
    }
  }

  /** 0 for a layer without parameters. */
  long of(String layer) {
    Integer number = numbers.get(layer);
    return number == null ? 0 : versions.get(number);
  }
}
