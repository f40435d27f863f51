package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Works out functions of constants that look at several values at once, or at a second constant.
 */
final class FoldNorms {
  private FoldNorms() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("Softmax", translation -> softmax(translation, false));
    all.put("LogSoftmax", translation -> softmax(translation, true));
    all.put("LayerNormalization", FoldNorms::layerNorm);
    all.put("PRelu", FoldNorms::prelu);
    all.put("Dropout", FoldNorms::dropout);
  }

  private static void softmax(Translation translation, boolean log) {
    OnnxTensor x = translation.constant(0);
    boolean flattens = translation.opset() < 13;
    List<Integer> shape = x.shape();
    int axis = translation.axis(translation.integer("axis", flattens ? 1 : -1), shape.size());
    // Older opsets go over all axes from the given one on.
    int behind = flattens ? shape.size() : axis + 1;
    int size = product(shape.subList(axis, behind));
    int inner = product(shape.subList(behind, shape.size()));
    translation.scope().worksOut(x.count(), translation);
    double[] values = x.doubles();
    for (int start = 0; start < values.length; start++) {
      if (start / inner % size == 0) {
        softmax(values, start, size, inner, log);
      }
    }
    translation.out(Constants.tensor(x.type(), shape, values));
  }

  private static void softmax(double[] values, int start, int size, int stride, boolean log) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, values[start + i * stride]);
    }
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.exp(values[start + i * stride] - largest);
    }
    for (int i = 0; i < size; i++) {
      double value = values[start + i * stride] - largest;
      values[start + i * stride] = log ? value - Math.log(sum) : Math.exp(value) / sum;
    }
  }

  private static int product(List<Integer> sizes) {
    return sizes.stream().reduce(1, Math::multiplyExact);
  }

  private static void layerNorm(Translation translation) {
    OnnxTensor x = translation.constant(0);
    List<Integer> shape = x.shape();
    int axis = translation.axis(translation.integer("axis", -1), shape.size());
    int size = product(shape.subList(axis, shape.size()));
    double eps = translation.real("epsilon", 1e-5);
    double[] scale = Constants.stretched(translation, translation.constant(1), shape);
    double[] shift =
        translation.has(2)
            ? Constants.stretched(translation, translation.constant(2), shape)
            : new double[scale.length];
    double[] values = x.doubles();
    List<Integer> statistics = new ArrayList<>(shape);
    Collections.fill(statistics.subList(axis, shape.size()), 1);
    double[] means = new double[product(statistics)];
    double[] inverses = new double[means.length];
    for (int n = 0; n < means.length; n++) {
      int start = n * size;
      double mean = Arrays.stream(values, start, start + size).sum() / size;
      double square = 0;
      for (int i = start; i < start + size; i++) {
        square += (values[i] - mean) * (values[i] - mean);
      }
      double deviation = Math.sqrt(square / size + eps);
      for (int i = start; i < start + size; i++) {
        values[i] = (values[i] - mean) / deviation * scale[i] + shift[i];
      }
      means[n] = mean;
      inverses[n] = 1 / deviation;
    }
    ElementType wide = x.type() == ElementType.DOUBLE ? x.type() : ElementType.FLOAT;
    translation.out(1, new Value.Constant(Constants.tensor(wide, statistics, means)));
    translation.out(2, new Value.Constant(Constants.tensor(wide, statistics, inverses)));
    translation.out(Constants.tensor(x.type(), shape, values));
  }

  private static void prelu(Translation translation) {
    OnnxTensor x = translation.constant(0);
    double[] slope = Constants.stretched(translation, translation.constant(1), x.shape());
    double[] values = x.doubles();
    Arrays.setAll(values, i -> values[i] < 0 ? slope[i] * values[i] : values[i]);
    translation.out(Constants.tensor(x.type(), x.shape(), values));
  }

  /**
   * In inference the value itself, and a mask that keeps all; until opset 11 that is not filled.
   */
  private static void dropout(Translation translation) {
    OnnxTensor x = translation.constant(0);
    if (translation.has(2) && translation.constant(2).first() != 0) {
      throw translation.refuse("it is in training mode; export the model in evaluation mode");
    }
    translation.out(x);
    if (translation.opset() < 12) {
      translation.onlyFirstOutput("the mask");
      return;
    }
    translation.out(1, new Value.Constant(OnnxTensor.uniform("", ElementType.BOOL, x.shape(), 1)));
  }
}
