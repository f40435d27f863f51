package io.blockwork.weights;

import java.nio.ByteBuffer;

/** Where the values of one or more tensors lie in a file. */
interface Region {
  /** Its bytes, after decompression. */
  long length();

  /**
   * Checks what the file says about the content (its CRC), once.
   *
   * @throws WeightsException if the content is another
   */
  void verify();

  /** The bytes from an offset on, in order. */
  ByteSource open(long offset);

  /** Its content at random access, little-endian, for views with strides. */
  ByteBuffer content();
}
