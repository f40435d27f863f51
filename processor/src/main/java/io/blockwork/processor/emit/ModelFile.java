package io.blockwork.processor.emit;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The file that a network was made from.
 *
 * @param digests SHA-256 of it, and of the files beside it that hold its weights, by file name
 * @param weights the resource beside the class that holds its weights, if they are wanted
 */
public record ModelFile(Map<String, String> digests, Optional<String> weights) {
  /** Copies the map, in order. */
  public ModelFile {
    digests = new TreeMap<>(digests);
  }
}
