package io.blockwork.processor.onnx;

import io.blockwork.graph.ops.Parameter;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes weights as safetensors, one after the other: those that lie in the model's file as 32-bit
 * floats are copied as they are, and never are in memory.
 */
final class SafetensorsStream {
  private static final int CHUNK = 1 << 14;

  /** Readers map values into memory as they lie. */
  private static final int ALIGNMENT = 8;

  private SafetensorsStream() {}

  /**
   * Writes a file.
   *
   * @param parameters of the network, in order
   * @param weights their values, by name
   * @param metadata what is said beside them
   */
  static void write(
      List<Parameter> parameters,
      Map<String, OnnxTensor> weights,
      Map<String, String> metadata,
      OutputStream out)
      throws IOException {
    StringBuilder header = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      header.append("\"__metadata__\":{");
      metadata.forEach(
          (key, text) -> {
            header.append(header.charAt(header.length() - 1) == '{' ? "" : ",");
            header.append(quoted(key)).append(':').append(quoted(text));
          });
      header.append('}');
    }
    long offset = 0;
    for (Parameter parameter : parameters) {
      boolean counter = parameter.kind() == Parameter.Kind.NUM_BATCHES_TRACKED;
      long bytes = parameter.length() * (counter ? 8 : 4);
      header.append(header.length() == 1 ? "" : ",");
      // The names of parameters are made of letters, digits, dots and underscores.
      header.append('"').append(parameter.name()).append("\":{\"dtype\":\"");
      header.append(counter ? "I64" : "F32").append("\",\"shape\":");
      header.append(parameter.shape().toString().replace(" ", ""));
      header.append(",\"data_offsets\":[").append(offset).append(',').append(offset + bytes);
      header.append("]}");
      offset += bytes;
    }
    header.append('}');
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    int padding = -text.length & (ALIGNMENT - 1);
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length + padding)
            .array());
    out.write(text);
    out.write(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
    for (Parameter parameter : parameters) {
      OnnxTensor tensor = weights.get(parameter.name());
      if (tensor == null) {
        out.write(new byte[8]);
      } else {
        values(tensor, out);
      }
    }
  }

  /** A text in JSON. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        // A surrogate without its other half is no character that UTF-8 has.
        quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static void values(OnnxTensor tensor, OutputStream out) throws IOException {
    if (tensor.type() == ElementType.FLOAT) {
      Optional<InputStream> stored = tensor.stored();
      if (stored.isPresent()) {
        try (InputStream in = stored.get()) {
          copy(in, 4L * tensor.count(), tensor, out);
        }
        return;
      }
    }
    float[] values = tensor.floats();
    ByteBuffer buffer = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += CHUNK) {
      int count = Math.min(CHUNK, values.length - from);
      buffer.clear();
      buffer.asFloatBuffer().put(values, from, count);
      out.write(buffer.array(), 0, 4 * count);
    }
  }

  private static void copy(InputStream in, long bytes, OnnxTensor tensor, OutputStream out)
      throws IOException {
    byte[] chunk = new byte[4 * CHUNK];
    for (long left = bytes; left > 0; ) {
      int n = in.read(chunk, 0, (int) Math.min(chunk.length, left));
      if (n < 0) {
        throw new IOException("the file ends within " + tensor.name());
      }
      out.write(chunk, 0, n);
      left -= n;
    }
  }
}
