package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Sum;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.importer.Atom.Axis;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Sums and products of values, with each other and with constants. */
final class Arithmetic {
  private Arithmetic() {}

  static void into(Map<String, Consumer<Step>> operators) {
    operators.put("Add", step -> sum(step, 1));
    operators.put("Sub", step -> sum(step, -1));
    operators.put("Mul", Arithmetic::multiply);
    operators.put("Div", Arithmetic::divide);
    operators.put("Sum", step -> sumOfAll(step, 1));
    operators.put("Mean", step -> sumOfAll(step, 1.0 / step.inputs()));
    operators.put("Neg", step -> affine(step, step.view(0), Optional.of(-1.0), Optional.empty()));
    operators.put("Pow", Arithmetic::power);
  }

  private static void affine(Step step, View x, Optional<Double> scale, Optional<Double> shift) {
    OnnxTensor s = OnnxTensor.uniform("", ElementType.FLOAT, List.of(), scale.orElse(1.0));
    OnnxTensor t = OnnxTensor.uniform("", ElementType.FLOAT, List.of(), shift.orElse(0.0));
    step.out(Affines.apply(step, x, scale.map(any -> s), shift.map(any -> t)));
  }

  private static void sum(Step step, int sign) {
    boolean first = step.value(0) instanceof Value.Constant;
    boolean second = step.value(1) instanceof Value.Constant;
    if (second) {
      OnnxTensor shift = sign < 0 ? Affines.negated(step, step.constant(1)) : step.constant(1);
      step.out(Affines.apply(step, step.view(0), Optional.empty(), Optional.of(shift)));
    } else if (first) {
      View x = step.view(1);
      if (sign < 0) {
        x =
            Affines.apply(
                step,
                x,
                Optional.of(OnnxTensor.uniform("", ElementType.FLOAT, List.of(), -1)),
                Optional.empty());
      }
      step.out(Affines.apply(step, x, Optional.empty(), Optional.of(step.constant(0))));
    } else {
      List<View> views = aligned(step, List.of(step.view(0), step.view(1)));
      View a = views.get(0);
      Addend left = addend(step, 0, a, 1);
      Addend right = addend(step, 1, views.get(1), sign);
      Sum sum =
          left.factor() == 1 && right.factor() == 1
              ? Sum.of(step.path())
              : Sum.scaled(step.path(), left.factor(), right.factor());
      step.out(a.on(step.add(sum, left.node(), right.node())));
    }
  }

  private record Addend(int node, double factor) {}

  /** An input of a sum; a constant that it was multiplied by becomes the sum's factor. */
  private static Addend addend(Step step, int input, View view, double sign) {
    Draft draft = step.scope().draft();
    if (draft.op(view.node()) instanceof Sum scaled
        && scaled.factors().size() == 1
        && scaled.activation().isNone()
        && step.readsAlone(input)) {
      return new Addend(draft.inputs(view.node()).get(0), sign * scaled.factors().get(0));
    }
    return new Addend(view.node(), sign);
  }

  private static void sumOfAll(Step step, double factor) {
    List<View> views = new ArrayList<>();
    List<OnnxTensor> constants = new ArrayList<>();
    for (int i = 0; i < step.inputs(); i++) {
      if (step.value(i) instanceof Value.Constant constant) {
        constants.add(constant.tensor());
      } else {
        views.add(step.view(i));
      }
    }
    if (views.isEmpty()) {
      throw step.refuse("it has no input");
    }
    View result = views.get(0);
    if (views.size() > 1 || factor != 1) {
      List<View> all = aligned(step, views);
      Sum sum =
          factor == 1
              ? Sum.of(step.path(), all.size())
              : Sum.scaled(
                  step.path(), Collections.nCopies(all.size(), factor).toArray(Double[]::new));
      Integer[] nodes = all.stream().map(View::node).toArray(Integer[]::new);
      result = all.get(0).on(step.add(sum, nodes));
    }
    for (OnnxTensor constant : constants) {
      OnnxTensor shift = factor == 1 ? constant : Affines.times(step, constant, factor);
      result = Affines.apply(step, result, Optional.empty(), Optional.of(shift));
    }
    step.out(result);
  }

  private static void multiply(Step step) {
    boolean first = step.value(0) instanceof Value.Constant;
    boolean second = step.value(1) instanceof Value.Constant;
    if (first || second) {
      View x = step.view(first ? 1 : 0);
      step.out(Affines.apply(step, x, Optional.of(step.constant(first ? 0 : 1)), Optional.empty()));
      return;
    }
    View a = step.view(0);
    View b = step.view(1);
    Optional<View> gated = gate(step, a, b).or(() -> gate(step, b, a));
    step.out(gated.orElseGet(() -> product(step, a, b)));
  }

  private static View product(Step step, View a, View b) {
    List<View> views = aligned(step, List.of(a, b));
    return views
        .get(0)
        .on(step.add(new Multiply(step.path()), views.get(0).node(), views.get(1).node()));
  }

  /** A map times one factor a channel. */
  private static Optional<View> gate(Step step, View map, View factors) {
    if (!factors.shape().isVector()
        || map.shape().isVector()
        || factors.shape().channels() != map.shape().channels()) {
      return Optional.empty();
    }
    List<List<Atom>> padded = new ArrayList<>(factors.axes());
    while (padded.size() < map.rank()) {
      padded.add(0, List.of());
    }
    if (padded.size() != map.rank()) {
      return Optional.empty();
    }
    for (int axis = 0; axis < map.rank(); axis++) {
      boolean places = map.isWhole(axis, Axis.ROW) || map.isWhole(axis, Axis.COLUMN);
      boolean same = padded.get(axis).equals(map.axes().get(axis));
      if (!same && !(places && padded.get(axis).isEmpty())) {
        return Optional.empty();
      }
    }
    return Optional.of(map.on(step.add(new Scale(step.path()), map.node(), factors.node())));
  }

  private static void divide(Step step) {
    if (!(step.value(1) instanceof Value.Constant)) {
      throw step.refuse("only a constant divisor is supported");
    }
    OnnxTensor inverse = Affines.inverted(step, step.constant(1));
    step.out(Affines.apply(step, step.view(0), Optional.of(inverse), Optional.empty()));
  }

  private static void power(Step step) {
    OnnxTensor exponent = step.constant(1);
    View x = step.view(0);
    if (exponent.count() != 1 || exponent.first() != 2 && exponent.first() != 1) {
      throw step.refuse("only the exponents 1 and 2 are supported");
    }
    step.out(exponent.first() == 1 ? x : product(step, x, x));
  }

  /** The values with nodes of one shape, so that what stands at one place belongs together. */
  static List<View> aligned(Step step, List<View> views) {
    View first = views.get(0);
    boolean same = true;
    for (View view : views) {
      same &= view.shape().equals(first.shape()) && view.axes().equals(first.axes());
    }
    if (same) {
      return views;
    }
    boolean sameDims = views.stream().allMatch(view -> view.dims().equals(first.dims()));
    if (!sameDims) {
      throw step.refuse(
          "it reads tensors of the shapes %s; of different ones, only the product of a map and one factor a channel is supported",
          views.stream().map(View::dims).toList());
    }
    List<View> maps = views.stream().map(step::map).toList();
    for (View map : maps) {
      if (!map.shape().equals(maps.get(0).shape())) {
        throw step.refuse(
            "it reads maps of the shapes %s", maps.stream().map(View::shape).toList());
      }
    }
    return maps;
  }
}
