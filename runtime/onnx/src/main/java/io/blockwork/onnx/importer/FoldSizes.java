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

  private static final Map<String, Consumer<Translation>> OPERATORS =
      Map.ofEntries(
          Map.entry("Identity", translation -> translation.out(translation.value(0))),
          Map.entry("Cast", translation -> translation.out(translation.value(0))),
          Map.entry("Gather", FoldSizes::gather),
          Map.entry("Slice", FoldSizes::slice),
          Map.entry("Concat", FoldSizes::concat),
          Map.entry("Unsqueeze", translation -> reshaped(translation, false)),
          Map.entry("Squeeze", translation -> reshaped(translation, true)),
          Map.entry("Reshape", FoldSizes::reshape),
          Map.entry("Add", translation -> binary(translation, Dim::plus)),
          Map.entry("Sub", translation -> binary(translation, Dim::minus)),
          Map.entry("Mul", translation -> binary(translation, Dim::times)),
          Map.entry("Div", translation -> binary(translation, Dim::over)));

  private FoldSizes() {}

  static boolean knows(String type) {
    return OPERATORS.containsKey(type);
  }

  static void apply(Translation translation) {
    Objects.requireNonNull(OPERATORS.get(translation.node().type())).accept(translation);
  }

  private static Value.Sizes sizes(Translation translation, int input) {
    if (translation.value(input) instanceof Value.Sizes sizes) {
      return sizes;
    }
    OnnxTensor tensor = translation.constant(input);
    if (tensor.count() > MOST) {
      throw translation.refuse("it computes with %d sizes", tensor.count());
    }
    return new Value.Sizes(
        tensor.shape().isEmpty(), Arrays.stream(tensor.longs()).mapToObj(Dim::of).toList());
  }

  private static void gather(Translation translation) {
    List<Dim> dims = sizes(translation, 0).dims();
    OnnxTensor indices = translation.constant(1);
    if (indices.count() > MOST || indices.shape().size() > 1) {
      throw translation.refuse("its indices have the shape %s", indices.shape());
    }
    List<Dim> taken =
        Arrays.stream(indices.longs())
            .mapToObj(index -> dims.get(translation.axis(index, dims.size())))
            .toList();
    translation.out(Reshapes.sizes(indices.shape().isEmpty(), taken));
  }

  private static void slice(Translation translation) {
    List<Dim> dims = sizes(translation, 0).dims();
    long start = one(translation, translation.integers("starts", 1).orElse(List.of()));
    long end = one(translation, translation.integers("ends", 2).orElse(List.of()));
    if (translation.has(4) && one(translation, translation.integers("", 4).orElseThrow()) != 1) {
      throw translation.refuse("it takes every second size, or in another order");
    }
    int from = FoldShapes.bound(start, dims.size());
    int to = Math.max(from, FoldShapes.bound(end, dims.size()));
    translation.out(Reshapes.sizes(false, dims.subList(from, to)));
  }

  private static long one(Translation translation, List<Long> values) {
    if (values.size() != 1) {
      throw translation.refuse("it takes parts of sizes on %d axes", values.size());
    }
    return values.get(0);
  }

  private static void concat(Translation translation) {
    List<Dim> all = new ArrayList<>();
    for (int i = 0; i < translation.inputs(); i++) {
      all.addAll(sizes(translation, i).dims());
    }
    if (all.size() > MOST) {
      throw translation.refuse("it computes with %d sizes", all.size());
    }
    translation.out(Reshapes.sizes(false, all));
  }

  private static void reshaped(Translation translation, boolean scalar) {
    List<Dim> dims = sizes(translation, 0).dims();
    translation.out(Reshapes.sizes(scalar && dims.size() == 1, dims));
  }

  private static void reshape(Translation translation) {
    translation.out(
        Reshapes.sizes(translation.constant(1).count() == 0, sizes(translation, 0).dims()));
  }

  private static void binary(Translation translation, BinaryOperator<Dim> f) {
    Value.Sizes a = sizes(translation, 0);
    Value.Sizes b = sizes(translation, 1);
    int count = Math.max(a.dims().size(), b.dims().size());
    boolean fits =
        (a.dims().size() == count || a.dims().size() == 1)
            && (b.dims().size() == count || b.dims().size() == 1);
    if (!fits) {
      throw translation.refuse("it reads %d and %d sizes", a.dims().size(), b.dims().size());
    }
    List<Dim> result = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Dim x = a.dims().get(a.dims().size() == 1 ? 0 : i);
        Dim y = b.dims().get(b.dims().size() == 1 ? 0 : i);
        result.add(f.apply(x, y));
      }
    } catch (ArithmeticException e) {
      throw translation.refuse("it needs a fixed number of images (%s)", e.getMessage());
    }
    translation.out(Reshapes.sizes(a.scalar() && b.scalar(), result));
  }
}
