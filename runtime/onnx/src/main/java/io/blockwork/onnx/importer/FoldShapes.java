package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Works out shapes of constants, and constants in other shapes. */
final class FoldShapes {
  private FoldShapes() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("Shape", FoldShapes::shape);
    all.put("Size", translation -> Constants.scalar(translation, translation.constant(0).count()));
    all.put("Reshape", FoldShapes::reshape);
    all.put("Flatten", FoldShapes::flatten);
    all.put("Squeeze", FoldShapes::squeeze);
    all.put("Unsqueeze", FoldShapes::unsqueeze);
    all.put("Transpose", FoldShapes::transpose);
    all.put("Expand", FoldShapes::expand);
  }

  private static void shape(Translation translation) {
    List<Integer> shape = translation.constant(0).shape();
    int rank = shape.size();
    int from = bound(translation.integer("start", 0), rank);
    int to = Math.max(from, bound(translation.integer("end", rank), rank));
    long[] sizes = shape.subList(from, to).stream().mapToLong(Integer::longValue).toArray();
    translation.out(OnnxTensor.of("", ElementType.INT64, List.of(sizes.length), sizes));
  }

  static int bound(long at, int rank) {
    return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  }

  private static void reshape(Translation translation) {
    OnnxTensor x = translation.constant(0);
    long[] target = translation.constant(1).longs();
    long known = 1;
    int free = -1;
    for (int i = 0; i < target.length; i++) {
      if (target[i] == 0 && translation.integer("allowzero", 0) == 0 && i < x.shape().size()) {
        target[i] = x.shape().get(i);
      }
      if (target[i] == -1 && free < 0) {
        free = i;
      } else if (target[i] < 0 || target[i] > 1 << 30) {
        throw translation.refuse("it makes the shape %s", Arrays.toString(target));
      } else {
        known = Math.min(1L << 40, known * target[i]);
      }
    }
    if (free >= 0) {
      target[free] = known == 0 ? 0 : x.count() / known;
    }
    translation.out(x.reshaped(Constants.sizes(translation, target)));
  }

  private static void flatten(Translation translation) {
    OnnxTensor x = translation.constant(0);
    int rank = x.shape().size();
    long given = translation.integer("axis", 1);
    int axis = given == rank ? rank : translation.axis(given, rank);
    int rows = x.shape().subList(0, axis).stream().reduce(1, (a, b) -> a * b);
    translation.out(x.reshaped(List.of(rows, rows == 0 ? 0 : x.count() / rows)));
  }

  private static Optional<List<Long>> axes(Translation translation) {
    return translation.opset() >= 13 ? translation.integers("", 1) : translation.integers("axes");
  }

  private static void squeeze(Translation translation) {
    OnnxTensor x = translation.constant(0);
    Optional<List<Long>> axes = axes(translation);
    int rank = x.shape().size();
    var dropped = new TreeSet<Integer>();
    axes.ifPresent(list -> list.forEach(axis -> dropped.add(translation.axis(axis, rank))));
    List<Integer> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      boolean drop = axes.isPresent() ? dropped.contains(i) : x.shape().get(i) == 1;
      if (!drop) {
        shape.add(x.shape().get(i));
      }
    }
    translation.out(x.reshaped(shape));
  }

  private static void unsqueeze(Translation translation) {
    OnnxTensor x = translation.constant(0);
    List<Long> axes =
        axes(translation).orElseThrow(() -> translation.refuse("its axes are missing"));
    int rank = x.shape().size() + axes.size();
    if (rank > 64) {
      throw translation.refuse("it makes %d axes", rank);
    }
    List<Integer> shape = new ArrayList<>(x.shape());
    var added =
        axes.stream()
            .map(axis -> translation.axis(axis, rank))
            .collect(Collectors.toCollection(TreeSet::new));
    if (added.size() != axes.size()) {
      throw translation.refuse("it adds an axis twice: %s", axes);
    }
    added.forEach(axis -> shape.add(axis, 1));
    translation.out(x.reshaped(shape));
  }

  private static void transpose(Translation translation) {
    OnnxTensor x = translation.constant(0);
    int rank = x.shape().size();
    List<Long> reversed = new ArrayList<>();
    for (long i = rank - 1L; i >= 0; i--) {
      reversed.add(i);
    }
    List<Long> perm = translation.integers("perm").orElse(reversed);
    if (perm.size() != rank || new TreeSet<>(perm).size() != rank) {
      throw translation.refuse("its attribute perm is %s for %d axes", perm, rank);
    }
    translation.out(
        x.transposed(perm.stream().mapToInt(axis -> translation.axis(axis, rank)).toArray()));
  }

  private static void expand(Translation translation) {
    OnnxTensor x = translation.constant(0);
    List<Integer> shape =
        Constants.broadcast(
            translation, x.shape(), Constants.sizes(translation, translation.constant(1).longs()));
    translation.out(
        x.isUniform() && !shape.contains(0)
            ? OnnxTensor.uniform(x.name(), x.type(), shape, x.first())
            : Constants.tensor(x.type(), shape, Constants.stretched(translation, x, shape)));
  }
}
