package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Works out parts of constants, and constants beside each other. */
final class FoldParts {
  private FoldParts() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("Gather", FoldParts::gather);
    all.put("Slice", FoldParts::slice);
    all.put("Concat", FoldParts::concat);
    all.put("Split", FoldParts::split);
    all.put("Tile", FoldParts::tile);
    all.put("Range", FoldParts::range);
  }

  /** A row-major tensor as so many blocks before an axis, the axis, and what one step of it is. */
  private record Axis(int outer, int size, int inner) {
    static Axis of(List<Integer> shape, int axis) {
      int outer = shape.subList(0, axis).stream().reduce(1, (a, b) -> a * b);
      int inner = shape.subList(axis + 1, shape.size()).stream().reduce(1, (a, b) -> a * b);
      return new Axis(outer, shape.get(axis), inner);
    }
  }

  /** The places of an axis that are named, in that order. */
  private static OnnxTensor taken(Translation translation, OnnxTensor x, int axis, int... places) {
    List<Integer> shape = new ArrayList<>(x.shape());
    shape.set(axis, places.length);
    Axis from = Axis.of(x.shape(), axis);
    long count = (long) from.outer() * places.length * from.inner();
    translation.scope().worksOut(count, translation);
    if (x.isUniform()) {
      return OnnxTensor.uniform(x.name(), x.type(), shape, x.first());
    }
    double[] source = x.doubles();
    double[] values = new double[(int) count];
    int to = 0;
    for (int outer = 0; outer < from.outer(); outer++) {
      for (int place : places) {
        int at = (outer * from.size() + place) * from.inner();
        System.arraycopy(source, at, values, to, from.inner());
        to += from.inner();
      }
    }
    return x.type().isFloating()
        ? OnnxTensor.of(x.name(), x.type(), shape, values)
        : Constants.tensor(x.type(), shape, values);
  }

  private static void gather(Translation translation) {
    OnnxTensor x = translation.constant(0);
    OnnxTensor indices = translation.constant(1);
    int axis = translation.axis(translation.integer("axis", 0), x.shape().size());
    int size = x.shape().get(axis);
    translation.scope().worksOut(indices.count(), translation);
    int[] places =
        Arrays.stream(indices.longs())
            .mapToInt(
                index -> {
                  long place = index < 0 ? index + size : index;
                  if (place < 0 || place >= size) {
                    throw translation.refuse("it takes place %d of %d", index, size);
                  }
                  return (int) place;
                })
            .toArray();
    List<Integer> shape = new ArrayList<>(x.shape().subList(0, axis));
    shape.addAll(indices.shape());
    shape.addAll(x.shape().subList(axis + 1, x.shape().size()));
    translation.out(taken(translation, x, axis, places).reshaped(shape));
  }

  private static void slice(Translation translation) {
    OnnxTensor x = translation.constant(0);
    List<Long> starts =
        translation
            .integers("starts", 1)
            .orElseThrow(() -> translation.refuse("its starts are missing"));
    List<Long> ends =
        translation
            .integers("ends", 2)
            .orElseThrow(() -> translation.refuse("its ends are missing"));
    List<Long> axes =
        translation
            .integers("axes", 3)
            .orElseGet(
                () -> {
                  List<Long> all = new ArrayList<>();
                  for (long i = 0; i < starts.size(); i++) {
                    all.add(i);
                  }
                  return all;
                });
    Optional<List<Long>> steps =
        translation.has(4) ? translation.integers("", 4) : Optional.empty();
    if (ends.size() != starts.size()
        || axes.size() != starts.size()
        || steps.map(list -> list.size() != starts.size()).orElse(false)) {
      throw translation.refuse("it has %d starts and %d ends", starts.size(), ends.size());
    }
    for (int i = 0; i < starts.size(); i++) {
      int axis = translation.axis(axes.get(i), x.shape().size());
      int size = x.shape().get(axis);
      long by = steps.isPresent() ? steps.get().get(i) : 1;
      x = taken(translation, x, axis, places(translation, starts.get(i), ends.get(i), by, size));
    }
    translation.out(x);
  }

  private static int[] places(Translation translation, long start, long end, long by, int size) {
    if (by == 0 || by == Long.MIN_VALUE) {
      throw translation.refuse("its steps are %d", by);
    }
    long from = start < 0 ? Math.max(start, -size - 1L) + size : start;
    long to = end < 0 ? Math.max(end, -size - 1L) + size : end;
    List<Integer> places = new ArrayList<>();
    if (by > 0) {
      long first = Math.max(0, Math.min(size, from));
      for (long at = first; at < Math.min(size, to); at = by > size ? size : at + by) {
        places.add((int) at);
      }
    } else {
      long first = Math.max(-1, Math.min(size - 1L, from));
      for (long at = first; at > Math.max(-1, to); at = by < -size ? -1 : at + by) {
        places.add((int) at);
      }
    }
    return places.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void concat(Translation translation) {
    OnnxTensor first = translation.constant(0);
    int rank = first.shape().size();
    int axis = translation.axis(translation.integer("axis", 1), rank);
    List<OnnxTensor> parts = new ArrayList<>();
    int size = 0;
    for (int i = 0; i < translation.inputs(); i++) {
      OnnxTensor part = translation.constant(i);
      if (part.shape().size() != rank) {
        throw translation.refuse(
            "it joins constants of the shapes %s and %s", first.shape(), part.shape());
      }
      for (int other = 0; other < rank; other++) {
        if (other != axis && !part.shape().get(other).equals(first.shape().get(other))) {
          throw translation.refuse(
              "it joins constants of the shapes %s and %s", first.shape(), part.shape());
        }
      }
      size = Math.addExact(size, part.shape().get(axis));
      parts.add(part);
    }
    List<Integer> shape = new ArrayList<>(first.shape());
    shape.set(axis, size);
    Axis whole = Axis.of(shape, axis);
    long count = (long) whole.outer() * whole.size() * whole.inner();
    translation.scope().worksOut(count, translation);
    double[] values = new double[(int) count];
    int offset = 0;
    for (OnnxTensor part : parts) {
      double[] from = part.doubles();
      int run = part.shape().get(axis) * whole.inner();
      for (int outer = 0; outer < whole.outer(); outer++) {
        int to = outer * whole.size() * whole.inner() + offset;
        System.arraycopy(from, outer * run, values, to, run);
      }
      offset += run;
    }
    translation.out(Constants.tensor(first.type(), shape, values));
  }

  private static void split(Translation translation) {
    OnnxTensor x = translation.constant(0);
    int axis = translation.axis(translation.integer("axis", 0), x.shape().size());
    int size = x.shape().get(axis);
    int outputs = translation.node().outputs().size();
    Optional<List<Long>> given =
        translation.opset() >= 13 ? translation.integers("", 1) : translation.integers("split");
    List<Long> parts = new ArrayList<>();
    long each = outputs == 0 ? 0 : (size + outputs - 1L) / outputs;
    for (int i = 0; i < outputs; i++) {
      parts.add(Math.max(0, Math.min(each, size - i * each)));
    }
    parts = given.orElse(parts);
    if (parts.size() != outputs
        || parts.stream().anyMatch(part -> part < 0 || part > size)
        || parts.stream().mapToLong(Long::longValue).sum() != size) {
      throw translation.refuse("its parts %s do not make %d", parts, size);
    }
    int from = 0;
    for (int i = 0; i < outputs; i++) {
      int to = from + parts.get(i).intValue();
      int[] places = IntStream.range(from, to).toArray();
      translation.out(i, new Value.Constant(taken(translation, x, axis, places)));
      from = to;
    }
  }

  private static void tile(Translation translation) {
    OnnxTensor x = translation.constant(0);
    long[] repeats = translation.constant(1).longs();
    if (repeats.length != x.shape().size()) {
      throw translation.refuse("it has %d repeats for the shape %s", repeats.length, x.shape());
    }
    for (int axis = 0; axis < repeats.length; axis++) {
      int size = x.shape().get(axis);
      if (repeats[axis] < 0 || repeats[axis] > 1 << 24 || repeats[axis] * size > 1 << 26) {
        throw translation.refuse("it repeats %d values %d times", size, repeats[axis]);
      }
      translation.scope().worksOut(repeats[axis] * size, translation);
      int[] places = new int[(int) repeats[axis] * size];
      Arrays.setAll(places, i -> i % size);
      x = taken(translation, x, axis, places);
    }
    translation.out(x);
  }

  private static void range(Translation translation) {
    double from = translation.constant(0).first();
    double to = translation.constant(1).first();
    double by = translation.constant(2).first();
    double count = Math.max(0, Math.ceil((to - from) / by));
    if (!(count < 1 << 26)) {
      throw translation.refuse("it counts from %s to %s by %s", from, to, by);
    }
    translation.scope().worksOut((long) count, translation);
    double[] values = new double[(int) count];
    Arrays.setAll(values, i -> from + i * by);
    translation.out(
        Constants.tensor(translation.constant(0).type(), List.of(values.length), values));
  }
}
