package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Values of the network that are made integers, and numbers again. Of the rounding only the bounds
 * are kept, which often are a ReLU or ReLU6 of the network that was quantised; where eight bits are
 * taken, the scale is the bounds' distance, so that the network can be run in integers.
 */
final class Integers {
  private Integers() {}

  static void into(Map<String, Consumer<Translation>> operators) {
    operators.put("QuantizeLinear", Integers::quantize);
    operators.put("DequantizeLinear", Integers::dequantize);
  }

  /** The type of the integers that an operation makes. */
  static ElementType type(Translation translation) {
    long given = translation.integer("output_dtype", 0);
    ElementType usual = given == 0 ? ElementType.UINT8 : translation.elementType(given);
    ElementType type = translation.optional(2).map(OnnxTensor::type).orElse(usual);
    if (type.bytes() > 2 || type.isFloating() || type == ElementType.BOOL) {
      throw translation.refuse("it makes %s; 8 and 16 bits are supported", type);
    }
    return type;
  }

  /** The least of the integers of a type. */
  static long least(ElementType type) {
    boolean signed = type == ElementType.INT8 || type == ElementType.INT16;
    return signed ? -(1L << 8 * type.bytes() - 1) : 0;
  }

  /** The largest of the integers of a type. */
  static long largest(ElementType type) {
    return least(type) + (1L << 8 * type.bytes()) - 1;
  }

  private static double scale(Translation translation) {
    OnnxTensor scale = translation.constant(1);
    if (scale.count() != 1) {
      throw translation.refuse("only one scale for all values of the network is supported");
    }
    double value = scale.first();
    if (!(value > 0) || Double.isInfinite(value)) {
      throw translation.refuse("its scale is %s", value);
    }
    return value;
  }

  private static void quantize(Translation translation) {
    View x = translation.view(0);
    ElementType type = type(translation);
    double scale = scale(translation);
    double zero = translation.optional(2).map(OnnxTensor::first).orElse(0.0);
    var bounds = new Bounds((least(type) - zero) * scale, (largest(type) - zero) * scale);
    int id = bounded(translation, x, bounds, scale);
    if (type.bytes() == 1) {
      translation.scope().draft().roundsToBytes(id);
    }
    translation.out(new Value.Quantized(x.on(id), scale, zero));
  }

  /**
   * The value within bounds, where it does not lie within them anyhow, or so near that the integers
   * hardly tell, as concatenations of values that have bounds of their own.
   */
  private static int bounded(Translation translation, View x, Bounds bounds, double near) {
    Draft draft = translation.scope().draft();
    int id = x.node();
    Bounds own = draft.bounds(id);
    if (own.low() >= bounds.low() - near && own.high() <= bounds.high() + near) {
      return id;
    }
    Bounds cut = own.cut(bounds);
    // The bounds of a ReLU, or of others before, are within these.
    int from =
        draft.op(id) instanceof Activate before
                && (before.activation().isRelu()
                    || before.activation().function() == Activation.Function.CLIP)
            ? draft.inputs(id).get(0)
            : id;
    return translation.add(
        new Activate(translation.path(), Activation.clip(cut.low(), cut.high())), from);
  }

  private static void dequantize(Translation translation) {
    double scale = scale(translation);
    Optional<OnnxTensor> zero = translation.optional(2);
    if (translation.value(0) instanceof Value.Quantized quantized) {
      if (scale != quantized.scale()
          || zero.map(OnnxTensor::first).orElse(0.0) != quantized.zero()) {
        throw translation.refuse("its scale or zero is not that of the QuantizeLinear before it");
      }
      translation.out(quantized.view());
      return;
    }
    // Images that come as integers.
    View x = translation.view(0);
    if (zero.isPresent()) {
      OnnxTensor shift = Affines.negated(translation, zero.get());
      x = Affines.apply(translation, x, Optional.empty(), Optional.of(shift));
    }
    OnnxTensor factor = translation.constant(1);
    translation.out(Affines.apply(translation, x, Optional.of(factor), Optional.empty()));
  }
}
