package io.blockwork.graph.plans;

import java.util.ArrayList;
import java.util.List;

/** Which values share a buffer: each value is at some channel of a root value. */
final class Aliases {
  private final int[] parent;
  private final int[] offset;
  private final List<List<Integer>> members = new ArrayList<>();

  Aliases(int values) {
    parent = new int[values];
    offset = new int[values];
    for (int i = 0; i < values; i++) {
      parent[i] = i;
      members.add(new ArrayList<>(List.of(i)));
    }
  }

  /** The value whose buffer {@code value} lies in. */
  int root(int value) {
    return parent[value];
  }

  /** The channel of the root's buffer at which {@code value} begins. */
  int offset(int value) {
    return offset[value];
  }

  /** All values in the buffer of {@code value}. */
  List<Integer> sharing(int value) {
    return members.get(root(value));
  }

  /** Whether nothing else lies in the buffer of {@code value}. */
  boolean alone(int value) {
    return sharing(value).size() == 1;
  }

  /**
   * Puts {@code value}, and all that shares its buffer, at channel {@code from} of {@code into}.
   */
  void place(int value, int into, int from) {
    int root = root(value);
    if (root != value) {
      throw new IllegalStateException("value " + value + " lies in two buffers");
    }
    int base = offset[into] + from;
    for (int member : members.get(root)) {
      parent[member] = root(into);
      offset[member] += base;
    }
    members.get(root(into)).addAll(members.get(root));
    members.set(root, new ArrayList<>());
  }
}
