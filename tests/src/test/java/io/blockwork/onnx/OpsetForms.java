package io.blockwork.onnx;

import io.blockwork.onnx.file.OnnxTensor;
import io.blockwork.onnx.proto.AttributeProto;
import io.blockwork.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Writes operators as other versions of ONNX have them: what newer versions read as an input is an
 * attribute of older ones, older ones count no axes from the end, and so on.
 */
final class OpsetForms {
  /** An attribute until the opset, an input from it on. */
  private record Moved(String type, int input, String attribute, int since) {}

  private static final List<Moved> MOVED =
      List.of(
          new Moved("Squeeze", 1, "axes", 13),
          new Moved("Unsqueeze", 1, "axes", 13),
          new Moved("ReduceSum", 1, "axes", 13),
          new Moved("ReduceMean", 1, "axes", 18),
          new Moved("ReduceMax", 1, "axes", 18),
          new Moved("ReduceL2", 1, "axes", 18),
          new Moved("Split", 1, "split", 13),
          new Moved("Slice", 1, "starts", 10),
          new Moved("Slice", 2, "ends", 10),
          new Moved("Slice", 3, "axes", 10),
          new Moved("Pad", 1, "pads", 11),
          new Moved("Pad", 2, "value", 11),
          new Moved("Clip", 1, "min", 11),
          new Moved("Clip", 2, "max", 11),
          new Moved("Dropout", 1, "ratio", 12));

  private static final Set<String> REALS = Set.of("value", "min", "max", "ratio");

  /** An attribute that older opsets lack, and what it is there. */
  private record Added(String type, String attribute, int since, String usual) {}

  private static final List<Added> ADDED =
      List.of(
          new Added("AveragePool", "ceil_mode", 10, "0"),
          new Added("AveragePool", "dilations", 19, "1"),
          new Added("MaxPool", "ceil_mode", 10, "0"),
          new Added("MaxPool", "dilations", 10, "1"),
          new Added("MaxPool", "storage_order", 8, "0"),
          new Added("ReduceSum", "noop_with_empty_axes", 13, "0"),
          new Added("ReduceMean", "noop_with_empty_axes", 18, "0"),
          new Added("ReduceMax", "noop_with_empty_axes", 18, "0"),
          new Added("Reshape", "allowzero", 14, "0"),
          new Added("Shape", "start", 15, "0"),
          new Added("Shape", "end", 15, "none"),
          new Added("Split", "num_outputs", 18, "equal"),
          new Added("BatchNormalization", "training_mode", 14, "0"),
          new Added("Cast", "saturate", 19, "1"),
          new Added("QuantizeLinear", "axis", 13, "none"),
          new Added("QuantizeLinear", "saturate", 19, "1"),
          new Added("DequantizeLinear", "axis", 13, "none"),
          new Added("Constant", "value_float", 12, "none"),
          new Added("Constant", "value_floats", 12, "none"),
          new Added("Constant", "value_int", 12, "none"),
          new Added("Constant", "value_ints", 12, "none"),
          new Added("Dropout", "seed", 12, "any"));

  private static final Set<String> AXES = Set.of("axis", "axes");

  private final NodeProto node;
  private final Map<String, OnnxTensor> tensors;
  private final int opset;

  private OpsetForms(NodeProto node, Map<String, OnnxTensor> tensors, int opset) {
    this.node = node;
    this.tensors = tensors;
    this.opset = opset;
  }

  /**
   * An operator in the form of an opset; empty if that has no such form.
   *
   * @param tensors what is known of the inputs
   */
  static Optional<NodeProto> of(NodeProto node, Map<String, OnnxTensor> tensors, int opset) {
    return OperatorVersions.first(node.getOpType()) > opset
        ? Optional.empty()
        : new OpsetForms(node, tensors, opset).written();
  }

