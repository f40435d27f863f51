package io.blockwork.processor.emit;

import java.util.Map;

/**
 * What generated code calls modules: by their paths, or by the names of their nodes where a path
 * has but a number for them; without the trunk.
 *
 * @param byPath names by path, as {@code features.stem.conv} by {@code features.0.0}
 * @param trunk the group that holds most of the network, which names do without; empty if none does
 */
record NodeNames(Map<String, String> byPath, String trunk) {
  NodeNames {
    byPath = Map.copyOf(byPath);
  }

  /** The name of a module or block. */
  String of(String path) {
    String name = byPath.getOrDefault(path, path);
    String beginning = trunk + ".";
    return !trunk.isEmpty() && name.startsWith(beginning) && name.length() > beginning.length()
        ? name.substring(beginning.length())
        : name;
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
