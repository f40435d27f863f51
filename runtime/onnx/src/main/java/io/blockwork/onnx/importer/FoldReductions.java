package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Works out sums and the like of constants. */
final class FoldReductions {
  private FoldReductions() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put(
        "ReduceSum", translation -> reduce(translation, 13, 0, x -> x, Double::sum, (x, n) -> x));
    all.put(
        "ReduceMean",
        translation -> reduce(translation, 18, 0, x -> x, Double::sum, (x, n) -> x / n));
    all.put(
        "ReduceMax",
        translation ->
            reduce(translation, 18, Double.NEGATIVE_INFINITY, x -> x, Math::max, (x, n) -> x));
    all.put(
        "ReduceMin",
        translation ->
            reduce(translation, 18, Double.POSITIVE_INFINITY, x -> x, Math::min, (x, n) -> x));
    all.put(
        "ReduceProd",
        translation -> reduce(translation, 18, 1, x -> x, (a, b) -> a * b, (x, n) -> x));
    all.put(
        "ReduceL2",
        translation -> reduce(translation, 18, 0, x -> x * x, Double::sum, (x, n) -> Math.sqrt(x)));
  }

  private static void reduce(
      Translation translation,
      int inputsSince,
      double start,
      DoubleUnaryOperator each,
      DoubleBinaryOperator both,
      DoubleBinaryOperator end) {
    OnnxTensor x = translation.constant(0);
    Optional<List<Long>> given =
        translation.opset() >= inputsSince
            ? translation.integers("", 1)
            : translation.integers("axes");
    boolean none = given.map(List::isEmpty).orElse(true);
    if (none && translation.integer("noop_with_empty_axes", 0) != 0) {
      translation.out(x);
      return;
    }
    int rank = x.shape().size();
    var axes = new TreeSet<Integer>();
    for (int i = 0; none && i < rank; i++) {
      axes.add(i);
    }
    given.ifPresent(list -> list.forEach(axis -> axes.add(translation.axis(axis, rank))));
    List<Integer> kept = new ArrayList<>();
    List<Integer> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      kept.add(axes.contains(i) ? 1 : x.shape().get(i));
      if (!axes.contains(i) || translation.integer("keepdims", 1) != 0) {
        shape.add(kept.get(i));
      }
    }
    translation.scope().worksOut(x.count(), translation);
    double[] from = x.doubles();
    double[] to = new double[kept.stream().reduce(1, (a, b) -> a * b)];
    Arrays.fill(to, start);
    int[] at = new int[rank];
    for (double value : from) {
      int index = 0;
      for (int axis = 0; axis < rank; axis++) {
        index = index * kept.get(axis) + (kept.get(axis) == 1 ? 0 : at[axis]);
      }
      to[index] = both.applyAsDouble(to[index], each.applyAsDouble(value));
      for (int axis = rank - 1; axis >= 0 && ++at[axis] == x.shape().get(axis); axis--) {
        at[axis] = 0;
      }
    }
    double count = to.length == 0 ? 1 : (double) from.length / to.length;
    translation.out(
        Constants.tensor(
            x.type(),
            shape,
            Arrays.stream(to).map(value -> end.applyAsDouble(value, count)).toArray()));
  }
}
