package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Describe;
import io.blockwork.processor.graph.Describe.Words;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.Concat;
import io.blockwork.processor.graph.Op.Input;
import io.blockwork.processor.graph.Op.MaxPool2d;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.transforms.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the two kinds of pass have in common when they write a block: names of tensors, paths, and
 * shapes.
 */
abstract class BlockWriter {
  final Unit unit;
  final Graph graph;
  final List<Shape> shapes;
  final SortedSet<String> statics = new TreeSet<>();
  final List<String> layers = new ArrayList<>();
  final List<String> bindings = new ArrayList<>();
  final Map<Integer, String> imports = new LinkedHashMap<>();
  final Map<Integer, String> exports = new LinkedHashMap<>();
  private final boolean shared;
  private final Map<Integer, String> fields = new HashMap<>();
  private final List<String> declarations = new ArrayList<>();
  private final Map<Integer, String> names = new LinkedHashMap<>();
  private final Set<Integer> declared = new HashSet<>();
  private final Set<String> taken = new HashSet<>();

  /**
   * @param shared whether the class serves several blocks, so that paths are relative to a
   *     parameter
   */
  BlockWriter(Unit unit, Graph graph, List<Shape> shapes, boolean shared) {
    this.unit = unit;
    this.graph = graph;
    this.shapes = shapes;
    this.shared = shared;
    taken.add("bind");
    taken.add("path");
    for (Node node : unit.nodes()) {
      String name = JavaNames.variable(relative(node.op().path()));
      // An operation runs twice if its value is wanted before its activation, too.
      if (!isSilent(node) && !taken.add(name)) {
        String extras = Describe.of(node.op()).extras();
        name += JavaNames.capitalise(extras.substring(extras.lastIndexOf(' ') + 1));
        taken.add(name);
      }
      fields.put(node.id(), name);
    }
  }

  abstract Ownership ownership();

  abstract BlockCode write();

  /** The field of the node's layer: {@code conv1}, {@code downsample_0}. */
  final String field(Node node) {
    return Objects.requireNonNull(fields.get(node.id()));
  }

  private String relative(String path) {
    String prefix = unit.block().orElseThrow().prefix();
    return path.startsWith(prefix) ? path.substring(prefix.length()) : path;
  }

  /** The Java expression of a module path. */
  final String path(String path) {
    return shared ? "path + \"." + relative(path) + "\"" : "\"" + path + "\"";
  }

  /** What the value of node {@code id} is called here. */
  final String valueName(int id) {
    Op op = graph.node(id).op();
    if (op instanceof Input) {
      return "input";
    }
    if (!unit.owns(id)) {
      return "x";
    }
    return op instanceof Add ? "out" : field(graph.node(id)) + "Out";
  }

  /** Names the buffer of {@code place}, unless it has a name. */
  final void name(Place place, String wish) {
    int buffer = place.buffer().id();
    if (!names.containsKey(buffer)) {
      String base = ownership().concatenation(buffer).orElse(wish);
      String name = base;
      for (int i = 2; !taken.add(name); i++) {
        name = base + i;
      }
      names.put(buffer, name);
    }
  }

  /** The expression of a tensor, declaring its buffer on first use. */
  final String tensor(Place place, String wish) {
    Place.Buffer buffer = place.buffer();
    boolean exported = ownership().exports(unit).contains(buffer.id());
    name(place, exported && !wish.equals("input") ? "out" : wish);
    String name = names.getOrDefault(buffer.id(), wish);
    if (declared.add(buffer.id())) {
      if (buffer.kept() && !ownership().makes(unit, buffer.id())) {
        imports.put(buffer.id(), name);
      } else if (exported) {
        exports.put(buffer.id(), name);
        declarations.add(name + " = " + allocation(buffer));
      } else {
        declarations.add("Tensor " + name + " = " + allocation(buffer));
      }
    }
    return name + slice(place);
  }

  static String allocation(Place.Buffer buffer) {
    Shape s = buffer.shape();
    String size = s.channels() + ", " + s.height() + ", " + s.width() + ");";
    return buffer.kept() ? "bind.keep(" + size : "bind.slot(" + buffer.slot() + ", " + size;
  }

  static String slice(Place place) {
    return place.whole()
        ? ""
        : ".slice(" + place.from() + ", " + (place.from() + place.channels()) + ")";
  }

  /** {@code conv(64, 128, 3).stride(2).padding(1)}. */
  final String conv(Op.Conv2d op) {
    statics.add("Conv.conv");
    return convolution(op);
  }

  static String convolution(Op.Conv2d op) {
    return "conv("
        + op.in()
        + ", "
        + op.out()
        + ", "
        + op.kernel()
        + ")"
        + (op.stride() == 1 ? "" : ".stride(" + op.stride() + ")")
        + (op.padding() == 0 ? "" : ".padding(" + op.padding() + ")")
        + (op.dilation() == 1 ? "" : ".dilation(" + op.dilation() + ")")
        + (op.groups() == 1 ? "" : ".groups(" + op.groups() + ")");
  }

  /** {@code window(3).stride(2).padding(1)}. */
  final String window(MaxPool2d op) {
    return window(op.kernel())
        + (op.stride() == op.kernel() ? "" : ".stride(" + op.stride() + ")")
        + (op.padding() == 0 ? "" : ".padding(" + op.padding() + ")");
  }

  final String window(int kernel) {
    statics.add("Window.window");
    return "window(" + kernel + ")";
  }

  final String activation(Op.Linear op) {
    String name = op.activation().name();
    statics.add("Activation." + name);
    return name;
  }

  /** Adds {@code field = bind.method(path, args);}. */
  final void bind(Node node, String method, List<String> args) {
    layers.add(field(node));
    List<String> all = new ArrayList<>(List.of(path(node.op().path())));
    all.addAll(args);
    bindings.add(Text.call(field(node) + " = bind." + method, all, Text.NESTED));
  }

  final List<String> constructor() {
    List<String> lines = new ArrayList<>(declarations);
    lines.add("");
    lines.addAll(bindings);
    return lines;
  }

  /** The comment of a node: kind, shape of its output, what is fused. */
  final List<String> comment(Node node) {
    Words words = Describe.of(node.op());
    return List.of(words.kind(), shapes.get(node.id()).toString(), words.extras());
  }

  final boolean isSilent(Node node) {
    return node.op() instanceof Concat || node.op() instanceof Input;
  }
}
