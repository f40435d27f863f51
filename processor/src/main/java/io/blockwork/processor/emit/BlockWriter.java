package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Describe;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.transforms.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Writes a block: one line that binds each layer, and one that runs it. */
abstract class BlockWriter {
  final Unit unit;
  final LayerNames names;
  final BlockTensors tensors;
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

  final BlockCode write() {
    SortedSet<String> statics = new TreeSet<>();
    List<String> layers = new ArrayList<>();
    List<String> bindings = new ArrayList<>();
    List<String> runs = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Node node : unit.layers()) {
      String field = names.field(node);
      LayerBinding.Call call = node.op().accept(binding(node));
      List<String> arguments = new ArrayList<>(List.of(names.path(node.op().path())));
      arguments.addAll(call.arguments());
      layers.add(field);
      bindings.add(Text.call(field + " = bind." + call.method(), arguments, Text.NESTED));
      statics.addAll(call.statics());
      runs.add(field + "." + method() + "();");
      comments.add(comment(node, node.id(), Describe.of(node.op()).extras()));
    }
    List<String> constructor = new ArrayList<>(tensors.declarations());
    constructor.add("");
    constructor.addAll(bindings);
    Map<String, List<String>> methods = new LinkedHashMap<>();
    methods.put(method(), Text.commented(runs, Text.columns(comments)));
    methods.putAll(otherMethods());
    return new BlockCode(
        tensors.imports(), tensors.exports(), layers, constructor, methods, statics);
  }

  /**
   * The comment beside a line that runs a layer, in columns.
   *
   * @param shown the node whose output's shape it shows
   * @param note what else there is to say
   */
  final List<String> comment(Node node, int shown, String note) {
    return List.of(Describe.of(node.op()).kind(), shapes.get(shown).toString(), note);
  }
}
