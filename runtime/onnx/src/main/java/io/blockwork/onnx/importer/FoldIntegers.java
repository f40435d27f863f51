package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Works out integers that stand for constants, and the numbers that they stand for. */
final class FoldIntegers {
  private FoldIntegers() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("QuantizeLinear", FoldIntegers::quantize);
    all.put("DequantizeLinear", FoldIntegers::dequantize);
  }

  private static void quantize(Translation translation) {
    OnnxTensor x = translation.constant(0);
    translation.scope().worksOut(x.count(), translation);
    ElementType type = Integers.type(translation);
    double[] values = x.doubles();
    double[] scale = along(translation, translation.constant(1), x);
    double[] zero =
        translation
            .optional(2)
            .map(tensor -> along(translation, tensor, x))
            .orElseGet(() -> new double[values.length]);
    double low = Integers.least(type);
    double high = Integers.largest(type);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(low, Math.min(high, Math.rint(values[i] / scale[i]) + zero[i]));
    }
    translation.out(Constants.tensor(type, x.shape(), values));
  }

  private static void dequantize(Translation translation) {
    OnnxTensor x = translation.constant(0);
    translation.scope().worksOut(x.count(), translation);
    double[] values = x.doubles();
    double[] scale = along(translation, translation.constant(1), x);
    double[] zero =
        translation
            .optional(2)
            .map(tensor -> along(translation, tensor, x))
            .orElseGet(() -> new double[values.length]);
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] - zero[i]) * scale[i];
    }
    translation.out(Constants.tensor(ElementType.FLOAT, x.shape(), values).named(x.name()));
  }

  /** One value for each place on an axis, in the shape of a tensor. */
  private static double[] along(Translation translation, OnnxTensor values, OnnxTensor x) {
    if (values.count() == 1) {
      double[] all = new double[x.count()];
      Arrays.fill(all, values.first());
      return all;
    }
    int rank = x.shape().size();
    int axis = translation.axis(translation.integer("axis", 1), rank);
    if (values.shape().size() != 1 || values.count() != x.shape().get(axis)) {
      throw translation.refuse(
          "its scale has the shape %s; blocks are not supported", values.shape());
    }
    List<Integer> shape = new ArrayList<>(Collections.nCopies(rank, 1));
    shape.set(axis, values.count());
    return Constants.stretched(translation, values.reshaped(shape), x.shape());
  }
}
