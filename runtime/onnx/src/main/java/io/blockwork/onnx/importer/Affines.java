package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Sum;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Scales and shifts by constants. What follows an operation that has such parameters itself becomes
 * a part of it: the bias of a convolution or a linear layer, the scale and shift of a norm.
 */
final class Affines {
  private Affines() {}

  /**
   * The value times {@code scale}, plus {@code shift}; one of them is there.
   *
   * @throws io.blockwork.onnx.file.OnnxException if they differ from place to place
   */
  static View apply(
      Translation translation, View x, Optional<OnnxTensor> scale, Optional<OnnxTensor> shift) {
    OnnxTensor tensor = scale.or(() -> shift).orElseThrow();
    if (tensor.count() == 1
        && tensor.first() == (scale.isPresent() ? 1 : 0)
        && tensor.shape().size() <= x.rank()) {
      return x;
    }
    boolean known = isKnown(translation, x, tensor);
    Channels channels = Channels.of(translation, x, tensor);
    View view = channels.view();
    Draft draft = translation.scope().draft();
    Op before = draft.op(view.node());
    boolean alone = reads(translation, x);
    if (known) {
      boolean scales = scale.isPresent();
      ConstantAffine none = scaled(channels.values().length, 1);
      if (!alone) {
        return constant(translation, view, view.node(), none, channels, scales);
      }
      if (before instanceof ConstantAffine affine) {
        return constant(
            translation, view, draft.inputs(view.node()).get(0), affine, channels, scales);
      } else if (before instanceof Sum sum
          && sum.factors().size() == 1
          && sum.activation().isNone()) {
        ConstantAffine same = scaled(channels.values().length, sum.factors().get(0));
        return constant(
            translation, view, draft.inputs(view.node()).get(0), same, channels, scales);
      }
      return constant(translation, view, view.node(), none, channels, scales);
    }
    if (alone && shift.isPresent()) {
      Optional<View> bias = bias(translation, view, before, channels, tensor);
      if (bias.isPresent()) {
        return bias.get();
      }
    }
    return learned(translation, view, channels, tensor, scale.isPresent());
  }

  /** Whether the value is read by this operation alone. */
  private static boolean reads(Translation translation, View x) {
    for (int i = 0; i < translation.inputs(); i++) {
      if (translation.value(i) instanceof View view && view.node() == x.node()) {
        return translation.readsAlone(i);
      }
    }
    // A value that this operation has made itself.
    return true;
  }

  /** Numbers of the network's design, rather than weights that were learned. */
  private static boolean isKnown(Translation translation, View x, OnnxTensor tensor) {
    Draft draft = translation.scope().draft();
    int at = x.node();
    while (at > 0
        && (draft.op(at) instanceof ConstantAffine || draft.op(at) instanceof ChannelRange)) {
      at = draft.inputs(at).get(0);
    }
    return tensor.isUniform() || at == 0;
  }

  private static ConstantAffine scaled(int channels, double factor) {
    return new ConstantAffine(
        "", Collections.nCopies(channels, factor), Collections.nCopies(channels, 0.0));
  }

  /** The number that was meant by one in single precision: 0.17, and not 0.170000001788... */
  private static double decimal(double value) {
    return value == (float) value ? Double.parseDouble(Float.toString((float) value)) : value;
  }

  private static View constant(
      Translation translation,
      View view,
      int source,
      ConstantAffine before,
      Channels channels,
      boolean scales) {
    List<Double> scale = new ArrayList<>();
    List<Double> shift = new ArrayList<>();
    for (int c = 0; c < channels.values().length; c++) {
      double value = decimal(channels.values()[c]);
      scale.add(scales ? before.scale().get(c) * value : before.scale().get(c));
      shift.add(scales ? before.shift().get(c) * value : before.shift().get(c) + value);
    }
    boolean uniform =
        scale.stream().allMatch(scale.get(0)::equals) && shift.stream().allMatch(s -> s == 0);
    Op op =
        uniform
            ? Sum.scaled(translation.path(), scale.get(0))
            : new ConstantAffine(translation.path(), scale, shift);
    return view.on(translation.add(op, source));
  }