  private Optional<NodeProto> written() {
    NodeProto.Builder made = node.toBuilder();
    String type = node.getOpType();
    List<String> inputs = new ArrayList<>(node.getInputList());
    if (type.equals("Pad") && opset < 18 && has(inputs, 3)) {
      // The pads of all axes stand in a constant of the model, which is no matter of the node.
      return Optional.empty();
    }
    if (type.equals("Slice") && opset < 10 && !allOnes(inputs, 4)
        || type.equals("Dropout") && opset < 12 && has(inputs, 2)
        || type.equals("GroupNormalization") && !scales()
        || type.equals("Gemm") && opset < 11 && inputs.size() < 3) {
      return Optional.empty();
    }
    for (Moved moved : MOVED) {
      boolean known = !has(inputs, moved.input()) || tensors.containsKey(inputs.get(moved.input()));
      if (moved.type().equals(type) && opset < moved.since() && !known) {
        return Optional.empty();
      }
    }
    for (Added added : ADDED) {
      if (added.type().equals(type) && opset < added.since() && !drops(made, added)) {
        return Optional.empty();
      }
    }
    for (Moved moved : MOVED) {
      if (moved.type().equals(type) && opset < moved.since() && has(inputs, moved.input())) {
        made.addAttribute(attribute(moved, known(inputs.get(moved.input()))));
        inputs.set(moved.input(), "");
      } else if (moved.type().equals(type) && opset >= moved.since()) {
        // The old form of a case that was written for it.
        drop(made, moved.attribute());
      }
    }
    while (!inputs.isEmpty() && inputs.get(inputs.size() - 1).isEmpty()) {
      inputs.remove(inputs.size() - 1);
    }
    if (type.equals("Split") && opset >= 18 && inputs.size() < 2) {
      drop(made, "num_outputs");
      made.addAttribute(integer("num_outputs", node.getOutputCount()));
    }
    made.clearInput().addAllInput(inputs);
    if (type.equals("Slice") && opset < 10) {
      made.clearInput().addInput(inputs.get(0));
    }
    return opset < 11 ? Optional.of(countedFromTheFront(made)) : Optional.of(made.build());
  }

  /** Whether the scales of a group norm are, as the opset has them, those of channels or groups. */
  private boolean scales() {
    long groups =
        node.getAttributeList().stream()
            .filter(attribute -> attribute.getName().equals("num_groups"))
            .findFirst()
            .orElseThrow()
            .getI();
    int channels = known(node.getInput(0)).shape().get(1);
    return known(node.getInput(1)).count() == (opset < 21 ? groups : channels);
  }

  private OnnxTensor known(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static boolean has(List<String> inputs, int at) {
    return at < inputs.size() && !inputs.get(at).isEmpty();
  }

  private boolean allOnes(List<String> inputs, int at) {
    return !has(inputs, at) || Arrays.stream(known(inputs.get(at)).longs()).allMatch(by -> by == 1);
  }

  /** Leaves an attribute out, if it says what is so without it. */
  private boolean drops(NodeProto.Builder made, Added added) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(added.attribute())) {
        List<Long> values =
            attribute.getIntsCount() > 0 ? attribute.getIntsList() : List.of(attribute.getI());
        boolean usual =
            switch (added.usual()) {
              case "any" -> true;
              case "none" -> false;
              case "equal" -> isEqualSplit();
              default -> values.stream().allMatch(v -> v == Long.parseLong(added.usual()));
            };
        drop(made, added.attribute());
        return usual;
      }
    }
    return true;
  }

  private boolean isEqualSplit() {
    OnnxTensor tensor = tensors.get(node.getInput(0));
    int axis =
        node.getAttributeList().stream()
            .filter(a -> a.getName().equals("axis"))
            .mapToInt(a -> (int) a.getI())
            .findFirst()
            .orElse(0);
    return tensor != null && tensor.shape().get(axis) % node.getOutputCount() == 0;
  }

  private static void drop(NodeProto.Builder made, String name) {
    List<AttributeProto> kept =
        made.getAttributeList().stream().filter(a -> !a.getName().equals(name)).toList();
    made.clearAttribute().addAllAttribute(kept);
  }

  private static AttributeProto attribute(Moved moved, OnnxTensor value) {
    var made = AttributeProto.newBuilder().setName(moved.attribute());
    if (REALS.contains(moved.attribute())) {
      return made.setType(AttributeProto.AttributeType.FLOAT).setF((float) value.first()).build();
    }
    return made.setType(AttributeProto.AttributeType.INTS)
        .addAllInts(LongStream.of(value.longs()).boxed().toList())
        .build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** Until opset 10, no axis is negative. */
  private NodeProto countedFromTheFront(NodeProto.Builder made) {
    OnnxTensor tensor = made.getInputCount() == 0 ? null : tensors.get(made.getInput(0));
    if (tensor == null) {
      return made.build();
    }
    for (AttributeProto.Builder attribute : made.getAttributeBuilderList()) {
      if (AXES.contains(attribute.getName())) {
        boolean adds = made.getOpType().equals("Unsqueeze");
        int rank = tensor.shape().size() + (adds ? attribute.getIntsCount() : 0);
        if (attribute.getI() < 0) {
          attribute.setI(attribute.getI() + rank);
        }
        for (int i = 0; i < attribute.getIntsCount(); i++) {
          long axis = attribute.getInts(i);
          attribute.setInts(i, axis < 0 ? axis + rank : axis);
        }
        if (adds) {
          List<Long> sorted = List.copyOf(new TreeSet<>(attribute.getIntsList()));
          attribute.clearInts().addAllInts(sorted);
        }
      }
    }
    return made.build();
  }
}
