package io.blockwork.graph.transforms;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.graph.transforms.SmallGraphs.id;
import static io.blockwork.graph.transforms.SmallGraphs.op;
import static io.blockwork.graph.transforms.SmallGraphs.paths;

import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Sum;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphTransformsTest {
  @Test
  void activationsGoToTheOperationBeforeThem() {
    Graph graph = FuseActivations.forInference(SmallGraphs.residual());

    assertThat(paths(graph))
        .containsExactly("input", "conv1", "bn1", "conv2", "bn2", "add")
        .inOrder();
    assertThat(((BatchNorm2d) op(graph, "bn1")).activation().isRelu()).isTrue();
    assertThat(((BatchNorm2d) op(graph, "bn2")).activation().isRelu()).isFalse();
    assertThat(((Sum) op(graph, "add")).activation().isRelu()).isTrue();
    assertThat(graph.output()).isEqualTo(id(graph, "add"));
  }

  @Test
  void anActivationThatNothingCanTakeStandsAlone() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    Graph alone = graph.build(graph.add(Activate.relu("relu"), x));

    assertThat(paths(FuseActivations.forInference(alone))).containsExactly("input", "relu");
    assertThat(paths(FuseActivations.forTraining(alone))).containsExactly("input", "relu");
  }

  @Test
  void normsFoldIntoTheConvolutionBeforeThem() {
    Graph graph = FoldBatchNorm.apply(FuseActivations.forInference(SmallGraphs.residual()));

    assertThat(paths(graph)).containsExactly("input", "conv1", "conv2", "add").inOrder();
    assertThat(((Conv2d) op(graph, "conv1")).norm().orElseThrow().path()).isEqualTo("bn1");
    assertThat(((Conv2d) op(graph, "conv1")).activation().isRelu()).isTrue();
    assertThat(((Conv2d) op(graph, "conv2")).activation().isRelu()).isFalse();
  }

  @Test
  void normsThatReadWhatOthersReadTooStay() {
    Graph graph = FoldBatchNorm.apply(FuseActivations.forInference(SmallGraphs.dense()));

    assertThat(paths(graph)).containsAtLeast("norm1", "norm2", "norm");
    assertThat(((Conv2d) op(graph, "conv0")).norm()).isEqualTo(Optional.empty());
  }

  @Test
  void theConvolutionBeforeASumAddsTheShortcut() {
    Graph graph = Transforms.forInference(SmallGraphs.residual());

    assertThat(paths(graph)).containsExactly("input", "conv1", "conv2").inOrder();
    Conv2d conv2 = (Conv2d) op(graph, "conv2");
    assertThat(conv2.residual()).isTrue();
    assertThat(conv2.activation().isRelu()).isTrue();
    assertThat(graph.node(id(graph, "conv2")).inputs())
        .isEqualTo(List.of(id(graph, "conv1"), id(graph, "input")));
  }

  @Test
  void inferenceDropsNothing() {
    Graph graph = DropRandomness.apply(SmallGraphs.dense());

    assertThat(paths(graph)).doesNotContain("dropout2");
    assertThat(graph.node(id(graph, "concat2")).input(1)).isEqualTo(id(graph, "conv2"));
  }

  @Test
  void aTransitionPoolsBeforeItConvolves() {
    Graph graph = PoolBeforeConv.apply(SmallGraphs.dense());

    List<String> paths = paths(graph);
    assertThat(paths.subList(paths.size() - 3, paths.size()))
        .containsExactly("relu", "pool", "conv")
        .inOrder();
    assertThat(graph.output()).isEqualTo(id(graph, "conv"));
    assertThat(graph.node(graph.output()).input(0)).isEqualTo(id(graph, "pool"));
  }
}
