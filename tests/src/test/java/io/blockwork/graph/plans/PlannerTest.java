package io.blockwork.graph.plans;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.graph.transforms.SmallGraphs.id;

import io.blockwork.graph.Graph;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.TrainingPlan.Target;
import io.blockwork.graph.transforms.SmallGraphs;
import io.blockwork.graph.transforms.Transforms;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final Graph RESIDUAL = SmallGraphs.residual();
  private static final Graph DENSE = SmallGraphs.dense();

  @Test
  void theSumIsWrittenOverTheShortcut() {
    Graph graph = Transforms.forInference(RESIDUAL);
    InferencePlan plan = InferencePlanner.plan(graph);

    assertThat(plan.places().get(id(graph, "conv2")))
        .isEqualTo(plan.places().get(id(graph, "input")));
    assertThat(plan.slots()).containsExactly(256L, 256L);
  }

  @Test
  void concatenationsAreSlicesOfOneBuffer() {
    Graph graph = Transforms.forInference(DENSE);
    InferencePlan plan = InferencePlanner.plan(graph);

    Place all = plan.places().get(id(graph, "concat2"));
    assertThat(all.buffer().shape()).isEqualTo(new Shape(8, 8, 8));
    assertThat(plan.places().get(id(graph, "conv0"))).isEqualTo(new Place(all.buffer(), 0, 4));
    assertThat(plan.places().get(id(graph, "conv1"))).isEqualTo(new Place(all.buffer(), 4, 2));
    assertThat(plan.places().get(id(graph, "concat1"))).isEqualTo(new Place(all.buffer(), 0, 6));
    assertThat(plan.places().get(id(graph, "conv2"))).isEqualTo(new Place(all.buffer(), 6, 2));
  }

  @Test
  void theGradientOfASumIsThatOfBothSummandsAndMovesNothing() {
    Graph graph = Transforms.forTraining(RESIDUAL);
    TrainingPlan plan = TrainingPlanner.plan(graph);

    Place sum = plan.gradients().get(id(graph, "add"));
    assertThat(plan.gradients().get(id(graph, "bn2"))).isEqualTo(sum);
    assertThat(plan.gradients().get(id(graph, "input"))).isEqualTo(sum);
    assertThat(plan.targets().get(id(graph, "add")))
        .isEqualTo(List.of(Target.SHARED, Target.SHARED));
    assertThat(plan.targets().get(id(graph, "conv1"))).isEqualTo(List.of(Target.ADD));
    assertThat(plan.targets().get(id(graph, "conv2"))).isEqualTo(List.of(Target.WRITE));
  }

  @Test
  void theGradientOfAConcatenationIsCutIntoSlices() {
    Graph graph = Transforms.forTraining(DENSE);
    TrainingPlan plan = TrainingPlanner.plan(graph);

    Place all = plan.gradients().get(id(graph, "concat2"));
    assertThat(plan.gradients().get(id(graph, "dropout2")))
        .isEqualTo(new Place(all.buffer(), 6, 2));
    assertThat(plan.gradients().get(id(graph, "conv2"))).isEqualTo(new Place(all.buffer(), 6, 2));
    assertThat(plan.gradients().get(id(graph, "conv0"))).isEqualTo(new Place(all.buffer(), 0, 4));
    assertThat(plan.targets().get(id(graph, "norm"))).isEqualTo(List.of(Target.WRITE));
    assertThat(plan.targets().get(id(graph, "norm2"))).isEqualTo(List.of(Target.ADD));
    assertThat(plan.targets().get(id(graph, "norm1"))).isEqualTo(List.of(Target.ADD));
  }

  @Test
  void trainingKeepsWhatTheGradientReadsAndNothingElse() {
    Graph graph = Transforms.forTraining(RESIDUAL);
    TrainingPlan plan = TrainingPlanner.plan(graph);

    for (String kept : List.of("input", "conv1", "bn1", "conv2", "add")) {
      assertThat(plan.places().get(id(graph, kept)).buffer().kept()).isTrue();
    }
    // bn2 and the sum are one buffer.
    assertThat(plan.places().get(id(graph, "bn2"))).isEqualTo(plan.places().get(id(graph, "add")));
    assertThat(plan.keptElements()).isEqualTo(5 * 256);
  }

  @Test
  void buffersThatAreAliveTogetherHaveSlotsOfTheirOwn() {
    var allocator = new SlotAllocator();
    allocator.request(1, 100, List.of(new SlotAllocator.Life(0, 2)));
    allocator.request(2, 80, List.of(new SlotAllocator.Life(2, 4)));
    allocator.request(3, 60, List.of(new SlotAllocator.Life(3, 5), new SlotAllocator.Life(9, 9)));
    allocator.request(4, 200, List.of(new SlotAllocator.Life(5, 8)));
    allocator.allocate();

    assertThat(allocator.slotOf(4)).isEqualTo(0);
    assertThat(allocator.slotOf(1)).isEqualTo(0);
    assertThat(allocator.slotOf(2)).isEqualTo(1);
    assertThat(allocator.slotOf(3)).isEqualTo(2);
    assertThat(allocator.sizes()).containsExactly(200L, 80L, 60L).inOrder();
  }
}
