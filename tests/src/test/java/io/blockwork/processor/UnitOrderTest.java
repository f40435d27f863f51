package io.blockwork.processor;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.palantir.javapoet.ClassName;
import io.blockwork.graph.Block;
import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.TrainingPlan;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.plans.TrainingPlanner;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.processor.emit.BackwardWriter;
import io.blockwork.processor.emit.GeneratedNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Generated classes run as a whole, in the order of the plan. */
class UnitOrderTest {
  private static final GeneratedNames NAMES =
      new GeneratedNames(
          ClassName.get("user", "Any"), Optional.empty(), List.of(), false, List.of());

  private final GraphBuilder graph = new GraphBuilder();

  private static TrainingPlan plan(Graph network) {
    return TrainingPlanner.plan(Transforms.forTraining(network));
  }

  @Test
  void aPlanThatGoesBackToAClassIsAnInternalError() {
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    graph.enter(Block.NETWORK.child("one", ""));
    x = graph.add(BatchNorm2d.of("one.norm", 4), x);
    x = graph.add(Conv2d.same("one.conv", 4, 4, 3, 1), x);
    graph.enter(Block.NETWORK.child("two", ""));
    TrainingPlan plan = plan(graph.build(graph.add(Conv2d.same("two.conv", 4, 4, 3, 1), x)));
    List<Action> actions = new ArrayList<>(plan.backward());
    actions.add(0, new Action(plan.graph().node(1), Action.Kind.RECOMPUTE));
    TrainingPlan broken =
        new TrainingPlan(
            plan.graph(),
            plan.shapes(),
            plan.places(),
            plan.gradients(),
            plan.targets(),
            actions,
            plan.slots());

    BrokenRule error =
        assertThrows(BrokenRule.class, () -> BackwardWriter.write(NAMES, broken, ""));
    assertThat(error)
        .hasMessageThat()
        .isEqualTo("after UnitCutter: two.conv runs backwards too late");
  }

  @Test
  void aLongBlockIsNotCutBetweenANormThatIsComputedAgainAndItsReaders() {
    int x = graph.add(new Input(new Shape(4, 4, 4)));
    graph.enter(Block.NETWORK.child("all", ""));
    for (int i = 0; i < 100; i++) {
      x = graph.add(BatchNorm2d.of("all.norm" + i, 4).recompute(true), x);
      x = graph.add(Conv2d.same("all.conv" + i, 4, 4, 1, 1), x);
    }
    TrainingPlan plan = plan(graph.build(x));
    assertThat(plan.backward().stream().filter(a -> a.kind() == Action.Kind.RECOMPUTE).count())
        .isEqualTo(100);
    assertThat(BackwardWriter.write(NAMES, plan, "").toString()).contains("norm99.recompute();");
  }
}
