package io.blockwork.weights;

import java.util.Arrays;

/**
 * A tensor in a file: a view, as PyTorch has them, over a storage.
 *
 * <p>The constructor has checked that every value lies within the storage.
 */
final class StoredTensor {
  /** ND4J's limit. */
  private static final int MAX_RANK = 32;

  private final ElementType type;
  private final long[] shape;
  private final long[] strides;
  private final long start;
  private final Region region;
  private final long elements;

  /**
   * @param start first byte in the region
   * @param strides in elements
   */
  StoredTensor(
      SourceFile file,
      String name,
      ElementType type,
      long[] shape,
      long[] strides,
      long start,
      Region region) {
    this.type = type;
    this.shape = shape.clone();
    this.strides = strides.clone();
    this.start = start;
    this.region = region;
    if (shape.length > MAX_RANK || shape.length != strides.length) {
      throw file.problem(
          "%s has %d dimensions and %d strides; at most %d dimensions can be read",
          name, shape.length, strides.length, MAX_RANK);
    }
    try {
      this.elements = elements(shape);
      long last = 0;
      for (int d = 0; d < shape.length; d++) {
        if (strides[d] < 0) {
          throw file.problem("%s has the negative stride %d", name, strides[d]);
        }
        last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[d] - 1), strides[d]));
      }
      long end = Math.addExact(start, Math.multiplyExact(last + 1, type.bytes()));
      if (start < 0 || elements > 0 && end > region.length()) {
        throw file.problem(
            "%s %s reaches to byte %d of a storage of %d bytes",
            name, Arrays.toString(shape), end, region.length());
      }
      if (elements > 0 && Math.multiplyExact(elements, type.bytes()) > region.length()) {
        throw file.problem(
            "%s %s claims more values than its storage of %d bytes holds; a tensor that repeats"
                + " values has to be saved with contiguous()",
            name, Arrays.toString(shape), region.length());
      }
    } catch (ArithmeticException e) {
      throw file.problem(e, "%s has the impossible shape %s", name, Arrays.toString(shape));
    }
  }

  /** Number of values; throws ArithmeticException where it is negative or does not fit. */
  static long elements(long[] shape) {
    long product = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new ArithmeticException("negative size");
      }
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  /** The strides of values that lie one after the other, last dimension fastest. */
  static long[] rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride = Math.multiplyExact(stride, Math.max(1, shape[d]));
    }
    return strides;
  }

  ElementType type() {
    return type;
  }

  long[] shape() {
    return shape.clone();
  }

  boolean hasShape(long[] other) {
    return Arrays.equals(shape, other);
  }

  long[] strides() {
    return strides.clone();
  }

  long elements() {
    return elements;
  }

  Region region() {
    return region;
  }

  /** First byte in the region. */
  long start() {
    return start;
  }

  /** Whether the values lie one after the other, last dimension fastest. */
  boolean contiguous() {
    long expected = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      if (shape[d] != 1 && strides[d] != expected) {
        return false;
      }
      expected *= shape[d];
    }
    return true;
  }

  /** The bytes of the values in row-major order. */
  ByteSource open() {
    return contiguous() ? region.open(start) : new StridedSource(this);
  }
}
