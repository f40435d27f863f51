package io.blockwork.onnx.exporter;

import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.List;

/** What operations become that move values and compute none. */
final class MoveNodes {
  private final OnnxGraph graph;

  MoveNodes(OnnxGraph graph) {
    this.graph = graph;
  }

  Value concat(List<Value> inputs, Shape out) {
    List<Value> alike = alike(inputs);
    return graph.whole(
        "Concat", out, alike.get(0).vector(), names(alike), Attributes.integer("axis", 1));
  }

  /** The values, all as vectors or all as maps. */
  List<Value> alike(List<Value> values) {
    boolean vectors = values.stream().allMatch(Value::vector);
    return values.stream().map(value -> vectors ? value : graph.map(value)).toList();
  }

  static List<String> names(List<Value> values) {
    return values.stream().map(Value::name).toList();
  }

  Value range(ChannelRange op, Value x, Shape out) {
    return graph.whole("Slice", out, x.vector(), slice(x.name(), 1, op.from(), op.to()));
  }

  private List<String> slice(String x, int axis, int from, int to) {
    return List.of(x, graph.integers(from), graph.integers(to), graph.integers(axis));
  }

  Value shuffle(ChannelShuffle op, Value input) {
    Value x = graph.map(input);
    Shape s = x.shape();
    int each = s.channels() / op.groups();
    String groups =
        graph.hiddenPart(
            "Reshape",
            List.of(x.name(), graph.integers(0, op.groups(), each, s.height(), s.width())));
    String turned =
        graph.hiddenPart("Transpose", List.of(groups), Attributes.integers("perm", 0, 2, 1, 3, 4));
    return graph.whole(
        "Reshape",
        s,
        false,
        List.of(turned, graph.integers(0, s.channels(), s.height(), s.width())));
  }

  Value padShortcut(PadShortcut op, Value input, Shape out) {
    Value x = graph.map(input);
    Shape in = x.shape();
    int before = (op.out() - in.channels()) / 2;
    if (op.stride() > 1) {
      x =
          graph.part(
              "Slice",
              new Shape(in.channels(), out.height(), out.width()),
              false,
              List.of(
                  x.name(),
                  graph.integers(0, 0),
                  graph.integers(in.height(), in.width()),
                  graph.integers(2, 3),
                  graph.integers(op.stride(), op.stride())));
    }
    if (op.out() < in.channels()) {
      return graph.whole("Slice", out, false, slice(x.name(), 1, -before, -before + op.out()));
    } else if (op.out() == in.channels()) {
      return x;
    }
    int behind = op.out() - in.channels() - before;
    List<String> inputs = new ArrayList<>(List.of(x.name()));
    inputs.add(graph.integers(0, before, 0, 0, 0, behind, 0, 0));
    return graph.whole("Pad", out, false, inputs);
  }
}
