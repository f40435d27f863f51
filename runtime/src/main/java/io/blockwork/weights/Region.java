package io.blockwork.weights;

import java.nio.ByteBuffer;

/** Where the values of one or more tensors lie in a file. */
interface Region {
  /** Its bytes, after decompression. */
  long length();

  /**
   * Checks what the file says about the content (its CRC), once.
   *
   * @param scratch a buffer to use, from {@link #scratch}
   * @throws WeightsException if the CRC of the content is another
   */
  void verify(ByteBuffer scratch);

  /**
   * A buffer for {@link #verify}, to be shared by many. Direct: the channel reads into it, and the
   * CRC is taken of it, without a copy.
   *
   * @param longest bytes of the longest region to verify
   */
  static ByteBuffer scratch(long longest) {
    return ByteBuffer.allocateDirect((int) Math.max(1, Math.min(1 << 18, longest)));
  }

  /** The bytes from an offset on, in order. */
  ByteSource open(long offset);

  /** Its content at random access, little-endian, for views with strides. */
  ByteBuffer content();
}
