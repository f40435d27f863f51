package io.blockwork.onnx.file;

import com.google.protobuf.WireFormat;
import io.blockwork.onnx.proto.TensorProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads one tensor. Its values stay in the file where they lie there as they lie in memory. */
final class TensorReader {
  private static final int EXTERNAL = TensorProto.DataLocation.EXTERNAL_VALUE;

  private final Message message;
  private final Bytes bytes;
  private final ExternalFiles external;

  private final List<Long> dims = new ArrayList<>();
  private final Map<String, String> place = new HashMap<>();
  private String name = "";
  private int type;
  private long location;

  /** Where raw or packed values begin, and how many bytes they are; -1: nowhere. */
  private long offset = -1;

  private long length;

  /** Width of an element of packed values; 0: of raw ones. */
  private int packed;

  private boolean split;
  private boolean strings;
  private double[] numbers = new double[0];
  private long[] integers = new long[0];
  private int count;

  private TensorReader(Message message, Bytes bytes, ExternalFiles external) {
    this.message = message;
    this.bytes = bytes;
    this.external = external;
  }

  /** Reads a tensor that is nested in what is read. */
  static OnnxTensor read(Message message, Bytes bytes, ExternalFiles external, String fallback)
      throws IOException {
    var reader = new TensorReader(message, bytes, external);
    message.budget().take(256);
    message.nested(reader::field);
    return reader.tensor(fallback);
  }

  /** Reads a file that holds one tensor and nothing else. */
  static OnnxTensor whole(Message message, Bytes bytes, ExternalFiles external) throws IOException {
    var reader = new TensorReader(message, bytes, external);
    message.fields(reader::field);
    return reader.tensor("");
  }

  private boolean field(int number) throws IOException {
    switch (number) {
      case TensorProto.DIMS_FIELD_NUMBER ->
          message.numbers(
              WireFormat.WIRETYPE_VARINT,
              n -> {
                if (dims.size() >= 64) {
                  throw OnnxException.damaged(
                      "the file is damaged: a tensor has more than 64 axes");
                }
                return dims.add(message.in().readInt64());
              });
      case TensorProto.DATA_TYPE_FIELD_NUMBER -> type = (int) message.integer();
      case TensorProto.NAME_FIELD_NUMBER -> name = message.text();
      case TensorProto.DATA_LOCATION_FIELD_NUMBER -> location = message.integer();
      case TensorProto.EXTERNAL_DATA_FIELD_NUMBER -> ModelReader.entry(message, place);
      case TensorProto.RAW_DATA_FIELD_NUMBER -> stored(0);
      case TensorProto.FLOAT_DATA_FIELD_NUMBER -> fixed(4);
      case TensorProto.DOUBLE_DATA_FIELD_NUMBER -> fixed(8);
      case TensorProto.INT32_DATA_FIELD_NUMBER,
          TensorProto.INT64_DATA_FIELD_NUMBER,
          TensorProto.UINT64_DATA_FIELD_NUMBER ->
          varints();
      case TensorProto.STRING_DATA_FIELD_NUMBER -> {
        strings = true;
        return false;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void stored(int width) throws IOException {
    split |= offset >= 0;
    packed = width;
    length = message.skipped();
    offset = message.position() - length;
  }

  /** Packed, they lie as in memory; one by one, as some old writers have them, they do not. */
  private void fixed(int width) throws IOException {
    if (message.hasLength()) {
      stored(width);
      return;
    }
    message.numbers(
        width == 4 ? WireFormat.WIRETYPE_FIXED32 : WireFormat.WIRETYPE_FIXED64,
        n -> {
          if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(8, 2 * count));
          }
          numbers[count++] = width == 4 ? message.in().readFloat() : message.in().readDouble();
          return true;
        });
  }

  private void varints() throws IOException {
    message.numbers(
        WireFormat.WIRETYPE_VARINT,
        n -> {
          if (count == integers.length) {
            integers = Arrays.copyOf(integers, Math.max(8, 2 * count));
          }
          integers[count++] = message.in().readInt64();
          return true;
        });
  }

  private OnnxTensor tensor(String fallback) {
    String label = name.isEmpty() ? fallback : name;
    if (strings) {
      throw new OnnxException("the tensor %s holds texts, which no network computes with", label);
    }
    ElementType element = ElementType.of(type, label);
    int values = OnnxTensor.count(dims, label);
    List<Integer> shape = dims.stream().map(Math::toIntExact).toList();
    long expected = (long) values * element.bytes();
    if (location == EXTERNAL) {
      return new OnnxTensor(label, element, shape, external.content(label, place, expected));
    }
    if (split || (offset >= 0 && count > 0)) {
      throw OnnxException.damaged("the file is damaged: the tensor %s has its values twice", label);
    }
    if (offset >= 0) {
      int width = packed == 0 ? element.bytes() : packed;
      boolean fits =
          packed == 0
              || packed == 4 && element == ElementType.FLOAT
              || packed == 8 && element == ElementType.DOUBLE;
      if (!fits || length != (long) values * width) {
        throw OnnxException.damaged(
            "the file is damaged: the tensor %s of type %s and shape %s should have %d bytes, and has %d",
            label, element.name().toLowerCase(Locale.ROOT), dims, expected, length);
      }
      return new OnnxTensor(label, element, shape, new Content.Stored(bytes, offset));
    }
    if (count != values) {
      throw OnnxException.damaged(
          "the file is damaged: the tensor %s of shape %s should have %d values, and has %d",
          label, dims, values, count);
    }
    return new OnnxTensor(label, element, shape, typed(element));
  }

  private Content typed(ElementType element) {
    if (numbers.length > 0) {
      return new Content.Numbers(Arrays.copyOf(numbers, count));
    }
    if (!element.isFloating()) {
      return new Content.Integers(Arrays.copyOf(integers, count));
    }
    // Half precision in a field of integers: the bits.
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          element == ElementType.FLOAT16
              ? OnnxTensor.half((short) integers[i])
              : Float.intBitsToFloat((int) integers[i] << 16);
    }
    return new Content.Numbers(values);
  }
}
