package io.blockwork.onnx.importer;

import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import io.blockwork.onnx.file.ElementType;
import io.blockwork.onnx.file.OnnxAttribute;
import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxNode;
import io.blockwork.onnx.file.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One operation of the file while it is taken: what it reads, and where its results go. */
final class Translation {
  private final OnnxNode node;
  private final Scope scope;

  Translation(OnnxNode node, Scope scope) {
    this.node = node;
    this.scope = scope;
  }

  OnnxNode node() {
    return node;
  }

  Scope scope() {
    return scope;
  }

  /** Version of ONNX's operators. */
  int opset() {
    return scope.opset();
  }

  /** What is wrong with the operation, as an error that names it. */
  OnnxException refuse(String why, @Nullable Object... args) {
    List<@Nullable Object> all = new ArrayList<>(Arrays.asList(node.type(), node.label()));
    all.addAll(Arrays.asList(args));
    return new OnnxException("%s %s: " + why, all.toArray());
  }

  int inputs() {
    return node.inputCount();
  }

  boolean has(int input) {
    return node.has(input);
  }

  Value value(int input) {
    if (!has(input)) {
      throw refuse("its input %d is missing", input);
    }
    return scope.value(node.inputs().get(input), this);
  }

  /** An input that the network computes. */
  View view(int input) {
    Value value = value(input);
    if (value instanceof View view) {
      return view;
    }
    throw refuse(
        "its input %d (%s) is %s, where a value of the network is expected",
        input, node.inputs().get(input), value instanceof Value.Sizes ? "a size" : "constant");
  }

  /** An input that must be known. */
  OnnxTensor constant(int input) {
    Value value = value(input);
    if (value instanceof Value.Constant constant) {
      return constant.tensor();
    } else if (value instanceof Value.Sizes) {
      throw refuse(
          "its input %d (%s) depends on the number of images", input, node.inputs().get(input));
    }
    throw refuse(
        "its input %d (%s) is computed by the network; it is supported as a constant only",
        input, node.inputs().get(input));
  }

  /** An input that must be known, if it is there. */
  Optional<OnnxTensor> optional(int input) {
    return has(input) ? Optional.of(constant(input)) : Optional.empty();
  }

  /** Whether nobody but this operation reads the input. */
  boolean readsAlone(int input) {
    return scope.uses(node.inputs().get(input)) == 1;
  }

  boolean hasAttribute(String name) {
    return node.attributes().containsKey(name);
  }

  long integer(String name, long usual) {
    OnnxAttribute attribute = node.attributes().get(name);
    if (attribute == null) {
      return usual;
    } else if (attribute instanceof OnnxAttribute.Int value) {
      return value.value();
    }
    throw refuse("its attribute %s is no integer", name);
  }

  /** The element type of that number. */
  ElementType elementType(long number) {
    return Arrays.stream(ElementType.values())
        .filter(each -> each.number() == number)
        .findFirst()
        .orElseThrow(() -> refuse("it makes the element type number %d", number));
  }

  double real(String name, double usual) {
    OnnxAttribute attribute = node.attributes().get(name);
    if (attribute == null) {
      return usual;
    } else if (attribute instanceof OnnxAttribute.Real value) {
      // 0.01f is meant for 0.01.
      return Double.parseDouble(Float.toString(value.value()));
    }
    throw refuse("its attribute %s is no number", name);
  }

  String text(String name, String usual) {
    OnnxAttribute attribute = node.attributes().get(name);
    if (attribute == null) {
      return usual;
    } else if (attribute instanceof OnnxAttribute.Text value) {
      return value.value();
    }
    throw refuse("its attribute %s is no text", name);
  }

  Optional<List<Long>> integers(String name) {
    OnnxAttribute attribute = node.attributes().get(name);
    if (attribute == null) {
      return Optional.empty();
    } else if (attribute instanceof OnnxAttribute.Ints value) {
      return Optional.of(value.values());
    }
    throw refuse("its attribute %s is no list of integers", name);
  }

  /** Integers that are an attribute in old opsets, and an input in new ones. */
  Optional<List<Long>> integers(String name, int input) {
    if (has(input)) {
      return Optional.of(Arrays.stream(constant(input).longs()).boxed().toList());
    }
    return integers(name);
  }

  /** The axis of a tensor of so many, counted from the end if negative. */
  int axis(long axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw refuse("it names axis %d of %d", axis, rank);
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Leaves a result. */
  void out(Value value) {
    out(0, value);
  }

  /** Leaves a result. */
  void out(int output, Value value) {
    if (output < node.outputs().size() && !node.outputs().get(output).isEmpty()) {
      scope.define(node.outputs().get(output), value, this);
    }
  }

  void out(OnnxTensor tensor) {
    out(0, new Value.Constant(tensor));
  }

  /** Refuses results that somebody reads beside the first. */
  void onlyFirstOutput(String others) {
    for (int i = 1; i < node.outputs().size(); i++) {
      String name = node.outputs().get(i);
      if (!name.isEmpty() && scope.uses(name) > 0) {
        throw refuse(
            "its output %s, %s, is read; only its first output is supported", name, others);
      }
    }
  }

  /** Appends an operation to the network. */
  int add(Op op, Integer... inputs) {
    return scope.draft().add(this, op, List.of(inputs), Map.of());
  }

  /** Appends an operation with the values of its parameters. */
  int add(Op op, Map<String, OnnxTensor> weights, Integer... inputs) {
    return scope.draft().add(this, op, List.of(inputs), weights);
  }

  Shape shape(int id) {
    return scope.draft().shape(id);
  }

  /** A path for an operation that has these weights. */
  String path(OnnxTensor... weights) {
    return scope.names().path(node, List.of(weights));
  }

  /** The value of a node, with the axes of an input, but that the shape may be another. */
  View result(int id, int rank) {
    return View.of(id, shape(id), rank, scope.images());
  }

  /** A node that has the value as {@code [N, C, H, W]}, or with fewer axes. */
  View map(View view) {
    return Layouts.map(this, view);
  }
}
