package io.blockwork.graph.transforms;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.graph.Block;
import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a transform may break, each rule by a graph that no builder would make. */
class BrokenGraphsTest {
  private static final Shape SHAPE = new Shape(4, 8, 8);
  private static final Node INPUT = node(0, new Input(SHAPE));
  private static final Node CONV = node(1, conv("a"), 0);
  private static final Node RELU = node(2, Activate.relu("b"), 1);
  private static final List<Node> NODES = List.of(INPUT, CONV, RELU);
  private static final List<Output> MAIN = List.of(Output.main(2));

  private static Node node(int id, Op op, Integer... inputs) {
    return new Node(id, op, List.of(inputs), Block.NETWORK);
  }

  private static Op conv(String path) {
    return Conv2d.same(path, 4, 4, 3, 1);
  }

  private static Graph nodes(Node... nodes) {
    return new Graph(List.of(nodes), List.of(Output.main(nodes.length - 1)), List.of("a"));
  }

  private static Graph outputs(Output... outputs) {
    return new Graph(NODES, List.of(outputs), List.of("a"));
  }

  static Stream<Arguments> structures() {
    return Stream.of(
        Arguments.of("a is node 5 at place 1", nodes(INPUT, node(5, conv("a"), 0))),
        Arguments.of(
            "input is at place 1: the images come first, and once",
            nodes(INPUT, node(1, new Input(SHAPE)))),
        Arguments.of(
            "a is at place 0: the images come first, and once", nodes(node(0, conv("a"), 0))),
        Arguments.of("a takes 1 input, and reads 2", nodes(INPUT, node(1, conv("a"), 0, 0))),
        Arguments.of(
            "a reads node 2, which does not come before it",
            nodes(INPUT, node(1, conv("a"), 2), node(2, Activate.relu("b"), 1))),
        Arguments.of(
            "a reads node -1, which does not come before it", nodes(INPUT, node(1, conv("a"), -1))),
        Arguments.of("output output is node 9, no node", outputs(Output.main(9))),
        Arguments.of(
            "two outputs are called x",
            outputs(Output.main(2), Output.feature("x", 1), Output.feature("x", 2))),
        Arguments.of(
            "the main output is not the first", outputs(Output.feature("x", 1), Output.main(2))),
        Arguments.of(
            "b is two outputs that training has a loss for",
            outputs(Output.main(2), Output.auxiliary("x", 2, 0.3))),
        Arguments.of(
            "the loss of x has the weight NaN",
            outputs(Output.main(2), Output.auxiliary("x", 1, Double.NaN))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("structures")
  void theRuleIsNamedWithThePass(String rule, Graph graph) {
    BrokenRule error =
        assertThrows(
            BrokenRule.class, () -> Transforms.check("FuseActivations", graph, List.of(SHAPE)));
    assertThat(error).hasMessageThat().isEqualTo("after FuseActivations: " + rule);
  }

  @Test
  void theResultsKeepTheirShapes() {
    Graph graph = new Graph(NODES, MAIN, List.of("a"));
    Shape before = new Shape(4, 4, 4);
    BrokenRule error =
        assertThrows(
            BrokenRule.class, () -> Transforms.check("PoolBeforeConv", graph, List.of(before)));
    assertThat(error)
        .hasMessageThat()
        .isEqualTo("after PoolBeforeConv: the results are [4 x 8 x 8], and were [4 x 4 x 4]");
  }

  @Test
  void everyValueHasAShape() {
    Graph graph = nodes(INPUT, node(1, Conv2d.same("a", 5, 4, 3, 1), 0));
    BrokenRule error =
        assertThrows(
            BrokenRule.class, () -> Transforms.check("FoldBatchNorm", graph, List.of(SHAPE)));
    assertThat(error)
        .hasMessageThat()
        .startsWith("after FoldBatchNorm: a (3x3): expected 5 channels, got 4");
  }

  static Stream<Arguments> names() {
    return Stream.of(
        Arguments.of(
            "the state_dict names an operation twice", new Graph(NODES, MAIN, List.of("a", "a"))),
        Arguments.of(
            "a has parameters, and no place in the state_dict",
            new Graph(NODES, MAIN, List.of("b"))),
        Arguments.of(
            "a.weight is the name of two parameters", nodes(INPUT, CONV, node(2, conv("a"), 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void namesAreLookedAtOnceAtTheEnd(String rule, Graph graph) {
    for (var transforms :
        List.<UnaryOperator<Graph>>of(Transforms::forInference, Transforms::forTraining)) {
      BrokenRule error = assertThrows(BrokenRule.class, () -> transforms.apply(graph));
      assertThat(error).hasMessageThat().isEqualTo("after the transforms: " + rule);
    }
  }
}
