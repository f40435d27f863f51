package io.blockwork.graph.plans;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Channels;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What lies in the memory of a plan while its actions are gone through one by one: the rules' own
 * idea of it, which knows nothing of lives and aliases. Buffers of one slot destroy each other.
 */
final class Memory {
  /**
   * Some channels of a value that a kernel computes.
   *
   * @param value the node
   * @param from the first of its channels
   * @param channels how many
   */
  private record Piece(int value, int from, int channels) {}

  private final List<List<Piece>> pieces = new ArrayList<>();
  private final List<Place> places;

  /** What each buffer holds, by the first channel. */
  private final Map<Integer, TreeMap<Integer, Piece>> contents = new HashMap<>();

  /** The buffers of each slot that hold something. */
  private final Map<Integer, List<Integer>> slots = new HashMap<>();

  /**
   * @param places where each value lies
   */
  Memory(Graph graph, List<Shape> shapes, List<Place> places) {
    this.places = places;
    for (Node node : graph.nodes()) {
      pieces.add(pieces(node, shapes.get(node.id()).channels()));
    }
  }

  /** A concatenation is its parts, and a view is some channels of another value. */
  private List<Piece> pieces(Node node, int channels) {
    Op op = node.op();
    if (op.joins()) {
      List<Piece> all = new ArrayList<>();
      for (int input : node.inputs()) {
        all.addAll(pieces.get(input));
      }
      return all;
    } else if (op.part().isPresent() && !op.runs()) {
      Channels part = op.part().get();
      List<Piece> some = new ArrayList<>();
      int at = 0;
      for (Piece piece : pieces.get(node.input(0))) {
        int from = Math.max(part.from(), at);
        int to = Math.min(part.to(), at + piece.channels());
        if (from < to) {
          some.add(new Piece(piece.value(), piece.from() + from - at, to - from));
        }
        at += piece.channels();
      }
      return some;
    }
    return List.of(new Piece(node.id(), 0, channels));
  }

  /** A kernel writes the value. */
  void write(int value) {
    Place place = places.get(value);
    destroy(place.buffer(), place.from(), place.from() + place.channels());
    contents
        .computeIfAbsent(place.buffer().id(), b -> new TreeMap<>())
        .put(place.from(), pieces.get(value).get(0));
  }

  /** Something else is written to some channels of a buffer. */
  void destroy(Place.Buffer buffer, int from, int to) {
    if (!buffer.kept()) {
      List<Integer> inSlot = slots.computeIfAbsent(buffer.slot(), s -> new ArrayList<>());
      for (int other : inSlot) {
        if (other != buffer.id()) {
          contents.remove(other);
        }
      }
      if (inSlot.size() != 1 || inSlot.get(0) != buffer.id()) {
        inSlot.clear();
        inSlot.add(buffer.id());
      }
    }
    TreeMap<Integer, Piece> content = contents.get(buffer.id());
    if (content == null) {
      return;
    }
    Map.Entry<Integer, Piece> below = content.lowerEntry(to);
    while (below != null && below.getKey() + below.getValue().channels() > from) {
      content.remove(below.getKey());
      below = content.lowerEntry(to);
    }
  }

  /** Whether the value lies where the plan says, all of it. */
  boolean holds(int value) {
    Place place = places.get(value);
    TreeMap<Integer, Piece> content = contents.get(place.buffer().id());
    if (content == null) {
      return false;
    }
    int at = place.from();
    for (Piece piece : pieces.get(value)) {
      Map.Entry<Integer, Piece> there = content.floorEntry(at);
      if (there == null || !holds(there.getValue(), at - there.getKey(), piece)) {
        return false;
      }
      at += piece.channels();
    }
    return true;
  }

  private static boolean holds(Piece there, int offset, Piece piece) {
    return there.value() == piece.value()
        && there.from() + offset == piece.from()
        && offset + piece.channels() <= there.channels();
  }
}
