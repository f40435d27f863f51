package io.blockwork.parameters;

import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The values of some entries, one behind the other in one block of memory, which no workspace of
 * ND4J's owns. ND4J sees them from when somebody asks for an array on.
 */
final class FlatValues {
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final NativeBlock block;
  private final DataType type;

  /** Guarded by this. */
  private Optional<Arrays> arrays = Optional.empty();

  private record Place(ParameterInfo info, long from) {}

  private record Arrays(INDArray flat, Map<String, INDArray> views) {}

  /**
   * Makes room; the values are undefined.
   *
   * @param entries in order
   * @param what they are, for people
   * @throws IllegalArgumentException if one of them takes 2 GiB or more
   */
  FlatValues(List<ParameterInfo> entries, DataType type, String what) {
    this.type = type;
    long length = 0;
    for (ParameterInfo info : entries) {
      requireAddressable(info, type);
      places.put(info.name(), new Place(info, length));
      length += info.length();
    }
    // ND4J computes with one value, but not with none.
    this.block = NativeBlock.allocate(Math.max(1, length) * type.width(), what);
    if (length == 0) {
      clear();
    }
  }

  private static void requireAddressable(ParameterInfo info, DataType type) {
    // Buffers over a parameter count its bytes by a 32-bit number.
    if (info.length() > Integer.MAX_VALUE / type.width()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s has %d values, which take 2 GiB or more as %s; use DataType.FLOAT, fewer classes or"
                  + " fewer channels",
              info.name(), info.length(), type));
    }
  }

  /** The names of the entries, in order. */
  Set<String> names() {
    return places.keySet();
  }

  boolean has(String name) {
    return places.containsKey(name);
  }

  DataType type() {
    return type;
  }

  ParameterInfo info(String name) {
    return place(name).info();
  }

  private Place place(String name) {
    return Objects.requireNonNull(places.get(name), name);
  }

  /** The memory of the entry. */
  NativeValues values(String name) {
    Place place = place(name);
    return NativeValues.of(block, type, place.from(), place.info().length());
  }

  /** The entry in its shape. */
  INDArray view(String name) {
    return Objects.requireNonNull(arrays().views().get(name), name);
  }

  /** All values as one array of one dimension. */
  INDArray flat() {
    return arrays().flat();
  }

  /** Makes every value zero. */
  void clear() {
    block.clear();
  }

  /** Frees the memory; ND4J refuses arrays that somebody still has. */
  synchronized void close() {
    arrays.ifPresent(made -> made.flat().data().close());
    block.close();
  }

  private synchronized Arrays arrays() {
    Arrays made = arrays.orElseGet(this::make);
    arrays = Optional.of(made);
    return made;
  }

  private Arrays make() {
    DataBuffer buffer = block.buffer(type);
    Map<String, INDArray> views = new LinkedHashMap<>();
    places.forEach((name, place) -> views.put(name, view(buffer, place)));
    return new Arrays(array(buffer, 0, block.bytes() / type.width()), views);
  }

  private INDArray view(DataBuffer buffer, Place place) {
    return array(buffer, place.from(), place.info().dimensions());
  }

  private INDArray array(DataBuffer buffer, long from, long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= shape[d];
    }
    return Nd4j.create(buffer, shape, strides, from, 'c', type);
  }
}
