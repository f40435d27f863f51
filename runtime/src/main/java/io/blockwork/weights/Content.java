package io.blockwork.weights;

import java.util.List;
import java.util.Map;

/**
 * What a file holds.
 *
 * @param format how it holds it
 * @param part the path of the dictionary of tensors that is the {@code state_dict}; empty for all
 * @param parts the paths of all dictionaries of tensors
 * @param aliases other paths that lead to one of them
 * @param everything all tensors by their paths in the file
 * @param metadata what the file says beside tensors
 */
record Content(
    WeightFormat format,
    String part,
    List<String> parts,
    Map<String, String> aliases,
    Map<String, StoredTensor> everything,
    Map<String, String> metadata) {

  /** A file that is one dictionary of tensors. */
  static Content flat(
      WeightFormat format, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    return new Content(format, "", List.of(""), Map.of(), tensors, metadata);
  }
}
