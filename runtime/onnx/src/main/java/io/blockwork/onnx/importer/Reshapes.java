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

/** Other shapes and orders of the axes, which cost nothing, and the sizes that they are made of. */
final class Reshapes {
  private Reshapes() {}

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("Reshape", Reshapes::reshape);
    operators.put("Flatten", Reshapes::flatten);
    operators.put("Transpose", Reshapes::transpose);
    operators.put("Squeeze", Reshapes::squeeze);
    operators.put("Unsqueeze", Reshapes::unsqueeze);
    operators.put("Expand", Reshapes::expand);
    operators.put("Shape", Reshapes::shape);
    operators.put("Size", Reshapes::size);
  }

  private static List<Dim> sizes(Translation translation, int input) {
    Value value = translation.value(input);
    if (value instanceof Value.Sizes sizes) {
      return sizes.dims();
    }
    return Arrays.stream(translation.constant(input).longs()).mapToObj(Dim::of).toList();
  }

  private static void reshape(Translation translation) {
    View x = translation.view(0);
    List<Dim> target = new ArrayList<>(sizes(translation, 1));
    if (target.size() > 16) {
      throw translation.refuse("it makes %d axes", target.size());
    }
    boolean zeros = translation.integer("allowzero", 0) != 0;
    int free = -1;
    for (int i = 0; i < target.size(); i++) {
      Dim dim = target.get(i);
      if (dim.isConstant() && dim.constant() == 0 && !zeros && i < x.rank()) {
        target.set(i, x.dims().get(i));
      } else if (dim.isConstant() && dim.constant() == -1 && free < 0) {
        free = i;
      } else if (dim.constant() < 0 || dim.batch() < 0 || dim.equals(Dim.of(0))) {
        throw translation.refuse("it makes the shape %s of %s", target, x.dims());
      }
    }
    if (free >= 0) {
      target.set(free, rest(translation, x, target, free));
    }
    translation.out(reshaped(translation, x, target));
  }

  /** What is left for the size that is not given. */
  private static Dim rest(Translation translation, View x, List<Dim> target, int free) {
    long batch = translation.scope().batch().size();
    Dim all = View.dim(x.atoms());
    Dim known = Dim.of(1);
    for (int i = 0; i < target.size(); i++) {
      known = i == free ? known : known.times(target.get(i));
    }
    try {
      // A number that the file was written for stands for the images.
      return known.isConstant()
              && batch > 0
              && known.constant() % batch == 0
              && all.constant() == 0
              && all.batch() % (known.constant() / batch) == 0
              && takesImages(x, target, free, batch)
          ? Dim.of(all.batch() / (known.constant() / batch))
          : all.over(known);
    } catch (ArithmeticException e) {
      throw translation.refuse("it makes the shape %s of %s", target, x.dims());
    }
  }

  /** Whether the images are in one of the given sizes, not in the one that is left. */
  private static boolean takesImages(View x, List<Dim> target, int free, long batch) {
    if (x.atoms().isEmpty() || !x.atoms().get(0).isBatch()) {
      return false;
    }
    for (int i = 0; i < target.size(); i++) {
      if (i == free) {
        return false;
      }
      if (target.get(i).isConstant() && target.get(i).constant() % batch == 0) {
        return true;
      }
    }
    return false;
  }

  private static View reshaped(Translation translation, View x, List<Dim> target) {
    int batch = translation.scope().batch().size();
    Optional<View> result = x.reshaped(target, batch);
    if (result.isEmpty()) {
      throw translation.refuse(
          "it makes the shape %s of %s, which is not supported%s",
          target,
          x.dims(),
          batch == 0 && target.stream().allMatch(Dim::isConstant)
              ? ": the shape is fixed, but the number of images is free"
              : "");
    }
    return result.get();
  }

  private static void flatten(Translation translation) {
    View x = translation.view(0);
    long given = translation.integer("axis", 1);
    int axis = given == x.rank() ? x.rank() : translation.axis(given, x.rank());
    List<Atom> first = x.axes().subList(0, axis).stream().flatMap(List::stream).toList();
    List<Atom> second = x.axes().subList(axis, x.rank()).stream().flatMap(List::stream).toList();
    translation.out(x.with(List.of(first, second)));
  }

  private static void transpose(Translation translation) {
    View x = translation.view(0);
    List<Long> order = new ArrayList<>();
    for (long i = x.rank() - 1L; i >= 0; i--) {
      order.add(i);
    }
    List<Long> perm = translation.integers("perm").orElse(order);
    if (perm.size() != x.rank() || new TreeSet<>(perm).size() != x.rank()) {
      throw translation.refuse("its attribute perm is %s for %d axes", perm, x.rank());
    }
    translation.out(
        x.transposed(perm.stream().mapToInt(axis -> translation.axis(axis, x.rank())).toArray()));
  }

  private static void squeeze(Translation translation) {
    View x = translation.view(0);
    Optional<List<Long>> axes = axes(translation);
    List<List<Atom>> left = new ArrayList<>();
    TreeSet<Integer> dropped = new TreeSet<>();
    axes.ifPresent(list -> list.forEach(axis -> dropped.add(translation.axis(axis, x.rank()))));
    for (int axis = 0; axis < x.rank(); axis++) {
      boolean one = x.axes().get(axis).isEmpty();
      if (axes.isPresent() && dropped.contains(axis) && !one) {
        throw translation.refuse("it drops axis %d of the shape %s", axis, x.dims());
      }
      if (axes.isPresent() ? !dropped.contains(axis) : !one) {
        left.add(x.axes().get(axis));
      }
    }
    translation.out(x.with(left));
  }

  private static Optional<List<Long>> axes(Translation translation) {
    return translation.opset() >= 13 ? translation.integers("", 1) : translation.integers("axes");
  }

  private static void unsqueeze(Translation translation) {
    View x = translation.view(0);
    List<Long> axes =
        axes(translation).orElseThrow(() -> translation.refuse("its axes are missing"));
    int rank = x.rank() + axes.size();
    if (rank > 16) {
      throw translation.refuse("it makes %d axes", rank);
    }
    TreeSet<Integer> added = new TreeSet<>();
    axes.forEach(axis -> added.add(translation.axis(axis, rank)));
    if (added.size() != axes.size()) {
      throw translation.refuse("it adds an axis twice: %s", axes);
    }
    List<List<Atom>> all = new ArrayList<>(x.axes());
    added.forEach(axis -> all.add(axis, List.of()));
    translation.out(x.with(all));
  }

  private static void expand(Translation translation) {
    View x = translation.view(0);
    List<Dim> target = sizes(translation, 1);
    List<Dim> now = new ArrayList<>(x.dims());
    List<List<Atom>> axes = new ArrayList<>(x.axes());
    while (now.size() < target.size()) {
      now.add(0, Dim.of(1));
      axes.add(0, List.of());
    }
    for (int i = 1; i <= target.size(); i++) {
      Dim wanted = target.get(target.size() - i);
      Dim have = now.get(now.size() - i);
      boolean images =
          have.equals(Dim.BATCH) && wanted.equals(Dim.of(translation.scope().batch().size()));
      if (!wanted.equals(have) && !wanted.equals(Dim.of(1)) && !images) {
        throw translation.refuse("it repeats values: %s becomes %s", x.dims(), target);
      }
    }
    translation.out(x.with(axes));
  }

  private static void shape(Translation translation) {
    View x = translation.view(0);
    List<Dim> dims = x.dims();
    int from = bound(translation.integer("start", 0), dims.size());
    int to = bound(translation.integer("end", dims.size()), dims.size());
    translation.out(told(translation, false, from < to ? dims.subList(from, to) : List.of()));
  }

  private static int bound(long at, int rank) {
    return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  }

  private static void size(Translation translation) {
    translation.out(told(translation, true, List.of(View.dim(translation.view(0).atoms()))));
  }

  /** Sizes of a tensor, which are all known where the number of images is. */
  private static Value told(Translation translation, boolean scalar, List<Dim> dims) {
    Batch batch = translation.scope().batch();
    return sizes(
        scalar, batch.only() ? dims.stream().map(dim -> dim.at(batch.size())).toList() : dims);
  }

  /** Integers as a constant, if none of them depends on the number of images. */
  static Value sizes(boolean scalar, List<Dim> dims) {
    if (!dims.stream().allMatch(Dim::isConstant)) {
      return new Value.Sizes(scalar, dims);
    }
    long[] values = dims.stream().mapToLong(Dim::constant).toArray();
    List<Integer> shape = scalar ? List.of() : List.of(values.length);
    return new Value.Constant(OnnxTensor.of("", ElementType.INT64, shape, values));
  }
}
