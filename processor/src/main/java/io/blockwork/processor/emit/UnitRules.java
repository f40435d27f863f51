package io.blockwork.processor.emit;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Node;
import io.blockwork.graph.plans.TrainingPlan;
import io.blockwork.graph.plans.TrainingPlan.Action;
import java.util.List;

/**
 * What holds of every way to cut a network into classes. Each class runs as a whole, forwards in
 * turn and backwards in the opposite order, so that the order of a plan must never go back to one.
 */
final class UnitRules {
  private final int[] classes;

  private UnitRules(Unit network, int nodes) {
    classes = new int[nodes];
    List<Unit> blocks = network.blocks();
    for (int i = 0; i < blocks.size(); i++) {
      for (Node node : blocks.get(i).nodes()) {
        classes[node.id()] = i;
      }
    }
  }

  /**
   * Holds the classes of a training pass to the rules.
   *
   * @throws BrokenRule if they break one
   */
  static void check(Unit network, TrainingPlan plan) {
    new UnitRules(network, plan.graph().nodes().size()).check(plan);
  }

  private void check(TrainingPlan plan) {
    int at = 0;
    for (Node node : network(plan)) {
      require(classes[node.id()] >= at, node, "runs after a class that follows its own");
      at = classes[node.id()];
    }
    for (Action action : plan.backward()) {
      require(classes[action.node().id()] <= at, action.node(), "runs backwards too late");
      at = classes[action.node().id()];
    }
  }

  private static List<Node> network(TrainingPlan plan) {
    return plan.graph().nodes().stream().filter(Unit::isLayer).filter(n -> n.id() > 0).toList();
  }

  private static void require(boolean holds, Node node, String rule) {
    if (!holds) {
      throw new BrokenRule("UnitCutter", node.op().path() + " " + rule);
    }
  }
}
