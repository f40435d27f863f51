package io.blockwork.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.nd4j.linalg.api.buffer.DataType;

/** The number types of weight files, with the name that each format has for them. */
enum ElementType {
  FLOAT32(DataType.FLOAT, 4, "F32", "<f4", "FloatStorage", "float32"),
  FLOAT64(DataType.DOUBLE, 8, "F64", "<f8", "DoubleStorage", "float64"),
  FLOAT16(DataType.FLOAT16, 2, "F16", "<f2", "HalfStorage", "float16"),
  BFLOAT16(DataType.BFLOAT16, 2, "BF16", "", "BFloat16Storage", "bfloat16"),
  INT64(DataType.INT64, 8, "I64", "<i8", "LongStorage", "int64"),
  INT32(DataType.INT32, 4, "I32", "<i4", "IntStorage", "int32"),
  INT16(DataType.INT16, 2, "I16", "<i2", "ShortStorage", "int16"),
  INT8(DataType.INT8, 1, "I8", "|i1", "CharStorage", "int8"),
  UINT8(DataType.UINT8, 1, "U8", "|u1", "ByteStorage", "uint8"),
  BOOL(DataType.BOOL, 1, "BOOL", "|b1", "BoolStorage", "bool");

  private static final double LARGEST_HALF = 65_504;

  private final DataType dataType;
  private final int bytes;
  private final String safetensors;
  private final String numpy;
  private final String torchStorage;
  private final String torchDtype;

  ElementType(
      DataType dataType,
      int bytes,
      String safetensors,
      String numpy,
      String torchStorage,
      String torchDtype) {
    this.dataType = dataType;
    this.bytes = bytes;
    this.safetensors = safetensors;
    this.numpy = numpy;
    this.torchStorage = torchStorage;
    this.torchDtype = torchDtype;
  }

  DataType dataType() {
    return dataType;
  }

  int bytes() {
    return bytes;
  }

  String safetensors() {
    return safetensors;
  }

  /** NumPy's descriptor; empty if NumPy has no such type. */
  String numpy() {
    return numpy;
  }

  String torchStorage() {
    return torchStorage;
  }

  String torchDtype() {
    return torchDtype;
  }

  boolean floating() {
    return this == FLOAT32 || this == FLOAT64 || this == FLOAT16 || this == BFLOAT16;
  }

  static Optional<ElementType> ofSafetensors(String name) {
    return Arrays.stream(values()).filter(t -> t.safetensors.equals(name)).findFirst();
  }

  static Optional<ElementType> ofNumpy(String descriptor) {
    return Arrays.stream(values())
        .filter(t -> !t.numpy.isEmpty() && t.numpy.equals(descriptor))
        .findFirst();
  }

  static Optional<ElementType> of(DataType dataType) {
    return Arrays.stream(values()).filter(t -> t.dataType == dataType).findFirst();
  }

  /** The value at a byte position, of a floating-point type; exact in double. */
  double real(ByteBuffer buffer, int position) {
    return switch (this) {
      case FLOAT32 -> buffer.getFloat(position);
      case FLOAT64 -> buffer.getDouble(position);
      case FLOAT16 -> HalfIndexer.toFloat(buffer.getShort(position));
      case BFLOAT16 -> Bfloat16Indexer.toFloat(buffer.getShort(position));
      default -> throw new IllegalStateException(this + " is not a floating-point type");
    };
  }

  /**
   * The count at a byte position, of any type. In float16, infinity stands for every count above
   * 65,504, the largest number of the type, which is then returned.
   */
  long count(ByteBuffer buffer, int position) {
    if (!floating()) {
      return whole(buffer, position);
    }
    double value = real(buffer, position);
    return (long) (this == FLOAT16 && Double.isInfinite(value) ? LARGEST_HALF : value);
  }

  /** The value at a byte position, of a whole-number type. */
  long whole(ByteBuffer buffer, int position) {
    return switch (this) {
      case INT64 -> buffer.getLong(position);
      case INT32 -> buffer.getInt(position);
      case INT16 -> buffer.getShort(position);
      case INT8 -> buffer.get(position);
      case UINT8, BOOL -> Byte.toUnsignedLong(buffer.get(position));
      default -> throw new IllegalStateException(this + " is not a whole-number type");
    };
  }
}
