package io.blockwork.processor.emit;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Call;
import io.blockwork.graph.ops.Code;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.Place;
import io.blockwork.graph.transforms.PoolBeforeConv;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Writes a block: one line that binds each layer, and one that runs it. */
abstract class BlockWriter {
  /** Columns of a line within a method of a nested class. */
  static final int LINE = 94;

  final Unit unit;
  final LayerNames names;
  final BlockTensors tensors;
  private final Graph graph;
  private final List<Shape> shapes;

  /**
   * @param places where each value lies
   * @param shared whether the class serves several blocks, so that paths are relative to a
   *     parameter
   */
  BlockWriter(
      Unit unit,
      Graph graph,
      List<Shape> shapes,
      List<Place> places,
      Ownership ownership,
      boolean shared) {
    this.unit = unit;
    this.graph = graph;
    this.shapes = shapes;
    this.names = new LayerNames(unit, shared);
    this.tensors = new BlockTensors(unit, graph, places, ownership, names);
  }

  /** How the node's layer is bound. */
  abstract LayerBinding binding(Node node);

  /** The method that runs the layers in order, of the block as of each layer. */
  abstract String method();

  /** The block's other methods: their lines, by name. */
  abstract Map<String, List<String>> otherMethods();

  /** Adds what else the block binds: the fields, and the lines that set them. */
  abstract void extra(List<String> layers, List<String> constructor, Set<String> imports);

  final BlockCode write() {
    SortedSet<String> imports = new TreeSet<>();
    List<String> layers = new ArrayList<>();
    List<String> bindings = new ArrayList<>();
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Node node : unit.layers()) {
      String field = names.field(node);
      Call call = node.op().bind(binding(node));
      List<String> arguments = new ArrayList<>(List.of(names.path(node.op().path())));
      for (Code argument : call.arguments()) {
        arguments.add(argument.text());
        imports.addAll(argument.imports());
      }
      layers.add(field);
      bindings.add(Text.call(field + " = bind." + call.method(), arguments, Text.NESTED));
      runs.add(field + "." + method() + "();");
      comments.add(comment(flow(node), node, node.id(), note(node)));
    }
    List<String> constructor = new ArrayList<>(tensors.declarations());
    constructor.add("");
    constructor.addAll(bindings);
    extra(layers, constructor, imports);
    Map<String, List<String>> methods = new LinkedHashMap<>();
    methods.put(method(), Text.commented(runs, comments, LINE));
    methods.putAll(otherMethods());
    return new BlockCode(
        tensors.imports(), tensors.exports(), layers, constructor, methods, imports);
  }

  /** The shape of a node's output, in words. */
  final String shape(int id) {
    return shapes.get(id).toString();
  }

  /** What a layer reads and writes, by the names of the tensors. */
  private String flow(Node node) {
    Set<String> read = new LinkedHashSet<>();
    node.inputs().forEach(input -> read.add(tensors.value(input)));
    return flow(read, List.of(tensors.value(node.id())));
  }

  /** {@code a, b -> c}. */
  static String flow(Collection<String> read, Collection<String> written) {
    return String.join(", ", read) + " -> " + String.join(", ", written);
  }

  /** What else its kernel does, and what is not to be seen in the block itself. */
  private String note(Node node) {
    List<String> notes = new ArrayList<>();
    if (!node.op().description().extras().isEmpty()) {
      notes.add(node.op().description().extras());
    }
    for (Output output : graph.outputs()) {
      if (output.node() == node.id() && output.kind() == Output.Kind.AUXILIARY) {
        notes.add("auxiliary output");
      }
    }
    if (PoolBeforeConv.isSwapped(graph, node)) {
      // Averaging before it is equal.
      notes.add("cheaper here");
    }
    return String.join(", ", notes);
  }

  /**
   * The comment beside a line that runs a layer, in columns.
   *
   * @param flow what it reads and writes
   * @param shown the node whose output's shape it shows
   * @param note what else there is to say
   */
  final List<String> comment(String flow, Node node, int shown, String note) {
    return List.of(flow, node.op().description().kind(), shapes.get(shown).toString(), note);
  }
}
