package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxAttribute;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/** Works out operations whose inputs are all constant. */
final class Fold {
  private static final Map<String, Consumer<Step>> OPERATORS = operators();

  private Fold() {}

  static boolean knows(String type) {
    return OPERATORS.containsKey(type);
  }

  static void apply(Step step) {
    Objects.requireNonNull(OPERATORS.get(step.node().type())).accept(step);
  }

  private static Map<String, Consumer<Step>> operators() {
    Map<String, Consumer<Step>> all = new HashMap<>();
    all.put("Constant", Fold::constant);
    all.put("ConstantOfShape", Fold::constantOfShape);
    all.put("Identity", step -> step.out(step.constant(0)));
    all.put("Cast", Fold::cast);
    all.put("CastLike", step -> cast(step, step.constant(1).type()));
    all.put("Clip", Fold::clip);
    all.put("Shape", Fold::shape);
    all.put("Size", step -> scalar(step, step.constant(0).count()));
    all.put("Reshape", Fold::reshape);
    all.put("Flatten", Fold::flatten);
    all.put("Squeeze", Fold::squeeze);
    all.put("Unsqueeze", Fold::unsqueeze);
    all.put("Transpose", Fold::transpose);
    all.put("Expand", Fold::expand);
    FoldParts.into(all);
    FoldReductions.into(all);
    FoldProducts.into(all);
    FoldNorms.into(all);
    FoldPads.into(all);
    FoldPools.into(all);
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
    unary(all, "Erf", Fold::erf);
    unary(all, "Not", x -> x == 0 ? 1 : 0);
    unary(all, "Relu", x -> Math.max(0, x));
    unary(all, "Sigmoid", x -> 1 / (1 + Math.exp(-x)));
    unary(all, "Tanh", Math::tanh);
    unary(all, "Softsign", x -> x / (1 + Math.abs(x)));
    binary(all, "Add", Double::sum);
    binary(all, "Sub", (a, b) -> a - b);
    binary(all, "Mul", (a, b) -> a * b);
    all.put("Div", Fold::divide);
    binary(all, "Pow", Math::pow);
    variadic(all, "Sum", Double::sum);
    variadic(all, "Min", Math::min);
    variadic(all, "Max", Math::max);
    all.put("Mean", Fold::mean);
    compare(all, "Equal", (a, b) -> a == b ? 1 : 0);
    compare(all, "Greater", (a, b) -> a > b ? 1 : 0);
    compare(all, "Less", (a, b) -> a < b ? 1 : 0);
    compare(all, "GreaterOrEqual", (a, b) -> a >= b ? 1 : 0);
    compare(all, "LessOrEqual", (a, b) -> a <= b ? 1 : 0);
    compare(all, "And", (a, b) -> a != 0 && b != 0 ? 1 : 0);
    compare(all, "Or", (a, b) -> a != 0 || b != 0 ? 1 : 0);
    all.put("Where", Fold::where);
    all.put("QuantizeLinear", Fold::quantize);
    all.put("DequantizeLinear", Fold::dequantize);
    return Map.copyOf(all);
  }

