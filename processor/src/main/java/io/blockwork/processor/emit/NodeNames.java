package io.blockwork.processor.emit;

import java.util.Map;

/**
 * What generated code calls modules: by their paths, or by the names of their nodes where a path
 * has but a number for them.
 *
 * @param byPath names by path, as {@code features.stem.conv} by {@code features.0.0}
 */
record NodeNames(Map<String, String> byPath) {
  NodeNames {
    byPath = Map.copyOf(byPath);
  }

  /** The name of a module or block. */
  String of(String path) {
    return byPath.getOrDefault(path, path);
  }

  /**
   * The name of what stands in a block, without the block's own.
   *
   * @param prefix what the paths of the block's operations begin with
   */
  String within(String prefix, String path) {
    String name = of(path);
    String around = prefix.isEmpty() ? "" : of(prefix.substring(0, prefix.length() - 1)) + ".";
    return name.startsWith(around) && name.length() > around.length()
        ? name.substring(around.length())
        : name;
  }
}
