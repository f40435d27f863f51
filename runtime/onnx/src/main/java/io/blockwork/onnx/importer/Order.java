package io.blockwork.onnx.importer;

import io.blockwork.onnx.file.OnnxException;
import io.blockwork.onnx.file.OnnxModel;
import io.blockwork.onnx.file.OnnxNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** The operations that the outputs need, each behind those that it reads. */
final class Order {
  private Order() {}

  /**
   * The operations in the order of the file where that is sound, else in one that is.
   *
   * @throws OnnxException if a value is made twice, or operations read each other's results
   */
  static List<OnnxNode> of(OnnxModel model, List<OnnxNode> all) {
    Map<String, Integer> makers = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      for (String output : all.get(i).outputs()) {
        if (!output.isEmpty() && makers.put(output, i) != null) {
          throw new OnnxException("the value %s is made by two operations", output);
        }
      }
    }
    Set<Integer> needed = new HashSet<>();
    Deque<Integer> open = new ArrayDeque<>();
    model.outputs().forEach(output -> want(output.name(), makers, needed, open));
    while (!open.isEmpty()) {
      all.get(open.pop()).inputs().forEach(input -> want(input, makers, needed, open));
    }
    return sorted(all, needed, makers);
  }

  private static void want(
      String value, Map<String, Integer> makers, Set<Integer> needed, Deque<Integer> open) {
    Integer maker = makers.get(value);
    if (maker != null && needed.add(maker)) {
      open.push(maker);
    }
  }

  private static List<OnnxNode> sorted(
      List<OnnxNode> all, Set<Integer> needed, Map<String, Integer> makers) {
    Map<Integer, Integer> missing = new HashMap<>();
    Map<Integer, List<Integer>> readers = new HashMap<>();
    var ready = new PriorityQueue<Integer>();
    for (int id : needed) {
      Set<Integer> before = new HashSet<>();
      all.get(id)
          .inputs()
          .forEach(
              input -> {
                Integer maker = makers.get(input);
                if (maker != null) {
                  before.add(maker);
                }
              });
      missing.put(id, before.size());
      before.forEach(maker -> readers.computeIfAbsent(maker, m -> new ArrayList<>()).add(id));
      if (before.isEmpty()) {
        ready.add(id);
      }
    }
    List<OnnxNode> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int id = ready.remove();
      sorted.add(all.get(id));
      for (int reader : readers.getOrDefault(id, List.of())) {
        if (missing.merge(reader, -1, Integer::sum) == 0) {
          ready.add(reader);
        }
      }
    }
    if (sorted.size() < needed.size()) {
      int stuck =
          missing.entrySet().stream()
              .filter(entry -> entry.getValue() > 0)
              .mapToInt(Map.Entry::getKey)
              .min()
              .orElseThrow();
      throw new OnnxException(
          "the operations are a cycle: %s %s reads, by way of others, what it makes itself",
          all.get(stuck).type(), all.get(stuck).label());
    }
    return sorted;
  }
}