  /** The error function, to double precision. */
  static double erf(double x) {
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

  /** A result, its values rounded as its type has them. */
  static OnnxTensor tensor(ElementType type, List<Integer> shape, double[] values) {
    if (type == ElementType.FLOAT) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) values[i];
      }
    } else if (type == ElementType.FLOAT16) {
      Arrays.setAll(values, i -> rounded(values[i], 11, -14, 65504));
    } else if (type == ElementType.BFLOAT16) {
      Arrays.setAll(values, i -> rounded(values[i], 8, Float.MIN_EXPONENT, 0x1.fep127));
    } else if (!type.isFloating()) {
      long[] integers = new long[values.length];
      for (int i = 0; i < values.length; i++) {
        integers[i] = (long) values[i];
      }
      return OnnxTensor.of("", type, shape, integers);
    }
    return OnnxTensor.of("", type, shape, values);
  }

  /** The nearest number of so many bits, with a least exponent and a largest value. */
  private static double rounded(double value, int bits, int least, double largest) {
    if (value == 0 || !Double.isFinite(value)) {
      return value;
    }
    int exponent = Math.max(least, Math.getExponent(value)) - bits + 1;
    double rounded = Math.scalb(Math.rint(Math.scalb(value, -exponent)), exponent);
    return Math.abs(rounded) > largest ? Math.copySign(Double.POSITIVE_INFINITY, value) : rounded;
  }

  private static void clip(Step step) {
    OnnxTensor x = step.constant(0);
    boolean inputs = step.opset() >= 11;
    double low =
        inputs
            ? step.optional(1).map(OnnxTensor::first).orElse(Double.NEGATIVE_INFINITY)
            : step.real("min", Double.NEGATIVE_INFINITY);
    double high =
        inputs
            ? step.optional(2).map(OnnxTensor::first).orElse(Double.POSITIVE_INFINITY)
            : step.real("max", Double.POSITIVE_INFINITY);
    step.scope().worksOut(x.count(), step);
    step.out(
        tensor(
            x.type(),
            x.shape(),
            Arrays.stream(x.doubles()).map(v -> Math.min(high, Math.max(low, v))).toArray()));
  }

  private static void scalar(Step step, long value) {
    step.out(OnnxTensor.of("", ElementType.INT64, List.of(), new long[] {value}));
  }

  private static void unary(Map<String, Consumer<Step>> all, String name, DoubleUnaryOperator f) {
    all.put(
        name,
        step -> {
          OnnxTensor x = step.constant(0);
          if (x.isUniform()) {
            double value =
                tensor(x.type(), List.of(1), new double[] {f.applyAsDouble(x.first())}).first();
            step.out(OnnxTensor.uniform(x.name(), x.type(), x.shape(), value));
            return;
          }
          step.scope().worksOut(x.count(), step);
          step.out(tensor(x.type(), x.shape(), Arrays.stream(x.doubles()).map(f).toArray()));
        });
  }

  private static void binary(Map<String, Consumer<Step>> all, String name, DoubleBinaryOperator f) {
    all.put(
        name,
        step -> {
          OnnxTensor a = step.constant(0);
          step.out(combined(step, a, step.constant(1), a.type(), f));
        });
  }

  private static void compare(
      Map<String, Consumer<Step>> all, String name, DoubleBinaryOperator f) {
    all.put(
        name,
        step -> step.out(combined(step, step.constant(0), step.constant(1), ElementType.BOOL, f)));
  }

  private static void variadic(
      Map<String, Consumer<Step>> all, String name, DoubleBinaryOperator f) {
    all.put(name, step -> step.out(all(step, f)));
  }

  private static OnnxTensor all(Step step, DoubleBinaryOperator f) {
    OnnxTensor result = step.constant(0);
    for (int i = 1; i < step.inputs(); i++) {
      result = combined(step, result, step.constant(i), result.type(), f);
    }
    return result;
  }

  private static void mean(Step step) {
    OnnxTensor sum = all(step, Double::sum);
    int n = step.inputs();
    step.out(
        tensor(sum.type(), sum.shape(), Arrays.stream(sum.doubles()).map(x -> x / n).toArray()));
  }

  private static void divide(Step step) {
    OnnxTensor a = step.constant(0);
    boolean real = a.type().isFloating();
    if (!real) {
      for (long divisor : step.constant(1).longs()) {
        if (divisor == 0) {
          throw step.refuse("it divides by zero");
        }
      }
    }
    step.out(combined(step, a, step.constant(1), a.type(), (x, y) -> x / y));
  }

  /** The shape of two that are stretched to each other. */
  static List<Integer> broadcast(Step step, List<Integer> a, List<Integer> b) {
    int rank = Math.max(a.size(), b.size());
    List<Integer> left = OnnxTensor.padded(a, rank);
    List<Integer> right = OnnxTensor.padded(b, rank);
    List<Integer> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int x = left.get(i);
      int y = right.get(i);
      if (x != y && x != 1 && y != 1) {
        throw step.refuse("its constants of the shapes %s and %s do not fit", a, b);
      }
      shape.add(x == 1 ? y : x);
    }
    return shape;
  }

  private static OnnxTensor combined(
      Step step, OnnxTensor a, OnnxTensor b, ElementType type, DoubleBinaryOperator f) {
    List<Integer> shape = broadcast(step, a.shape(), b.shape());
    if (a.isUniform() && b.isUniform()) {
      double value =
          tensor(type, List.of(1), new double[] {f.applyAsDouble(a.first(), b.first())}).first();
      return OnnxTensor.uniform("", type, shape, value);
    }
    double[] x = stretched(step, a, shape);
    double[] y = stretched(step, b, shape);
    double[] values = new double[x.length];
    Arrays.setAll(values, i -> f.applyAsDouble(x[i], y[i]));
    return tensor(type, shape, values);
  }

  /** The values, repeated where the shape has more. */
  static double[] stretched(Step step, OnnxTensor tensor, List<Integer> shape) {
    long count = 1;
    for (int size : shape) {
      count = Math.min(Long.MAX_VALUE >> 32, count * size);
    }
    step.scope().worksOut(count, step);
    double[] from = tensor.doubles();
    if (from.length == count && tensor.shape().size() == shape.size()) {
      return from;
    }
    List<Integer> own = OnnxTensor.padded(tensor.shape(), shape.size());
    double[] to = new double[(int) count];
    int[] at = new int[shape.size()];
    for (int i = 0; i < to.length; i++) {
      int index = 0;
      for (int axis = 0; axis < at.length; axis++) {
        index = index * own.get(axis) + (own.get(axis) == 1 ? 0 : at[axis]);
      }
      to[i] = from[index];
      for (int axis = at.length - 1; axis >= 0 && ++at[axis] == shape.get(axis); axis--) {
        at[axis] = 0;
      }
    }
    return to;
  }

  private static void where(Step step) {
    OnnxTensor a = step.constant(1);
    OnnxTensor b = step.constant(2);
    OnnxTensor condition = step.constant(0);
    List<Integer> shape = broadcast(step, broadcast(step, condition.shape(), a.shape()), b.shape());
    double[] c = stretched(step, condition, shape);
    double[] x = stretched(step, a, shape);
    double[] y = stretched(step, b, shape);
    double[] values = new double[c.length];
    Arrays.setAll(values, i -> c[i] != 0 ? x[i] : y[i]);
    step.out(tensor(a.type(), shape, values));
  }

  private static void constant(Step step) {
    for (Map.Entry<String, OnnxAttribute> entry : step.node().attributes().entrySet()) {
      OnnxAttribute value = entry.getValue();
      if (value instanceof OnnxAttribute.Tensor tensor) {
        String name = step.node().outputs().isEmpty() ? "" : step.node().outputs().get(0);
        step.out(tensor.value().named(name));
      } else if (value instanceof OnnxAttribute.Real real) {
        step.out(OnnxTensor.of("", ElementType.FLOAT, List.of(), new double[] {real.value()}));
      } else if (value instanceof OnnxAttribute.Int integer) {
        scalar(step, integer.value());
      } else if (value instanceof OnnxAttribute.Reals reals) {
        double[] all = reals.values().stream().mapToDouble(Float::doubleValue).toArray();
        step.out(OnnxTensor.of("", ElementType.FLOAT, List.of(all.length), all));
      } else if (value instanceof OnnxAttribute.Ints integers) {
        long[] all = integers.values().stream().mapToLong(Long::longValue).toArray();
        step.out(OnnxTensor.of("", ElementType.INT64, List.of(all.length), all));
      } else {
        throw step.refuse("its value is a %s, which is not supported", entry.getKey());
      }
      return;
    }
    throw step.refuse("it has no value");
  }

  private static void constantOfShape(Step step) {
    List<Integer> shape = sizes(step, step.constant(0).longs());
    OnnxAttribute value = step.node().attributes().get("value");
    OnnxTensor one =
        value instanceof OnnxAttribute.Tensor tensor
            ? tensor.value()
            : OnnxTensor.of("", ElementType.FLOAT, List.of(1), new double[] {0});
    if (one.count() != 1) {
      throw step.refuse("its value has the shape %s", one.shape());
    }
    String name = step.node().outputs().isEmpty() ? "" : step.node().outputs().get(0);
    step.out(OnnxTensor.uniform(name, one.type(), shape, one.first()));
  }

  /** Sizes from a file, whose product is small enough. */
  static List<Integer> sizes(Step step, long... sizes) {
    long count = 1;
    for (long size : sizes) {
      if (size < 0 || size > 1 << 30 || (count *= Math.max(1, size)) > 1 << 30) {
        throw step.refuse("it makes a constant of shape %s", Arrays.toString(sizes));
      }
    }
    return Arrays.stream(sizes).mapToObj(size -> (int) size).toList();
  }

  private static void cast(Step step) {
    long to = step.integer("to", 1);
    ElementType type =
        Arrays.stream(ElementType.values())
            .filter(each -> each.number() == to)
            .findFirst()
            .orElseThrow(() -> step.refuse("it makes the element type number %d", to));
    cast(step, type);
  }

  private static void cast(Step step, ElementType type) {
    OnnxTensor x = step.constant(0);
    if (type.isFloating() && type.bytes() >= x.type().bytes() && x.type().isFloating()) {
      // Wider numbers hold the same; weights stay in the file.
      step.out(x);
      return;
    }
    step.scope().worksOut(x.count(), step);
    double[] values = x.doubles();
    if (type == ElementType.BOOL) {
      values = Arrays.stream(values).map(value -> value == 0 ? 0 : 1).toArray();
    }
    step.out(tensor(type, x.shape(), values));
  }

  private static void shape(Step step) {
    List<Integer> shape = step.constant(0).shape();
    int rank = shape.size();
    int from = bound(step.integer("start", 0), rank);
    int to = Math.max(from, bound(step.integer("end", rank), rank));
    long[] sizes = shape.subList(from, to).stream().mapToLong(Integer::longValue).toArray();
    step.out(OnnxTensor.of("", ElementType.INT64, List.of(sizes.length), sizes));
  }

  static int bound(long at, int rank) {
    return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  }

  private static void reshape(Step step) {
    OnnxTensor x = step.constant(0);
    long[] target = step.constant(1).longs();
    long known = 1;
    int free = -1;
    for (int i = 0; i < target.length; i++) {
      if (target[i] == 0 && step.integer("allowzero", 0) == 0 && i < x.shape().size()) {
        target[i] = x.shape().get(i);
      }
      if (target[i] == -1 && free < 0) {
        free = i;
      } else if (target[i] < 0 || target[i] > 1 << 30) {
        throw step.refuse("it makes the shape %s", Arrays.toString(target));
      } else {
        known = Math.min(1L << 40, known * target[i]);
      }
    }
    if (free >= 0) {
      target[free] = known == 0 ? 0 : x.count() / known;
    }
    step.out(x.reshaped(sizes(step, target)));
  }

  private static void flatten(Step step) {
    OnnxTensor x = step.constant(0);
    int rank = x.shape().size();
    long given = step.integer("axis", 1);
    int axis = given == rank ? rank : step.axis(given, rank);
    int rows = x.shape().subList(0, axis).stream().reduce(1, (a, b) -> a * b);
    step.out(x.reshaped(List.of(rows, rows == 0 ? 0 : x.count() / rows)));
  }

  private static Optional<List<Long>> axes(Step step) {
    return step.opset() >= 13 ? step.integers("", 1) : step.integers("axes");
  }

  private static void squeeze(Step step) {
    OnnxTensor x = step.constant(0);
    Optional<List<Long>> axes = axes(step);
    int rank = x.shape().size();
    var dropped = new TreeSet<Integer>();
    axes.ifPresent(list -> list.forEach(axis -> dropped.add(step.axis(axis, rank))));
    List<Integer> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      boolean drop = axes.isPresent() ? dropped.contains(i) : x.shape().get(i) == 1;
      if (!drop) {
        shape.add(x.shape().get(i));
      }
    }
    step.out(x.reshaped(shape));
  }

  private static void unsqueeze(Step step) {
    OnnxTensor x = step.constant(0);
    List<Long> axes = axes(step).orElseThrow(() -> step.refuse("its axes are missing"));
    int rank = x.shape().size() + axes.size();
    if (rank > 64) {
      throw step.refuse("it makes %d axes", rank);
    }
    List<Integer> shape = new ArrayList<>(x.shape());
    var added =
        axes.stream()
            .map(axis -> step.axis(axis, rank))
            .collect(Collectors.toCollection(TreeSet::new));
    if (added.size() != axes.size()) {
      throw step.refuse("it adds an axis twice: %s", axes);
    }
    added.forEach(axis -> shape.add(axis, 1));
    step.out(x.reshaped(shape));
  }

  private static void transpose(Step step) {
    OnnxTensor x = step.constant(0);
    int rank = x.shape().size();
    List<Long> reversed = new ArrayList<>();
    for (long i = rank - 1L; i >= 0; i--) {
      reversed.add(i);
    }
    List<Long> perm = step.integers("perm").orElse(reversed);
    if (perm.size() != rank || new TreeSet<>(perm).size() != rank) {
      throw step.refuse("its attribute perm is %s for %d axes", perm, rank);
    }
    step.out(x.transposed(perm.stream().mapToInt(axis -> step.axis(axis, rank)).toArray()));
  }

  private static void expand(Step step) {
    OnnxTensor x = step.constant(0);
    List<Integer> shape = broadcast(step, x.shape(), sizes(step, step.constant(1).longs()));
    step.out(
        x.isUniform() && !shape.contains(0)
            ? OnnxTensor.uniform(x.name(), x.type(), shape, x.first())
            : tensor(x.type(), shape, stretched(step, x, shape)));
  }

  /** One value for each place on an axis, in the shape of a tensor. */
  private static double[] along(Step step, OnnxTensor values, OnnxTensor x) {
    if (values.count() == 1) {
      double[] all = new double[x.count()];
      Arrays.fill(all, values.first());
      return all;
    }
    int rank = x.shape().size();
    int axis = step.axis(step.integer("axis", 1), rank);
    if (values.shape().size() != 1 || values.count() != x.shape().get(axis)) {
      throw step.refuse("its scale has the shape %s; blocks are not supported", values.shape());
    }
    List<Integer> shape = new ArrayList<>(Collections.nCopies(rank, 1));
    shape.set(axis, values.count());
    return stretched(step, values.reshaped(shape), x.shape());
  }

  private static void quantize(Step step) {
    OnnxTensor x = step.constant(0);
    step.scope().worksOut(x.count(), step);
    ElementType type = step.optional(2).map(OnnxTensor::type).orElse(ElementType.UINT8);
    if (type != ElementType.UINT8 && type != ElementType.INT8) {
      throw step.refuse("it makes %s; only 8 bits are supported", type);
    }
    double[] values = x.doubles();
    double[] scale = along(step, step.constant(1), x);
    double[] zero =
        step.optional(2)
            .map(tensor -> along(step, tensor, x))
            .orElseGet(() -> new double[values.length]);
    double low = type == ElementType.INT8 ? -128 : 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(low, Math.min(low + 255, Math.rint(values[i] / scale[i]) + zero[i]));
    }
    step.out(tensor(type, x.shape(), values));
  }

  private static void dequantize(Step step) {
    OnnxTensor x = step.constant(0);
    step.scope().worksOut(x.count(), step);
    double[] values = x.doubles();
    double[] scale = along(step, step.constant(1), x);
    double[] zero =
        step.optional(2)
            .map(tensor -> along(step, tensor, x))
            .orElseGet(() -> new double[values.length]);
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] - zero[i]) * scale[i];
    }
    step.out(tensor(ElementType.FLOAT, x.shape(), values).named(x.name()));
  }
}
