package io.blockwork.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.blockwork.io.AtomicFile;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes safetensors files, readable by Python's safetensors: tensors, metadata, and tensors that
 * are not the model's (see {@link #extra}), such as an optimiser's state.
 *
 * <p>Arrays are streamed from their memory when {@link #write} runs; they are not copied before
 * (only a view with strides is, while it is written).
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, INDArray> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** An empty file; its metadata says {@code format: pt}, which Python's loaders look for. */
  public SafetensorsWriter() {
    metadata.put("format", "pt");
  }

  /** Adds an entry to the metadata, or replaces it. */
  public SafetensorsWriter metadata(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor of the model.
   *
   * @param array of a floating-point or integer type, or boolean
   * @throws WeightsException if there is one of that name, or the format lacks the type
   */
  public SafetensorsWriter tensor(String name, INDArray array) {
    if (ElementType.of(array.dataType()).isEmpty()) {
      throw new WeightsException(
          SafeText.format(
              "%s cannot be written: safetensors has no type %s", name, array.dataType()));
    }
    if (name.equals("__metadata__") || tensors.putIfAbsent(name, array) != null) {
      throw new WeightsException(SafeText.format("%s cannot be written: the name is taken", name));
    }
    return this;
  }

  /**
   * Adds a tensor that is not the model's. It is stored as {@code extra/NAME}; {@link
   * Weights#names} and loading leave it out, {@link Weights#everything} has it.
   *
   * @throws WeightsException as {@link #tensor} does
   */
  public SafetensorsWriter extra(String name, INDArray array) {
    Objects.requireNonNull(name, "name");
    return tensor(Safetensors.EXTRA + name, array);
  }

  /**
   * Writes the file beside its place, forces it to disk and moves it.
   *
   * @throws io.blockwork.io.FileException if it cannot be written
   */
  public void write(Path path) {
    Objects.requireNonNull(path, "path");
    // Wide types first, so that every value is aligned; the header keeps the order of the names.
    List<Map.Entry<String, INDArray>> order = new ArrayList<>(tensors.entrySet());
    order.sort(Comparator.comparing(entry -> -type(entry.getValue()).bytes()));
    AtomicFile.write(
        path,
        channel -> {
          write(channel, header(order));
          for (Map.Entry<String, INDArray> entry : order) {
            NativeValues.of(NativeValues.contiguous(entry.getValue()))
                .forEachPiece(bytes -> write(channel, bytes));
          }
        });
  }

  private ByteBuffer header(List<Map.Entry<String, INDArray>> order) throws IOException {
    Map<String, long[]> offsets = new HashMap<>();
    long end = 0;
    for (Map.Entry<String, INDArray> entry : order) {
      INDArray array = entry.getValue();
      long start = end;
      end += array.length() * type(array).bytes();
      offsets.put(entry.getKey(), new long[] {start, end});
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeObjectFieldStart("__metadata__");
      for (Map.Entry<String, String> entry : metadata.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
        long[] shape = entry.getValue().shape();
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("dtype", type(entry.getValue()).safetensors());
        json.writeFieldName("shape");
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(offsets.getOrDefault(entry.getKey(), new long[2]), 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    int padded = (text.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] bytes = Arrays.copyOf(text.toByteArray(), padded);
    Arrays.fill(bytes, text.size(), padded, (byte) ' ');
    return ByteBuffer.allocate(Long.BYTES + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(padded)
        .put(bytes)
        .flip();
  }

  private static ElementType type(INDArray array) {
    return ElementType.of(array.dataType()).orElseThrow();
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
