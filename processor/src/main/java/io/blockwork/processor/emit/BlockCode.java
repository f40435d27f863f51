package io.blockwork.processor.emit;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * The text of one block's class.
 *
 * @param imports kept buffers that come from other blocks: their ids and the names of the
 *     constructor's parameters
 * @param exports kept buffers that other blocks read: their ids and the names of the fields
 * @param layers fields of the bound layers
 * @param constructor lines of the constructor
 * @param methods lines of each method, by name
 * @param used static imports that the lines use, as {@code Type.member}
 */
record BlockCode(
    Map<Integer, String> imports,
    Map<Integer, String> exports,
    List<String> layers,
    List<String> constructor,
    Map<String, List<String>> methods,
    SortedSet<String> used) {

  /** Equal for blocks that can share a class. */
  String key() {
    return String.join("\n", imports.values())
        + "\n"
        + String.join("\n", exports.values())
        + "\n"
        + String.join("\n", layers)
        + "\n"
        + String.join("\n", constructor)
        + "\n"
        + methods;
  }
}
