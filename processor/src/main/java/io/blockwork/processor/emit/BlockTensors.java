package io.blockwork.processor.emit;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.Input;
import io.blockwork.processor.graph.Shape;
import io.blockwork.processor.transforms.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the tensors of a block are called in its class, and how it comes by them: each is declared
 * when it is first asked for, unless another block hands it over.
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
  private final Map<Integer, String> names = new LinkedHashMap<>();
  private final Set<Integer> declared = new HashSet<>();
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

  /** The expression of the output of node {@code id}. */
  String value(int id) {
    return tensor(places.get(id), wish(id));
  }

  /** What the output of node {@code id} would be called, if its buffer had no name. */
  String wish(int id) {
    Op op = graph.node(id).op();
    if (op instanceof Input) {
      return "input";
    }
    if (!unit.owns(id)) {
      return "x";
    }
    return op instanceof Add ? "out" : layers.field(graph.node(id)) + "Out";
  }

  /** Names the buffer of {@code place}, unless it has a name. */
  void name(Place place, String wish) {
    int buffer = place.buffer().id();
    if (!names.containsKey(buffer)) {
      String base = ownership.concatenation(buffer).orElse(wish);
      String name = base;
      for (int i = 2; !taken.add(name); i++) {
        name = base + i;
      }
      names.put(buffer, name);
    }
  }

  /** The expression of a tensor, declaring its buffer on first use. */
  String tensor(Place place, String wish) {
    Place.Buffer buffer = place.buffer();
    boolean exported = ownership.exports(unit).contains(buffer.id());
    name(place, exported && !wish.equals("input") ? "out" : wish);
    String name = names.getOrDefault(buffer.id(), wish);
    if (declared.add(buffer.id())) {
      if (buffer.kept() && !ownership.makes(unit, buffer.id())) {
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
