package io.blockwork.onnx.file;

import io.blockwork.io.FileProblem;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/** A constant tensor. Its values are read, or worked out, each time somebody asks for them. */
public final class OnnxTensor {
  private static final int CHUNK = 1 << 16;

  private final String name;
  private final ElementType type;
  private final List<Integer> shape;
  private final Content content;

  OnnxTensor(String name, ElementType type, List<Integer> shape, Content content) {
    this.name = name;
    this.type = type;
    this.shape = List.copyOf(shape);
    this.content = content;
  }

  /** A tensor of floating-point numbers, row-major. */
  public static OnnxTensor of(String name, ElementType type, List<Integer> shape, double[] values) {
    return new OnnxTensor(name, type, shape, new Content.Numbers(values));
  }

  /** A tensor of integers, row-major. */
  public static OnnxTensor of(String name, ElementType type, List<Integer> shape, long[] values) {
    return new OnnxTensor(name, type, shape, new Content.Integers(values));
  }

  /** A tensor whose values are all the same. */
  public static OnnxTensor uniform(
      String name, ElementType type, List<Integer> shape, double value) {
    return new OnnxTensor(name, type, shape, new Content.Uniform(value));
  }

  /** Its name in the file; may be empty. */
  public String name() {
    return name;
  }

  /** The type of its elements. */
  public ElementType type() {
    return type;
  }

  /** Its shape; empty for a scalar. */
  public List<Integer> shape() {
    return shape;
  }

  /** How many values it has. */
  public int count() {
    return count(shape, name);
  }

  /** How many values a shape has, which must be few enough for an array. */
  static int count(List<? extends Number> shape, String name) {
    long count = 1;
    boolean empty = false;
    for (Number size : shape) {
      long n = size.longValue();
      if (n < 0) {
        throw OnnxException.damaged("the tensor %s has a negative size: %s", name, shape);
      }
      empty |= n == 0;
      count = n == 0 ? count : count * n;
      if (count > Integer.MAX_VALUE - 8 || n > Integer.MAX_VALUE) {
        throw OnnxException.damaged(
            "the tensor %s has too many values: its shape is %s", name, shape);
      }
    }
    return empty ? 0 : (int) count;
  }

  /** The same values in another shape of as many. */
  public OnnxTensor reshaped(List<Integer> other) {
    if (count(other, name) != count()) {
      throw new OnnxException("the tensor %s of shape %s cannot be %s", name, shape, other);
    }
    return new OnnxTensor(name, type, other, content);
  }

  /** The same tensor with another name. */
  public OnnxTensor named(String other) {
    return new OnnxTensor(other, type, shape, content);
  }

  /** The same with its axes in another order: axis i of the result is axis {@code order[i]}. */
  public OnnxTensor transposed(int... order) {
    List<Integer> moved = new ArrayList<>();
    boolean same = true;
    for (int i = 0; i < order.length; i++) {
      moved.add(shape.get(order[i]));
      same &= order[i] == i;
    }
    return same
        ? this
        : new OnnxTensor(name, type, moved, new Content.Transposed(this, order.clone()));
  }

  /** The one value that all are, if that is known without reading them, or if there is one only. */
  public boolean isUniform() {
    return content instanceof Content.Uniform || count() == 1;
  }

  /** Its first value. */
  public double first() {
    return content instanceof Content.Uniform uniform ? uniform.value() : doubles()[0];
  }

  /** Its values. */
  public double[] doubles() {
    double[] values = new double[count()];
    if (content instanceof Content.Numbers numbers) {
      return numbers.values().clone();
    } else if (content instanceof Content.Integers integers) {
      Arrays.setAll(values, i -> integers.values()[i]);
    } else if (content instanceof Content.Uniform uniform) {
      Arrays.fill(values, uniform.value());
    } else if (content instanceof Content.Transposed transposed) {
      double[] from = transposed.of().doubles();
      transpose(transposed, (to, i) -> values[to] = from[i]);
    } else {
      each((Content.Stored) content, (i, buffer) -> values[i] = number(buffer));
    }
    return values;
  }

  /** Its values, rounded to 32-bit floats. */
  public float[] floats() {
    float[] values = new float[count()];
    if (content instanceof Content.Numbers numbers) {
      fill(values, i -> numbers.values()[i]);
    } else if (content instanceof Content.Integers integers) {
      fill(values, i -> integers.values()[i]);
    } else if (content instanceof Content.Uniform uniform) {
      Arrays.fill(values, (float) uniform.value());
    } else if (content instanceof Content.Transposed transposed) {
      float[] from = transposed.of().floats();
      transpose(transposed, (to, i) -> values[to] = from[i]);
    } else {
      each((Content.Stored) content, (i, buffer) -> values[i] = (float) number(buffer));
    }
    return values;
  }

