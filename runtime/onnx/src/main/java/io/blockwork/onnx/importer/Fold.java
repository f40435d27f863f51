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
    all.put("Clip", Fold::clip);
    all.put("Shape", Fold::shape);
    all.put("Size", translation -> scalar(translation, translation.constant(0).count()));
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
        tensor(
            x.type(),
            x.shape(),
            Arrays.stream(x.doubles()).map(v -> Math.min(high, Math.max(low, v))).toArray()));
  }

  private static void scalar(Translation translation, long value) {
    translation.out(OnnxTensor.of("", ElementType.INT64, List.of(), new long[] {value}));
  }

  private static void unary(
      Map<String, Consumer<Translation>> all, String name, DoubleUnaryOperator f) {
    all.put(
        name,
        translation -> {
          OnnxTensor x = translation.constant(0);
          if (x.isUniform()) {
            double value =
                tensor(x.type(), List.of(1), new double[] {f.applyAsDouble(x.first())}).first();
            translation.out(OnnxTensor.uniform(x.name(), x.type(), x.shape(), value));
            return;
          }
          translation.scope().worksOut(x.count(), translation);
          translation.out(tensor(x.type(), x.shape(), Arrays.stream(x.doubles()).map(f).toArray()));
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
        tensor(sum.type(), sum.shape(), Arrays.stream(sum.doubles()).map(x -> x / n).toArray()));
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

  /** The shape of two that are stretched to each other. */
  static List<Integer> broadcast(Translation translation, List<Integer> a, List<Integer> b) {
    int rank = Math.max(a.size(), b.size());
    List<Integer> left = OnnxTensor.padded(a, rank);
    List<Integer> right = OnnxTensor.padded(b, rank);
    List<Integer> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int x = left.get(i);
      int y = right.get(i);
      if (x != y && x != 1 && y != 1) {
        throw translation.refuse("its constants of the shapes %s and %s do not fit", a, b);
      }
      shape.add(x == 1 ? y : x);
    }
    return shape;
  }

  private static OnnxTensor combined(
      Translation translation,
      OnnxTensor a,
      OnnxTensor b,
      ElementType type,
      DoubleBinaryOperator f) {
    List<Integer> shape = broadcast(translation, a.shape(), b.shape());
    if (a.isUniform() && b.isUniform()) {
      double value =
          tensor(type, List.of(1), new double[] {f.applyAsDouble(a.first(), b.first())}).first();
      return OnnxTensor.uniform("", type, shape, value);
    }
    double[] x = stretched(translation, a, shape);
    double[] y = stretched(translation, b, shape);
    double[] values = new double[x.length];
    Arrays.setAll(values, i -> f.applyAsDouble(x[i], y[i]));
    return tensor(type, shape, values);
  }

  /** The values, repeated where the shape has more. */
  static double[] stretched(Translation translation, OnnxTensor tensor, List<Integer> shape) {
    long count = 1;
    for (int size : shape) {
      count = Math.min(Long.MAX_VALUE >> 32, count * size);
    }
    translation.scope().worksOut(count, translation);
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

  private static void where(Translation translation) {
    OnnxTensor a = translation.constant(1);
    OnnxTensor b = translation.constant(2);
    OnnxTensor condition = translation.constant(0);
    List<Integer> shape =
        broadcast(translation, broadcast(translation, condition.shape(), a.shape()), b.shape());
    double[] c = stretched(translation, condition, shape);
    double[] x = stretched(translation, a, shape);
    double[] y = stretched(translation, b, shape);
    double[] values = new double[c.length];
    Arrays.setAll(values, i -> c[i] != 0 ? x[i] : y[i]);
    translation.out(tensor(a.type(), shape, values));
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
        scalar(translation, integer.value());
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
    List<Integer> shape = sizes(translation, translation.constant(0).longs());
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

  /** Sizes from a file, whose product is small enough. */
  static List<Integer> sizes(Translation translation, long... sizes) {
    long count = 1;
    for (long size : sizes) {
      if (size < 0 || size > 1 << 30 || (count *= Math.max(1, size)) > 1 << 30) {
        throw translation.refuse("it makes a constant of shape %s", Arrays.toString(sizes));
      }
    }
    return Arrays.stream(sizes).mapToObj(size -> (int) size).toList();
  }

  private static void cast(Translation translation) {
    long to = translation.integer("to", 1);
    ElementType type =
        Arrays.stream(ElementType.values())
            .filter(each -> each.number() == to)
            .findFirst()
            .orElseThrow(() -> translation.refuse("it makes the element type number %d", to));
    cast(translation, type);
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
    translation.out(tensor(type, x.shape(), values));
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
    translation.out(x.reshaped(sizes(translation, target)));
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
        broadcast(translation, x.shape(), sizes(translation, translation.constant(1).longs()));
    translation.out(
        x.isUniform() && !shape.contains(0)
            ? OnnxTensor.uniform(x.name(), x.type(), shape, x.first())
            : tensor(x.type(), shape, stretched(translation, x, shape)));
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
    return stretched(translation, values.reshaped(shape), x.shape());
  }

  private static void quantize(Translation translation) {
    OnnxTensor x = translation.constant(0);
    translation.scope().worksOut(x.count(), translation);
    ElementType type = translation.optional(2).map(OnnxTensor::type).orElse(ElementType.UINT8);
    if (type != ElementType.UINT8 && type != ElementType.INT8) {
      throw translation.refuse("it makes %s; only 8 bits are supported", type);
    }
    double[] values = x.doubles();
    double[] scale = along(translation, translation.constant(1), x);
    double[] zero =
        translation
            .optional(2)
            .map(tensor -> along(translation, tensor, x))
            .orElseGet(() -> new double[values.length]);
    double low = type == ElementType.INT8 ? -128 : 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(low, Math.min(low + 255, Math.rint(values[i] / scale[i]) + zero[i]));
    }
    translation.out(tensor(type, x.shape(), values));
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
    translation.out(tensor(ElementType.FLOAT, x.shape(), values).named(x.name()));
  }
}
