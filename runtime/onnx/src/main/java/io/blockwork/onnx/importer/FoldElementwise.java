package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Works out functions of constants that go value by value. */
final class FoldElementwise {
  private FoldElementwise() {}

  static void into(Map<String, Consumer<Translation>> all) {
    all.put("Clip", FoldElementwise::clip);
    unary(all, "Abs", Math::abs);
    unary(all, "Neg", x -> -x);
    unary(all, "Sqrt", Math::sqrt);
    unary(all, "Exp", Math::exp);
    unary(all, "Log", Math::log);
    unary(all, "Floor", Math::floor);
    unary(all, "Ceil", Math::ceil);
    unary(all, "Round", Math::rint);
    unary(all, "Sign", Math::signum);
    unary(all, "Reciprocal", x -> 1 / x);
    unary(all, "Erf", FoldElementwise::erf);
    unary(all, "Not", x -> x == 0 ? 1 : 0);
    unary(all, "Relu", x -> Math.max(0, x));
    unary(all, "Sigmoid", x -> 1 / (1 + Math.exp(-x)));
    unary(all, "Tanh", Math::tanh);
    unary(all, "Softsign", x -> x / (1 + Math.abs(x)));
    binary(all, "Add", Double::sum);
    binary(all, "Sub", (a, b) -> a - b);
    binary(all, "Mul", (a, b) -> a * b);
    all.put("Div", FoldElementwise::divide);
    binary(all, "Pow", Math::pow);
    variadic(all, "Sum", Double::sum);
    variadic(all, "Min", Math::min);
    variadic(all, "Max", Math::max);
    all.put("Mean", FoldElementwise::mean);
    compare(all, "Equal", (a, b) -> a == b ? 1 : 0);
    compare(all, "Greater", (a, b) -> a > b ? 1 : 0);
    compare(all, "Less", (a, b) -> a < b ? 1 : 0);
    compare(all, "GreaterOrEqual", (a, b) -> a >= b ? 1 : 0);
    compare(all, "LessOrEqual", (a, b) -> a <= b ? 1 : 0);
    compare(all, "And", (a, b) -> a != 0 && b != 0 ? 1 : 0);
    compare(all, "Or", (a, b) -> a != 0 || b != 0 ? 1 : 0);
    all.put("Where", FoldElementwise::where);
  }

  private static void unary(
      Map<String, Consumer<Translation>> all, String name, DoubleUnaryOperator f) {
    all.put(
        name,
        translation -> {
          OnnxTensor x = translation.constant(0);
          if (x.isUniform()) {
            double value =
                Constants.tensor(x.type(), List.of(1), new double[] {f.applyAsDouble(x.first())})
                    .first();
            translation.out(OnnxTensor.uniform(x.name(), x.type(), x.shape(), value));
            return;
          }
          translation.scope().worksOut(x.count(), translation);
          translation.out(
              Constants.tensor(x.type(), x.shape(), Arrays.stream(x.doubles()).map(f).toArray()));
        });
  }

  private static void binary(
      Map<String, Consumer<Translation>> all, String name, DoubleBinaryOperator f) {
    all.put(
        name,
        translation -> {
          OnnxTensor a = translation.constant(0);
          translation.out(combined(translation, a, translation.constant(1), a.type(), f));
        });
  }

  private static void compare(
      Map<String, Consumer<Translation>> all, String name, DoubleBinaryOperator f) {
    all.put(
        name,
        translation ->
            translation.out(
                combined(
                    translation,
                    translation.constant(0),
                    translation.constant(1),
                    ElementType.BOOL,
                    f)));
  }

  private static void variadic(
      Map<String, Consumer<Translation>> all, String name, DoubleBinaryOperator f) {
    all.put(name, translation -> translation.out(all(translation, f)));
  }

  private static OnnxTensor all(Translation translation, DoubleBinaryOperator f) {
    OnnxTensor result = translation.constant(0);
    for (int i = 1; i < translation.inputs(); i++) {
      result = combined(translation, result, translation.constant(i), result.type(), f);
    }
    return result;
  }

  private static void mean(Translation translation) {
    OnnxTensor sum = all(translation, Double::sum);
    int n = translation.inputs();
    translation.out(
        Constants.tensor(
            sum.type(), sum.shape(), Arrays.stream(sum.doubles()).map(x -> x / n).toArray()));
  }

  private static void divide(Translation translation) {
    OnnxTensor a = translation.constant(0);
    boolean real = a.type().isFloating();
    if (!real) {
      for (long divisor : translation.constant(1).longs()) {
        if (divisor == 0) {
          throw translation.refuse("it divides by zero");
        }
      }
    }
    translation.out(combined(translation, a, translation.constant(1), a.type(), (x, y) -> x / y));
  }

  private static OnnxTensor combined(
      Translation translation,
      OnnxTensor a,
      OnnxTensor b,
      ElementType type,
      DoubleBinaryOperator f) {
    List<Integer> shape = Constants.broadcast(translation, a.shape(), b.shape());
    if (a.isUniform() && b.isUniform()) {
      double value =
          Constants.tensor(type, List.of(1), new double[] {f.applyAsDouble(a.first(), b.first())})
              .first();
      return OnnxTensor.uniform("", type, shape, value);
    }
    double[] x = Constants.stretched(translation, a, shape);
    double[] y = Constants.stretched(translation, b, shape);
    double[] values = new double[x.length];
    Arrays.setAll(values, i -> f.applyAsDouble(x[i], y[i]));
    return Constants.tensor(type, shape, values);
  }

  private static void clip(Translation translation) {
    OnnxTensor x = translation.constant(0);
    boolean inputs = translation.opset() >= 11;
    double low =
        inputs
            ? translation.optional(1).map(OnnxTensor::first).orElse(Double.NEGATIVE_INFINITY)
            : translation.real("min", Double.NEGATIVE_INFINITY);
    double high =
        inputs
            ? translation.optional(2).map(OnnxTensor::first).orElse(Double.POSITIVE_INFINITY)
            : translation.real("max", Double.POSITIVE_INFINITY);
    translation.scope().worksOut(x.count(), translation);
    translation.out(
        Constants.tensor(
            x.type(),
            x.shape(),
            Arrays.stream(x.doubles()).map(v -> Math.min(high, Math.max(low, v))).toArray()));
  }

  private static void where(Translation translation) {
    OnnxTensor a = translation.constant(1);
    OnnxTensor b = translation.constant(2);
    OnnxTensor condition = translation.constant(0);
    List<Integer> shape =
        Constants.broadcast(
            translation, Constants.broadcast(translation, condition.shape(), a.shape()), b.shape());
    double[] c = Constants.stretched(translation, condition, shape);
    double[] x = Constants.stretched(translation, a, shape);
    double[] y = Constants.stretched(translation, b, shape);
    double[] values = new double[c.length];
    Arrays.setAll(values, i -> c[i] != 0 ? x[i] : y[i]);
    translation.out(Constants.tensor(a.type(), shape, values));
  }

  /** The error function, to double precision. */
  private static double erf(double x) {
    double a = Math.abs(x);
    double value;
    if (a < 2.5) {
      double term = a;
      double sum = a;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
        term *= -a * a / n;
        sum += term / (2 * n + 1);
        if (n > 200) {
          break;
        }
      }
      value = 2 / Math.sqrt(Math.PI) * sum;
    } else if (a < 6) {
      // The continued fraction of the complement.
      double fraction = 0;
      for (int k = 60; k > 0; k--) {
        fraction = k / 2.0 / (a + fraction);
      }
      value = 1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
    } else {
      value = 1;
    }
    return x < 0 ? -value : value;
  }
}
