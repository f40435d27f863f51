package io.blockwork.weights;

import io.blockwork.io.SafeText;
import java.util.Arrays;
import java.util.Optional;

/**
 * A tensor in a file: a view, as PyTorch has them, over a storage.
 *
 * <p>The constructor has checked that every value lies within the storage. A tensor whose values
 * cannot be read has its name and shape all the same, and fails when it is read.
 */
final class StoredTensor {
  /** ND4J's limit. */
  static final int MAX_RANK = 32;

  private final SourceFile file;
  private final String name;
  private final StoredType type;
  private final long[] shape;
  private final long[] strides;
  private final long start;
  private final Region region;
  private final long elements;

  /** Why the values cannot be read; empty if they can. */
  private final Optional<String> obstacle;

  /**
   * @param start first byte in the region
   * @param strides in elements
   */
  StoredTensor(
      SourceFile file,
      String name,
      StoredType type,
      long[] shape,
      long[] strides,
      long start,
      Region region) {
    this.file = file;
    this.name = name;
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
      this.obstacle =
          type.element().isPresent()
              ? repeats()
              : Optional.of("has the number type " + type.name());
    } catch (ArithmeticException e) {
      throw file.problem(e, "%s has the impossible shape %s", name, Arrays.toString(shape));
    }
  }

  /**
   * A tensor that can be listed, but not read.
   *
   * @param obstacle why it cannot be read: {@code is sparse}
   */
  StoredTensor(SourceFile file, String name, String obstacle, long... shape) {
    this.file = file;
    this.name = name;
    this.type = StoredType.unknown("unknown");
    this.shape = shape.clone();
    this.strides = new long[shape.length];
    this.start = 0;
    this.region = new PlainRegion(file, 0, 0);
    this.elements = 0;
    this.obstacle = Optional.of(obstacle);
  }

  /** Checks that every value lies within the storage; says if the tensor repeats some of them. */
  private Optional<String> repeats() {
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
    return elements > 0 && Math.multiplyExact(elements, type.bytes()) > region.length()
        ? Optional.of(
            SafeText.format(
                "%s has more values than its storage of %d bytes holds, and so repeats some: save"
                    + " it with contiguous()",
                Arrays.toString(shape), region.length()))
        : Optional.empty();
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

  /**
   * What the values are.
   *
   * @throws WeightsException if they cannot be read
   */
  ElementType type() {
    requireReadable();
    return type.element().orElseThrow();
  }

  /**
   * @throws WeightsException if the values cannot be read
   */
  void requireReadable() {
    if (obstacle.isPresent()) {
      throw file.problem("%s cannot be read: it %s", name, obstacle.get());
    }
  }

  /** Why the values cannot be read; empty if they can. */
  Optional<String> obstacle() {
    return obstacle;
  }

  long[] shape() {
    return shape.clone();
  }

  /** Whether it has one value, be its shape {@code []} or {@code [1]}. */
  boolean isScalar() {
    return elements == 1 && shape.length <= 1;
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
