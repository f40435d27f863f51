package io.blockwork.processor.transforms;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.processor.transforms.SmallGraphs.id;
import static io.blockwork.processor.transforms.SmallGraphs.op;
import static io.blockwork.processor.transforms.SmallGraphs.paths;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.GraphBuilder;
import io.blockwork.processor.graph.Op.Add;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.Input;
import io.blockwork.processor.graph.Op.Relu;
import io.blockwork.processor.graph.Shape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphTransformsTest {
  @Test
  void activationsGoToTheOperationBeforeThem() {
    Graph graph = FuseActivations.apply(SmallGraphs.residual());

    assertThat(paths(graph))
        .containsExactly("input", "conv1", "bn1", "conv2", "bn2", "add")
        .inOrder();
    assertThat(((BatchNorm2d) op(graph, "bn1")).relu()).isTrue();
    assertThat(((BatchNorm2d) op(graph, "bn2")).relu()).isFalse();
    assertThat(((Add) op(graph, "add")).relu()).isTrue();
    assertThat(graph.output()).isEqualTo(id(graph, "add"));
  }

  @Test
  void anActivationThatNothingCanTakeIsAFaultOfTheArchitecture() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    Graph alone = graph.build(graph.add(new Relu("relu"), x));

    assertThrows(IllegalStateException.class, () -> FuseActivations.apply(alone));
  }

  @Test
  void normsFoldIntoTheConvolutionBeforeThem() {
    Graph graph = FoldBatchNorm.apply(FuseActivations.apply(SmallGraphs.residual()));

    assertThat(paths(graph)).containsExactly("input", "conv1", "conv2", "add").inOrder();
    assertThat(((Conv2d) op(graph, "conv1")).norm()).isEqualTo(Optional.of("bn1"));
    assertThat(((Conv2d) op(graph, "conv1")).relu()).isTrue();
    assertThat(((Conv2d) op(graph, "conv2")).relu()).isFalse();
  }

  @Test
  void normsThatReadWhatOthersReadTooStay() {
    Graph graph = FoldBatchNorm.apply(FuseActivations.apply(SmallGraphs.dense()));

    assertThat(paths(graph)).containsAtLeast("norm1", "norm2", "norm");
    assertThat(((Conv2d) op(graph, "conv0")).norm()).isEqualTo(Optional.empty());
  }

  @Test
  void theConvolutionBeforeASumAddsTheShortcut() {
    Graph graph = Transforms.forInference(SmallGraphs.residual());

    assertThat(paths(graph)).containsExactly("input", "conv1", "conv2").inOrder();
    Conv2d conv2 = (Conv2d) op(graph, "conv2");
    assertThat(conv2.residual()).isTrue();
    assertThat(conv2.relu()).isTrue();
    assertThat(graph.node(id(graph, "conv2")).inputs())
        .isEqualTo(List.of(id(graph, "conv1"), id(graph, "input")));
  }

  @Test
  void inferenceDropsNothing() {
    Graph graph = DropDropout.apply(SmallGraphs.dense());

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
