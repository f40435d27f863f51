package io.blockwork.onnx.file;

/** The element types of tensors that can be read. */
public enum ElementType {
  /** 32-bit floats. */
  FLOAT(1, 4),
  /** Unsigned bytes. */
  UINT8(2, 1),
  /** Bytes. */
  INT8(3, 1),
  /** Unsigned 16-bit integers. */
  UINT16(4, 2),
  /** 16-bit integers. */
  INT16(5, 2),
  /** 32-bit integers. */
  INT32(6, 4),
  /** 64-bit integers. */
  INT64(7, 8),
  /** Truth values, a byte each. */
  BOOL(9, 1),
  /** IEEE half precision. */
  FLOAT16(10, 2),
  /** 64-bit floats. */
  DOUBLE(11, 8),
  /** Unsigned 32-bit integers. */
  UINT32(12, 4),
  /** Unsigned 64-bit integers. */
  UINT64(13, 8),
  /** The upper half of 32-bit floats. */
  BFLOAT16(16, 2);

  private static final String[] NAMES = {
    "none",
    "float",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "double",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bfloat16",
    "float8e4m3fn",
    "float8e4m3fnuz",
    "float8e5m2",
    "float8e5m2fnuz",
    "uint4",
    "int4",
    "float4e2m1",
    "float8e8m0",
    "uint2",
    "int2"
  };

  private final int number;
  private final int bytes;

  ElementType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  /** The type with ONNX's number. */
  static ElementType of(int number, String tensor) {
    for (ElementType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    String name = number >= 0 && number < NAMES.length ? NAMES[number] : "number " + number;
    throw new OnnxException(
        "the tensor %s has the element type %s; supported are float, double, float16, bfloat16, the integers of 8 to 64 bits, and bool",
        tensor, name);
  }

  /** ONNX's number of it. */
  public int number() {
    return number;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether it is one of floating-point numbers. */
  public boolean isFloating() {
    return this == FLOAT || this == DOUBLE || this == FLOAT16 || this == BFLOAT16;
  }
}
