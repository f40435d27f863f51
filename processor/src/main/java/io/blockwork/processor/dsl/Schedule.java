package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.BodyNode.Operate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order in which the nodes of a body are computed. It is the order in which they are written,
 * but for the branches of a sum: the shorter ones come first, so that a shortcut's projection lets
 * the block's input go before the long branch needs memory. Parameters keep the written order.
 */
final class Schedule {
  private final Body body;
  private final int[] depth;
  private final boolean[] placed;
  private final List<Integer> order = new ArrayList<>();

  private Schedule(Body body) {
    this.body = body;
    this.depth = new int[body.nodes().size()];
    this.placed = new boolean[body.nodes().size()];
  }

  /** The numbers of the nodes, in the order of computation. */
  static List<Integer> of(Body body) {
    var schedule = new Schedule(body);
    if (body.sequential()) {
      // Its numbers depend on which of the nodes above are there.
      return IntStream.range(0, schedule.depth.length).boxed().toList();
    }
    for (int i = 0; i < schedule.depth.length; i++) {
      schedule.depth[i] =
          1 + schedule.inputs(i).stream().mapToInt(n -> schedule.depth[n]).max().orElse(0);
    }
    schedule.place(body.output());
    for (int i = 0; i < schedule.depth.length; i++) {
      schedule.place(i);
    }
    return schedule.order;
  }

  /** The nodes that a node reads. */
  private List<Integer> inputs(int node) {
    return body.nodes().get(node).from().stream()
        .map(value -> value - body.inputs().size())
        .filter(input -> input >= 0)
        .toList();
  }

  /** Places a node after those that it needs; without recursion, since bodies may be long. */
  private void place(int goal) {
    Deque<Integer> stack = new ArrayDeque<>(List.of(goal));
    while (!stack.isEmpty()) {
      int node = stack.peek();
      List<Integer> missing = new ArrayList<>(inputs(node));
      missing.removeIf(input -> placed[input]);
      if (isSum(node)) {
        missing.sort(Comparator.comparingInt(input -> depth[input]));
      }
      if (missing.isEmpty()) {
        stack.pop();
        if (!placed[node]) {
          placed[node] = true;
          order.add(node);
        }
      } else {
        stack.push(missing.get(0));
      }
    }
  }

  private boolean isSum(int node) {
    return body.nodes().get(node).work() instanceof Operate operate
        && operate.call().signature().name().equals("Sum");
  }
}
