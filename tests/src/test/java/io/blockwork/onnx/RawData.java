package io.blockwork.onnx;

import io.blockwork.onnx.proto.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Bytes of tensors. Protobuf's own class for them is called otherwise in the jar than among the
 * classes, so that tests cannot name it.
 */
final class RawData {
  /** Field {@code raw_data}, which is delimited by its length. */
  private static final int TAG = 9 << 3 | 2;

  private RawData() {}

  /** The tensor with the bytes of a buffer, from its beginning to its limit. */
  static TensorProto.Builder set(TensorProto.Builder tensor, ByteBuffer values) {
    byte[] bytes = new byte[values.rewind().remaining()];
    values.get(bytes);
    var message = new ByteArrayOutputStream();
    message.write(TAG);
    int length = bytes.length;
    for (; length > 0x7f; length >>>= 7) {
      message.write(length & 0x7f | 0x80);
    }
    message.write(length);
    message.writeBytes(bytes);
    try {
      return tensor.mergeFrom(message.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
