package io.blockwork.spark;

import java.io.Serializable;

/**
 * An image to train on, or to validate with.
 *
 * <p>The key orders the examples: which worker has which, and what a batch holds, follow from the
 * keys and the seed alone, however Spark's partitions come about. Each must be there once.
 */
public sealed interface Example extends Serializable {
  /** What the example is known by. */
  String key();

  /** Its class, 0 to the number of classes less 1. */
  int label();

  /**
   * A whole image file, in memory.
   *
   * @param file JPEG, PNG and so on
   */
  record Encoded(String key, int label, byte[] file) implements Example {}

  /**
   * Values as the network reads them, {@code [C, H, W]}; no pipeline changes them.
   *
   * @param values scaled and normalised
   */
  record Values(String key, int label, float[] values) implements Example {}

  /**
   * A file that is read where it lies, each time that it is needed.
   *
   * @param uri for Hadoop's FileSystem; every executor must reach it
   */
  record Located(String key, int label, String uri) implements Example {}
}
