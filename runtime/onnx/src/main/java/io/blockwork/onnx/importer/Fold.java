package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxAttribute;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Works out operations whose inputs are all constant. */
final class Fold {
  private static final Map<String, Consumer<Translation>> OPERATORS = operators();

  private Fold() {}

  static boolean knows(String type) {
    return OPERATORS.containsKey(type);
  }

  static void apply(Translation translation) {
    Objects.requireNonNull(OPERATORS.get(translation.node().type())).accept(translation);
  }

  private static Map<String, Consumer<Translation>> operators() {
    Map<String, Consumer<Translation>> all = new HashMap<>();
    all.put("Constant", Fold::constant);
    all.put("ConstantOfShape", Fold::constantOfShape);
    all.put("Identity", translation -> translation.out(translation.constant(0)));
    all.put("Cast", Fold::cast);
    all.put("CastLike", translation -> cast(translation, translation.constant(1).type()));
    FoldElementwise.into(all);
    FoldShapes.into(all);
    FoldIntegers.into(all);
    FoldParts.into(all);
    FoldReductions.into(all);
    FoldProducts.into(all);
    FoldNorms.into(all);
    FoldPads.into(all);
    FoldPools.into(all);
    return Map.copyOf(all);
  }

  private static void constant(Translation translation) {
    for (Map.Entry<String, OnnxAttribute> entry : translation.node().attributes().entrySet()) {
      OnnxAttribute value = entry.getValue();
      if (value instanceof OnnxAttribute.Tensor tensor) {
        String name =
            translation.node().outputs().isEmpty() ? "" : translation.node().outputs().get(0);
        translation.out(tensor.value().named(name));
      } else if (value instanceof OnnxAttribute.Real real) {
        translation.out(
            OnnxTensor.of("", ElementType.FLOAT, List.of(), new double[] {real.value()}));
      } else if (value instanceof OnnxAttribute.Int integer) {
        Constants.scalar(translation, integer.value());
      } else if (value instanceof OnnxAttribute.Reals reals) {
        double[] all = reals.values().stream().mapToDouble(Float::doubleValue).toArray();
        translation.out(OnnxTensor.of("", ElementType.FLOAT, List.of(all.length), all));
      } else if (value instanceof OnnxAttribute.Ints integers) {
        long[] all = integers.values().stream().mapToLong(Long::longValue).toArray();
        translation.out(OnnxTensor.of("", ElementType.INT64, List.of(all.length), all));
      } else {
        throw translation.refuse("its value is a %s, which is not supported", entry.getKey());
      }
      return;
    }
    throw translation.refuse("it has no value");
  }

  private static void constantOfShape(Translation translation) {
    List<Integer> shape = Constants.sizes(translation, translation.constant(0).longs());
    OnnxAttribute value = translation.node().attributes().get("value");
    OnnxTensor one =
        value instanceof OnnxAttribute.Tensor tensor
            ? tensor.value()
            : OnnxTensor.of("", ElementType.FLOAT, List.of(1), new double[] {0});
    if (one.count() != 1) {
      throw translation.refuse("its value has the shape %s", one.shape());
    }
    String name = translation.node().outputs().isEmpty() ? "" : translation.node().outputs().get(0);
    translation.out(OnnxTensor.uniform(name, one.type(), shape, one.first()));
  }

  private static void cast(Translation translation) {
    cast(translation, translation.elementType(translation.integer("to", 1)));
  }

  private static void cast(Translation translation, ElementType type) {
    OnnxTensor x = translation.constant(0);
    if (type.isFloating() && type.bytes() >= x.type().bytes() && x.type().isFloating()) {
      // Wider numbers hold the same; weights stay in the file.
      translation.out(x);
      return;
    }
    translation.scope().worksOut(x.count(), translation);
    double[] values = x.doubles();
    if (type == ElementType.BOOL) {
      values = Arrays.stream(values).map(value -> value == 0 ? 0 : 1).toArray();
    }
    translation.out(Constants.tensor(type, x.shape(), values));
  }
}
