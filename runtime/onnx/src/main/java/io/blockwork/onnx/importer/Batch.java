package io.blockwork.onnx.importer;

import java.util.OptionalInt;

/**
 * How many images a network is for.
 *
 * @param size the number that the file was made for; 0 if it is free
 * @param only whether the network is for that number alone; else the number is free, or becomes so
 */
record Batch(int size, boolean only) {
  /** Any number. */
  static final Batch FREE = new Batch(0, false);

  /** Whether one image is all that there is, so that its axis is one of size 1 like others. */
  boolean isOneAlone() {
    return only && size == 1;
  }

  /** The only number that the network is for. */
  OptionalInt asOnly() {
    return only ? OptionalInt.of(size) : OptionalInt.empty();
  }
}
