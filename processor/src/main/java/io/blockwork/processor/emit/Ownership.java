package io.blockwork.processor.emit;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.plans.Place;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which block makes each kept buffer, which others read it, and what concatenations are called. */
final class Ownership {
  private final Map<Integer, Unit> owners = new HashMap<>();
  private final Map<String, Set<Integer>> exports = new HashMap<>();
  private final Map<Integer, String> concatenations = new HashMap<>();

  /**
   * @param network the whole network
   * @param graph its graph
   * @param places where each value lies
   */
  Ownership(Unit network, Graph graph, List<Place> places) {
    for (Node node : graph.nodes()) {
      if (node.op().role() == Role.CONCAT) {
        concatenations.put(places.get(node.id()).buffer().id(), concatenation(network, node));
      }
    }
    for (Unit block : network.blocks()) {
      Set<Integer> touched = new LinkedHashSet<>();
      for (Node node : block.nodes()) {
        for (int input : node.inputs()) {
          touch(places.get(input), touched);
        }
        touch(places.get(node.id()), touched);
      }
      for (int buffer : touched) {
        Unit owner = owners.computeIfAbsent(buffer, b -> block);
        if (!owner.path().equals(block.path())) {
          export(buffer);
        }
      }
    }
    // The network itself shows its input and outputs.
    show(places.get(0));
    for (Output output : graph.outputs()) {
      show(places.get(output.node()));
    }
  }

  /** After the stage that it belongs to, or itself. */
  private static String concatenation(Unit network, Node node) {
    Block stage = node.block().stage();
    return JavaNames.variable(
        network.names().of(stage.isNetwork() ? node.op().path() : stage.path()));
  }

  private static void touch(Place place, Set<Integer> touched) {
    if (place.buffer().kept()) {
      touched.add(place.buffer().id());
    }
  }

  private void show(Place place) {
    if (place.buffer().kept()) {
      export(place.buffer().id());
    }
  }

  private void export(int buffer) {
    exports.computeIfAbsent(owner(buffer).path(), p -> new HashSet<>()).add(buffer);
  }

  /** Whether the block makes the kept buffer. */
  boolean makes(Unit block, int buffer) {
    return owner(buffer).path().equals(block.path());
  }

  private Unit owner(int buffer) {
    return Optional.ofNullable(owners.get(buffer)).orElseThrow();
  }

  /** The kept buffers that the block makes and that are used outside it. */
  Set<Integer> exports(Unit block) {
    return exports.getOrDefault(block.path(), Set.of());
  }

  /** The name of a buffer that holds a dense block's features. */
  Optional<String> concatenation(int buffer) {
    return Optional.ofNullable(concatenations.get(buffer));
  }
}
