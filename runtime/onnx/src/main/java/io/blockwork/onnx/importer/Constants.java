package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What working out constants has in common: rounding, and stretching one to the shape of another.
 */
final class Constants {
  private Constants() {}

  /** A result, its values rounded as its type has them. */
  static OnnxTensor tensor(ElementType type, List<Integer> shape, double[] values) {
    if (type == ElementType.FLOAT) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) values[i];
      }
    } else if (type == ElementType.FLOAT16) {
      Arrays.setAll(values, i -> rounded(values[i], 11, -14, 65504));
    } else if (type == ElementType.BFLOAT16) {
      Arrays.setAll(values, i -> rounded(values[i], 8, Float.MIN_EXPONENT, 0x1.fep127));
    } else if (!type.isFloating()) {
      long[] integers = new long[values.length];
      for (int i = 0; i < values.length; i++) {
        integers[i] = (long) values[i];
      }
      return OnnxTensor.of("", type, shape, integers);
    }
    return OnnxTensor.of("", type, shape, values);
  }

  /** The nearest number of so many bits, with a least exponent and a largest value. */
  private static double rounded(double value, int bits, int least, double largest) {
    if (value == 0 || !Double.isFinite(value)) {
      return value;
    }
    int exponent = Math.max(least, Math.getExponent(value)) - bits + 1;
    double rounded = Math.scalb(Math.rint(Math.scalb(value, -exponent)), exponent);
    return Math.abs(rounded) > largest ? Math.copySign(Double.POSITIVE_INFINITY, value) : rounded;
  }

  static void scalar(Translation translation, long value) {
    translation.out(OnnxTensor.of("", ElementType.INT64, List.of(), new long[] {value}));
  }

  /** The shape of two that are stretched to each other. */
  static List<Integer> broadcast(Translation translation, List<Integer> a, List<Integer> b) {
    int rank = Math.max(a.size(), b.size());
    List<Integer> left = OnnxTensor.padded(a, rank);
    List<Integer> right = OnnxTensor.padded(b, rank);
    List<Integer> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int x = left.get(i);
      int y = right.get(i);
      if (x != y && x != 1 && y != 1) {
        throw translation.refuse("its constants of the shapes %s and %s do not fit", a, b);
      }
      shape.add(x == 1 ? y : x);
    }
    return shape;
  }

  /** The values, repeated where the shape has more. */
  static double[] stretched(Translation translation, OnnxTensor tensor, List<Integer> shape) {
    long count = 1;
    for (int size : shape) {
      count = Math.min(Long.MAX_VALUE >> 32, count * size);
    }
    translation.scope().worksOut(count, translation);
    double[] from = tensor.doubles();
    if (from.length == count && tensor.shape().size() == shape.size()) {
      return from;
    }
    List<Integer> own = OnnxTensor.padded(tensor.shape(), shape.size());
    double[] to = new double[(int) count];
    int[] at = new int[shape.size()];
    for (int i = 0; i < to.length; i++) {
      int index = 0;
      for (int axis = 0; axis < at.length; axis++) {
        index = index * own.get(axis) + (own.get(axis) == 1 ? 0 : at[axis]);
      }
      to[i] = from[index];
      for (int axis = at.length - 1; axis >= 0 && ++at[axis] == shape.get(axis); axis--) {
        at[axis] = 0;
      }
    }
    return to;
  }

  /** Sizes from a file, whose product is small enough. */
  static List<Integer> sizes(Translation translation, long... sizes) {
    long count = 1;
    for (long size : sizes) {
      if (size < 0 || size > 1 << 30 || (count *= Math.max(1, size)) > 1 << 30) {
        throw translation.refuse("it makes a constant of shape %s", Arrays.toString(sizes));
      }
    }
    return Arrays.stream(sizes).mapToObj(size -> (int) size).toList();
  }
}
