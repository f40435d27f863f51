package io.blockwork.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Parts of a network that stay frozen until an epoch begins.
 *
 * @param parts in the order in which they were named
 */
record Unfreezing(List<Part> parts) {
  /**
   * Layers that begin to learn together.
   *
   * @param epoch from which on they learn, from 1
   * @param prefixes of the layers
   */
  record Part(int epoch, List<String> prefixes) {
    Part {
      prefixes = List.copyOf(prefixes);
    }
  }

  Unfreezing {
    parts = List.copyOf(parts);
  }

  static Unfreezing none() {
    return new Unfreezing(List.of());
  }

  Unfreezing plus(int epoch, String... prefixes) {
    List<Part> more = new ArrayList<>(parts);
    more.add(new Part(epoch, List.of(prefixes)));
    return new Unfreezing(more);
  }

  /**
   * What is frozen in an epoch.
   *
   * @param epoch its number, from 1
   * @param always what is frozen anyway
   */
  String[] frozenIn(int epoch, List<String> always) {
    List<String> frozen = new ArrayList<>(always);
    parts.stream().filter(part -> epoch < part.epoch()).forEach(p -> frozen.addAll(p.prefixes()));
    return frozen.toArray(String[]::new);
  }
}
