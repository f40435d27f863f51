package io.blockwork.weights;

import java.nio.ByteBuffer;

/** The values of a view with strides, gathered in row-major order. */
final class StridedSource implements ByteSource {
  private final ByteBuffer content;
  private final int bytes;
  private final long[] shape;
  private final long[] strides;
  private final long[] index;
  private long position;

  StridedSource(StoredTensor tensor) {
    content = tensor.region().content();
    bytes = tensor.type().bytes();
    shape = tensor.shape();
    strides = tensor.strides();
    index = new long[shape.length];
    position = tensor.start();
  }

  @Override
  public void read(ByteBuffer target) {
    while (target.hasRemaining()) {
      int from = (int) position;
      for (int i = 0; i < bytes; i++) {
        target.put(content.get(from + i));
      }
      advance();
    }
  }

  private void advance() {
    for (int d = shape.length - 1; d >= 0; d--) {
      position += strides[d] * bytes;
      if (++index[d] < shape[d]) {
        return;
      }
      position -= shape[d] * strides[d] * bytes;
      index[d] = 0;
    }
  }
}