  private static Optional<View> bias(
      Translation translation, View view, Op before, Channels channels, OnnxTensor tensor) {
    Draft draft = translation.scope().draft();
    int node = view.node();
    Map<String, OnnxTensor> weights = new HashMap<>(draft.weights(node));
    OnnxTensor values = vector(tensor, channels);
    if (before instanceof Conv2d conv && conv.bias().isEmpty() && conv.isBare()) {
      weights.put(conv.path() + ".bias", values);
      return Optional.of(view.on(translation.add(conv.withBias(), weights, inputs(draft, node))));
    } else if (before instanceof Linear linear && linear.bias().isEmpty()) {
      weights.put(linear.path() + ".bias", values);
      Linear biased = linear.withBias(Initial.torch(linear.in()));
      return Optional.of(view.on(translation.add(biased, weights, inputs(draft, node))));
    } else if (before instanceof LearnedAffine affine
        && affine.shift().isEmpty()
        && !affine.spatial()) {
      return Optional.of(view.on(scaled(translation, draft, node, affine, values)));
    }
    return Optional.empty();
  }

  /** A scale followed by a shift; behind a norm that has neither, they are the norm's own. */
  private static int scaled(
      Translation translation, Draft draft, int node, LearnedAffine affine, OnnxTensor shift) {
    int source = draft.inputs(node).get(0);
    OnnxTensor scale = draft.weights(node).get(affine.scale().orElseThrow());
    Op norm = draft.op(source);
    Optional<Op> whole = Optional.empty();
    if (norm instanceof GroupNorm group && !group.affine()) {
      whole =
          Optional.of(
              new GroupNorm(affine.path(), group.channels(), group.groups(), group.eps(), true));
    } else if (norm instanceof LayerNorm2d layer && !layer.affine()) {
      whole = Optional.of(new LayerNorm2d(affine.path(), layer.channels(), layer.eps(), true));
    }
    Map<String, OnnxTensor> weights = new HashMap<>();
    if (scale != null) {
      weights.put(affine.path() + ".weight", scale);
    }
    weights.put(affine.path() + ".bias", shift);
    return whole.isPresent()
        ? translation.add(whole.get(), weights, inputs(draft, source))
        : translation.add(LearnedAffine.of(affine.path(), affine.channels()), weights, source);
  }

  private static Integer[] inputs(Draft draft, int node) {
    return draft.inputs(node).toArray(Integer[]::new);
  }

  private static View learned(
      Translation translation, View view, Channels channels, OnnxTensor tensor, boolean scales) {
    String path = translation.path(tensor);
    int count = channels.values().length;
    String name = path + (scales ? ".weight" : ".bias");
    LearnedAffine affine =
        new LearnedAffine(
            path,
            count,
            scales ? Optional.of(name) : Optional.empty(),
            scales ? Optional.empty() : Optional.of(name),
            1,
            false);
    Map<String, OnnxTensor> weights = Map.of(name, vector(tensor, channels));
    return view.on(translation.add(affine, weights, view.node()));
  }

  private static OnnxTensor vector(OnnxTensor tensor, Channels channels) {
    return OnnxTensor.of(
        tensor.name(), ElementType.FLOAT, List.of(channels.values().length), channels.values());
  }

  static OnnxTensor negated(Translation translation, OnnxTensor tensor) {
    return mapped(translation, tensor, value -> -value);
  }

  static OnnxTensor inverted(Translation translation, OnnxTensor tensor) {
    return mapped(translation, tensor, value -> 1 / value);
  }

  static OnnxTensor times(Translation translation, OnnxTensor tensor, double factor) {
    return mapped(translation, tensor, value -> value * factor);
  }

  private static OnnxTensor mapped(
      Translation translation, OnnxTensor tensor, DoubleUnaryOperator function) {
    if (tensor.isUniform()) {
      return OnnxTensor.uniform(
          tensor.name(), ElementType.FLOAT, tensor.shape(), function.applyAsDouble(tensor.first()));
    }
    translation.scope().worksOut(tensor.count(), translation);
    double[] values = Arrays.stream(tensor.doubles()).map(function).toArray();
    return OnnxTensor.of(tensor.name(), ElementType.FLOAT, tensor.shape(), values);
  }
}