  /** Its values as integers; what has a fraction loses it. */
  public long[] longs() {
    if (content instanceof Content.Integers integers) {
      return integers.values().clone();
    } else if (content instanceof Content.Stored stored && !type.isFloating()) {
      long[] values = new long[count()];
      each(stored, (i, buffer) -> values[i] = integer(buffer));
      return values;
    }
    return Arrays.stream(doubles()).mapToLong(value -> (long) value).toArray();
  }

  private static void fill(float[] values, IntToDoubleFunction from) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) from.applyAsDouble(i);
    }
  }

  private interface Move {
    void value(int to, int from);
  }

  private static void transpose(Content.Transposed content, Move move) {
    List<Integer> shape = content.of().shape();
    int rank = shape.size();
    int[] stride = new int[rank];
    for (int i = rank - 1, s = 1; i >= 0; i--) {
      stride[i] = s;
      s *= shape.get(i);
    }
    int[] at = new int[rank];
    int count = content.of().count();
    int from = 0;
    for (int to = 0; to < count; to++) {
      move.value(to, from);
      for (int axis = rank - 1; axis >= 0; axis--) {
        int source = content.order()[axis];
        from += stride[source];
        if (++at[axis] < shape.get(source)) {
          break;
        }
        from -= at[axis] * stride[source];
        at[axis] = 0;
      }
    }
  }

  private interface Element {
    void value(int index, ByteBuffer buffer);
  }

  private void each(Content.Stored stored, Element element) {
    int count = count();
    byte[] chunk = new byte[CHUNK];
    ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    int most = CHUNK / type.bytes();
    try (InputStream in = stored.bytes().from(stored.offset())) {
      for (int i = 0; i < count; ) {
        int part = Math.min(most, count - i);
        if (in.readNBytes(chunk, 0, part * type.bytes()) < part * type.bytes()) {
          throw new EOFException();
        }
        buffer.clear();
        for (int k = 0; k < part; k++, i++) {
          element.value(i, buffer);
        }
      }
    } catch (IOException e) {
      throw new OnnxException(
          e,
          "the values of the tensor %s cannot be read; did the file change? (%s)",
          name,
          FileProblem.reason(e));
    }
  }

  /**
   * Its bytes as they lie in the file, little-endian, {@link #count} times {@link
   * ElementType#bytes}; empty if its values are worked out.
   *
   * @throws IOException if the file cannot be read
   */
  public Optional<InputStream> stored() throws IOException {
    return content instanceof Content.Stored stored
        ? Optional.of(new BufferedInputStream(stored.bytes().from(stored.offset()), CHUNK))
        : Optional.empty();
  }

  private double number(ByteBuffer buffer) {
    return switch (type) {
      case FLOAT -> buffer.getFloat();
      case DOUBLE -> buffer.getDouble();
      case FLOAT16 -> half(buffer.getShort());
      case BFLOAT16 -> Float.intBitsToFloat(buffer.getShort() << 16);
      default -> integer(buffer);
    };
  }

  private long integer(ByteBuffer buffer) {
    return switch (type) {
      case INT8 -> buffer.get();
      case UINT8 -> buffer.get() & 0xff;
      case BOOL -> buffer.get() == 0 ? 0 : 1;
      case INT16 -> buffer.getShort();
      case UINT16 -> buffer.getShort() & 0xffff;
      case INT32 -> buffer.getInt();
      case UINT32 -> buffer.getInt() & 0xffffffffL;
      default -> buffer.getLong();
    };
  }

  /** The value of a number in half precision. */
  static float half(short bits) {
    int sign = bits >> 15 & 1;
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float value =
        exponent == 0
            ? fraction * 0x1p-24f
            : exponent == 31
                ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
                : Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
    return sign == 1 ? -value : value;
  }

  /** The shape with so many axes, ones before it. */
  public static List<Integer> padded(List<Integer> shape, int rank) {
    List<Integer> full = new ArrayList<>(Collections.nCopies(Math.max(0, rank - shape.size()), 1));
    full.addAll(shape);
    return full;
  }

  @Override
  public String toString() {
    return name + " " + shape;
  }
}
