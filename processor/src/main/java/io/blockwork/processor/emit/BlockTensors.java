package io.blockwork.processor.emit;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the tensors of a block are called in its class, and how it comes by them: each is declared
 * when it is first asked for, unless another block hands it over. A buffer of values has one name;
 * one of gradients has a name for each of the values that they are gradients of.
 */
final class BlockTensors {
  private final Unit unit;
  private final Graph graph;
  private final List<Place> places;
  private final Ownership ownership;
  private final LayerNames layers;
  private final Map<Integer, String> imports = new LinkedHashMap<>();
  private final Map<Integer, String> exports = new LinkedHashMap<>();
  private final List<String> declarations = new ArrayList<>();
  private final Map<Integer, String> names = new HashMap<>();
  private final Map<Integer, Map<String, String>> gradients = new HashMap<>();
  private final Set<String> taken;

  /**
   * @param places where each value lies
   */
  BlockTensors(Unit unit, Graph graph, List<Place> places, Ownership ownership, LayerNames layers) {
    this.unit = unit;
    this.graph = graph;
    this.places = places;
    this.ownership = ownership;
    this.layers = layers;
    this.taken = new HashSet<>(layers.taken());
  }

  /** The expression of some channels of the output of node {@code id}. */
  String value(int id, int from, int to) {
    Place place = places.get(id);
    return name(id, place.buffer()) + slice(part(place, from, to));
  }

  /** Some channels of a place. */
  static Place part(Place place, int from, int to) {
    return new Place(place.buffer(), place.from() + from, to - from);
  }

  /** The expression of the output of node {@code id}. */
  String value(int id) {
    Place place = places.get(id);
    return name(id, place.buffer()) + slice(place);
  }

  /**
   * The expression of the gradient of the output of node {@code id}.
   *
   * @param place where it lies
   */
  String gradient(int id, Place place) {
    Place.Buffer buffer = place.buffer();
    Map<String, String> same = gradients.computeIfAbsent(buffer.id(), b -> new LinkedHashMap<>());
    String value = name(id, places.get(id).buffer());
    if (!same.containsKey(value)) {
      String name = unique("d" + JavaNames.capitalise(value));
      String memory = same.isEmpty() ? allocation(buffer) : same.values().iterator().next() + ";";
      declarations.add("Tensor " + name + " = " + memory);
      same.put(value, name);
    }
    return same.get(value) + slice(place);
  }

  /** The name of the buffer that the output of node {@code id} lies in. */
  private String name(int id, Place.Buffer buffer) {
    String known = names.get(buffer.id());
    return known == null ? declare(id, buffer) : known;
  }

  private String declare(int id, Place.Buffer buffer) {
    boolean exported = ownership.exports(unit).contains(buffer.id());
    String wish = wish(id);
    String name =
        unique(
            ownership
                .concatenation(buffer.id())
                .orElse(exported && !wish.equals("input") ? "out" : wish));
    names.put(buffer.id(), name);
    if (buffer.kept() && !ownership.makes(unit, buffer.id())) {
      imports.put(buffer.id(), name);
    } else if (exported) {
      exports.put(buffer.id(), name);
      declarations.add(name + " = " + allocation(buffer));
    } else {
      declarations.add("Tensor " + name + " = " + allocation(buffer));
    }
    return name;
  }

  private String unique(String wish) {
    return JavaNames.unique(wish, taken);
  }

  /** What the output of node {@code id} gives its buffer as a name. */
  private String wish(int id) {
    if (id == 0) {
      return "input";
    }
    if (!unit.owns(id)) {
      return "x";
    }
    Node node = graph.node(id);
    return node.op().role() == Role.SUM || becomesResult(id) ? "out" : layers.field(node) + "Out";
  }

  /** Whether the block's last layer finds the value where it leaves its own, as a shortcut's. */
  private boolean becomesResult(int id) {
    int last = unit.nodes().get(unit.nodes().size() - 1).id();
    return id != last && places.get(id).buffer().id() == places.get(last).buffer().id();
  }

  /** The kept buffers that other blocks hand over, and the names of the parameters. */
  Map<Integer, String> imports() {
    return imports;
  }

  /** The kept buffers that other blocks read, and the names of the fields. */
  Map<Integer, String> exports() {
    return exports;
  }

  /** The lines that make the tensors. */
  List<String> declarations() {
    return declarations;
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
}
