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

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("Add", translation -> sum(translation, 1));
    operators.put("Sub", translation -> sum(translation, -1));
    operators.put("Mul", Arithmetic::multiply);
    operators.put("Div", Arithmetic::divide);
    operators.put("Sum", translation -> sumOfAll(translation, 1));
    operators.put("Mean", translation -> sumOfAll(translation, 1.0 / translation.inputs()));
    operators.put(
        "Neg",
        translation ->
            affine(translation, translation.view(0), Optional.of(-1.0), Optional.empty()));
    operators.put("Pow", Arithmetic::power);
  }

  private static void affine(
      Translation translation, View x, Optional<Double> scale, Optional<Double> shift) {
    OnnxTensor s = OnnxTensor.uniform("", ElementType.FLOAT, List.of(), scale.orElse(1.0));
    OnnxTensor t = OnnxTensor.uniform("", ElementType.FLOAT, List.of(), shift.orElse(0.0));
    translation.out(Affines.apply(translation, x, scale.map(any -> s), shift.map(any -> t)));
  }

  private static void sum(Translation translation, int sign) {
    boolean first = translation.value(0) instanceof Value.Constant;
    boolean second = translation.value(1) instanceof Value.Constant;
    if (second) {
      OnnxTensor shift =
          sign < 0
              ? Affines.negated(translation, translation.constant(1))
              : translation.constant(1);
      translation.out(
          Affines.apply(translation, translation.view(0), Optional.empty(), Optional.of(shift)));
    } else if (first) {
      View x = translation.view(1);
      if (sign < 0) {
        x =
            Affines.apply(
                translation,
                x,
                Optional.of(OnnxTensor.uniform("", ElementType.FLOAT, List.of(), -1)),
                Optional.empty());
      }
      translation.out(
          Affines.apply(translation, x, Optional.empty(), Optional.of(translation.constant(0))));
    } else {
      List<View> views = aligned(translation, List.of(translation.view(0), translation.view(1)));
      View a = views.get(0);
      Addend left = addend(translation, 0, a, 1);
      Addend right = addend(translation, 1, views.get(1), sign);
      Sum sum =
          left.factor() == 1 && right.factor() == 1
              ? Sum.of(translation.path())
              : Sum.scaled(translation.path(), left.factor(), right.factor());
      translation.out(a.on(translation.add(sum, left.node(), right.node())));
    }
  }

  private record Addend(int node, double factor) {}

  /** An input of a sum; a constant that it was multiplied by becomes the sum's factor. */
  private static Addend addend(Translation translation, int input, View view, double sign) {
    Draft draft = translation.scope().draft();
    if (draft.op(view.node()) instanceof Sum scaled
        && scaled.factors().size() == 1
        && scaled.activation().isNone()
        && translation.readsAlone(input)) {
      return new Addend(draft.inputs(view.node()).get(0), sign * scaled.factors().get(0));
    }
    return new Addend(view.node(), sign);
  }

  private static void sumOfAll(Translation translation, double factor) {
    List<View> views = new ArrayList<>();
    List<OnnxTensor> constants = new ArrayList<>();
    for (int i = 0; i < translation.inputs(); i++) {
      if (translation.value(i) instanceof Value.Constant constant) {
        constants.add(constant.tensor());
      } else {
        views.add(translation.view(i));
      }
    }
    if (views.isEmpty()) {
      throw translation.refuse("it has no input");
    }
    View result = views.get(0);
    if (views.size() > 1 || factor != 1) {
      List<View> all = aligned(translation, views);
      Sum sum =
          factor == 1
              ? Sum.of(translation.path(), all.size())
              : Sum.scaled(
                  translation.path(),
                  Collections.nCopies(all.size(), factor).toArray(Double[]::new));
      Integer[] nodes = all.stream().map(View::node).toArray(Integer[]::new);
      result = all.get(0).on(translation.add(sum, nodes));
    }
    for (OnnxTensor constant : constants) {
      OnnxTensor shift = factor == 1 ? constant : Affines.times(translation, constant, factor);
      result = Affines.apply(translation, result, Optional.empty(), Optional.of(shift));
    }
    translation.out(result);
  }

  private static void multiply(Translation translation) {
    boolean first = translation.value(0) instanceof Value.Constant;
    boolean second = translation.value(1) instanceof Value.Constant;
    if (first || second) {
      View x = translation.view(first ? 1 : 0);
      translation.out(
          Affines.apply(
              translation, x, Optional.of(translation.constant(first ? 0 : 1)), Optional.empty()));
      return;
    }
    View a = translation.view(0);
    View b = translation.view(1);
    Optional<View> gated = gate(translation, a, b).or(() -> gate(translation, b, a));
    translation.out(gated.orElseGet(() -> product(translation, a, b)));
  }

  private static View product(Translation translation, View a, View b) {
    List<View> views = aligned(translation, List.of(a, b));
    return views
        .get(0)
        .on(
            translation.add(
                new Multiply(translation.path()), views.get(0).node(), views.get(1).node()));
  }

  /** A map times one factor a channel. */
  private static Optional<View> gate(Translation translation, View map, View factors) {
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
    return Optional.of(
        map.on(translation.add(new Scale(translation.path()), map.node(), factors.node())));
  }

  private static void divide(Translation translation) {
    if (!(translation.value(1) instanceof Value.Constant)) {
      throw translation.refuse("only a constant divisor is supported");
    }
    OnnxTensor inverse = Affines.inverted(translation, translation.constant(1));
    translation.out(
        Affines.apply(translation, translation.view(0), Optional.of(inverse), Optional.empty()));
  }

  private static void power(Translation translation) {
    OnnxTensor exponent = translation.constant(1);
    View x = translation.view(0);
    if (exponent.count() != 1 || exponent.first() != 2 && exponent.first() != 1) {
      throw translation.refuse("only the exponents 1 and 2 are supported");
    }
    translation.out(exponent.first() == 1 ? x : product(translation, x, x));
  }

  /** The values with nodes of one shape, so that what stands at one place belongs together. */
  static List<View> aligned(Translation translation, List<View> views) {
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
      throw translation.refuse(
          "it reads tensors of the shapes %s; of different ones, only the product of a map and one factor a channel is supported",
          views.stream().map(View::dims).toList());
    }
    List<View> maps = views.stream().map(translation::map).toList();
    for (View map : maps) {
      if (!map.shape().equals(maps.get(0).shape())) {
        throw translation.refuse(
            "it reads maps of the shapes %s", maps.stream().map(View::shape).toList());
      }
    }
    return maps;
  }
}
