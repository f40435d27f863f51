package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;

/** Arithmetic with sizes of which some depend on the number of images. */
final class FoldSizes {
  private static final int MOST = 1 << 10;

  private static final Map<String, Consumer<Step>> OPERATORS =
      Map.ofEntries(
          Map.entry("Identity", step -> step.out(step.value(0))),
          Map.entry("Cast", step -> step.out(step.value(0))),
          Map.entry("Gather", FoldSizes::gather),
          Map.entry("Slice", FoldSizes::slice),
          Map.entry("Concat", FoldSizes::concat),
          Map.entry("Unsqueeze", step -> reshaped(step, false)),
          Map.entry("Squeeze", step -> reshaped(step, true)),
          Map.entry("Reshape", FoldSizes::reshape),
          Map.entry("Add", step -> binary(step, Dim::plus)),
          Map.entry("Sub", step -> binary(step, Dim::minus)),
          Map.entry("Mul", step -> binary(step, Dim::times)),
          Map.entry("Div", step -> binary(step, Dim::over)));

  private FoldSizes() {}

  static boolean knows(String type) {
    return OPERATORS.containsKey(type);
  }

  static void apply(Step step) {
    Objects.requireNonNull(OPERATORS.get(step.node().type())).accept(step);
  }

  private static Value.Sizes sizes(Step step, int input) {
    if (step.value(input) instanceof Value.Sizes sizes) {
      return sizes;
    }
    OnnxTensor tensor = step.constant(input);
    if (tensor.count() > MOST) {
      throw step.refuse("it computes with %d sizes", tensor.count());
    }
    return new Value.Sizes(
        tensor.shape().isEmpty(), Arrays.stream(tensor.longs()).mapToObj(Dim::of).toList());
  }

  private static void gather(Step step) {
    List<Dim> dims = sizes(step, 0).dims();
    OnnxTensor indices = step.constant(1);
    if (indices.count() > MOST || indices.shape().size() > 1) {
      throw step.refuse("its indices have the shape %s", indices.shape());
    }
    List<Dim> taken =
        Arrays.stream(indices.longs())
            .mapToObj(index -> dims.get(step.axis(index, dims.size())))
            .toList();
    step.out(Shapes.sizes(indices.shape().isEmpty(), taken));
  }

  private static void slice(Step step) {
    List<Dim> dims = sizes(step, 0).dims();
    long start = one(step, step.integers("starts", 1).orElse(List.of()));
    long end = one(step, step.integers("ends", 2).orElse(List.of()));
    if (step.has(4) && one(step, step.integers("", 4).orElseThrow()) != 1) {
      throw step.refuse("it takes every second size, or in another order");
    }
    int from = Fold.bound(start, dims.size());
    int to = Math.max(from, Fold.bound(end, dims.size()));
    step.out(Shapes.sizes(false, dims.subList(from, to)));
  }

  private static long one(Step step, List<Long> values) {
    if (values.size() != 1) {
      throw step.refuse("it takes parts of sizes on %d axes", values.size());
    }
    return values.get(0);
  }

  private static void concat(Step step) {
    List<Dim> all = new ArrayList<>();
    for (int i = 0; i < step.inputs(); i++) {
      all.addAll(sizes(step, i).dims());
    }
    if (all.size() > MOST) {
      throw step.refuse("it computes with %d sizes", all.size());
    }
    step.out(Shapes.sizes(false, all));
  }

  private static void reshaped(Step step, boolean scalar) {
    List<Dim> dims = sizes(step, 0).dims();
    step.out(Shapes.sizes(scalar && dims.size() == 1, dims));
  }

  private static void reshape(Step step) {
    step.out(Shapes.sizes(step.constant(1).count() == 0, sizes(step, 0).dims()));
  }

  private static void binary(Step step, BinaryOperator<Dim> f) {
    Value.Sizes a = sizes(step, 0);
    Value.Sizes b = sizes(step, 1);
    int count = Math.max(a.dims().size(), b.dims().size());
    boolean fits =
        (a.dims().size() == count || a.dims().size() == 1)
            && (b.dims().size() == count || b.dims().size() == 1);
    if (!fits) {
      throw step.refuse("it reads %d and %d sizes", a.dims().size(), b.dims().size());
    }
    List<Dim> result = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Dim x = a.dims().get(a.dims().size() == 1 ? 0 : i);
        Dim y = b.dims().get(b.dims().size() == 1 ? 0 : i);
        result.add(f.apply(x, y));
      }
    } catch (ArithmeticException e) {
      throw step.refuse("it needs a fixed number of images (%s)", e.getMessage());
    }
    step.out(Shapes.sizes(a.scalar() && b.scalar(), result));
  }
}
