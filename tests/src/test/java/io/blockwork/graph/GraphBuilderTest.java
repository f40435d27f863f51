package io.blockwork.graph;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.ShapeFault;
import io.blockwork.graph.ops.Sum;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private final GraphBuilder graph = new GraphBuilder();
  private int x;

  @BeforeEach
  void begin() {
    x = graph.add(new Input(new Shape(3, 8, 8)));
  }

  private String refusal(int output) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> graph.build(output)).getMessage());
  }

  @Test
  void theStateDictHasTheOrderOfTheNodesUnlessItIsGiven() {
    int y = graph.add(Conv2d.same("conv", 3, 4, 3, 1).withBias(), x);
    y = graph.add(LearnedAffine.scale("gamma", 4, 1e-6), y);
    graph.add(BatchNorm2d.of("norm", 4), y);
    Graph built = graph.build(y);

    assertThat(StateDict.learnable(built).stream().map(Parameter::name))
        .containsExactly("conv.weight", "conv.bias", "gamma", "norm.weight", "norm.bias")
        .inOrder();
    assertThat(StateDict.of(built).stream().map(Parameter::shape))
        .containsExactly(
            List.of(4, 3, 3, 3),
            List.of(4),
            List.of(4, 1, 1),
            List.of(4),
            List.of(4),
            List.of(4),
            List.of(4),
            List.of())
        .inOrder();
    graph.modules("norm", "gamma", "conv");
    assertThat(graph.build(y).modules()).containsExactly("norm", "gamma", "conv").inOrder();
  }

  @Test
  void theShapeOfANodeIsKnownAsSoonAsItIsThere() {
    int y = graph.add(Conv2d.same("conv", 3, 4, 3, 2), x);
    assertThat(graph.shape(y)).isEqualTo(new Shape(4, 4, 4));

    int z = graph.add(Sum.of("add"), x, y);
    assertThrows(ShapeFault.class, () -> graph.shape(z));
  }

  @Test
  void shapesGoAsFarAsTheFault() {
    int y = graph.add(Conv2d.same("conv", 3, 4, 3, 2), x);
    Shapes shapes = Shapes.infer(graph.build(graph.add(Sum.of("add"), x, y)));

    assertThat(shapes.of()).containsExactly(new Shape(3, 8, 8), new Shape(4, 4, 4)).inOrder();
    assertThat(shapes.fault().orElseThrow().node().op().path()).isEqualTo("add");
  }

  @Test
  void blocksStandInBlocks() {
    Block stage = Block.NETWORK.child("features", "");
    Block inner = stage.child("0", "conv");
    graph.enter(inner);
    int y = graph.add(Activate.relu("features.0.relu"), x);
    graph.leave();
    int z = graph.add(Activate.relu("features.1"), y);
    Graph built = graph.build(z);

    assertThat(inner.path()).isEqualTo("features.0");
    assertThat(inner.prefix()).isEqualTo("features.0.");
    assertThat(inner.chain()).containsExactly(stage, inner).inOrder();
    assertThat(built.node(y).block().stage()).isEqualTo(stage);
    assertThat(built.node(z).block()).isEqualTo(stage);
    assertThat(built.node(x).block().isNetwork()).isTrue();
  }

  @Test
  void namesStandForValuesAndWhatIsAroundThem() {
    int y = graph.add(Activate.relu("a.relu"), x);
    int z = graph.add(Activate.relu("a.relu"), y);
    int side = graph.add(Activate.relu("a.aux.relu"), z);
    int after = graph.add(Activate.relu("a.aux.relu"), side);
    graph.auxiliary("aux", after, 0.3);
    ModuleNames names = ModuleNames.of(graph.build(z));

    assertThat(names.node("a.relu")).hasValue(y);
    assertThat(names.node("a.relu_1")).hasValue(z);
    assertThat(names.node("a")).hasValue(z);
    assertThat(names.node("a.aux")).hasValue(after);
    assertThat(names.node("b")).isEmpty();
  }

  @Test
  void whatIsNoGraphIsRefused() {
    assertThat(
            assertThrows(
                IllegalArgumentException.class, () -> graph.add(new GlobalAvgPool("pool"), x, x)))
        .hasMessageThat()
        .isEqualTo("pool: AdaptiveAvgPool2d takes 1 input, got 2");
    assertThat(
            assertThrows(IllegalArgumentException.class, () -> graph.add(new Concat("cat"), x, 7)))
        .hasMessageThat()
        .isEqualTo("cat: there is no node 7 among 1");
    assertThat(
            assertThrows(
                IllegalArgumentException.class, () -> graph.add(new Input(new Shape(1, 1, 1)))))
        .hasMessageThat()
        .isEqualTo("input: the images come first, and once; got Input");
  }

  @Test
  void parametersHaveNamesOfTheirOwn() {
    graph.add(Linear.of("fc", 192, 2), x);
    assertThat(refusal(graph.add(Linear.of("fc", 192, 2), x)))
        .isEqualTo("fc.weight is the name of two parameters");
  }

  @Test
  void theStateDictNamesWhatIsThereAndAllOfIt() {
    int y = graph.add(Linear.of("fc", 192, 2), x);
    graph.modules("other");
    assertThat(refusal(y)).isEqualTo("fc has parameters, and no place in the state_dict");
    graph.modules("fc");
    assertThat(refusal(y)).isEqualTo("the state_dict names other, and no operation is called that");
  }

  @Test
  void outputsAreNamedOnce() {
    int y = graph.add(Linear.of("fc", 192, 2), x);
    int z = graph.add(Linear.of("aux", 192, 2), x);
    graph.auxiliary("aux", z, 0.4);
    assertThat(graph.build(y).outputs())
        .containsExactly(Output.main(y), Output.auxiliary("aux", z, 0.4))
        .inOrder();
    assertThat(refusal(z)).isEqualTo("aux is two outputs that training has a loss for");
    graph.feature("aux", y);
    assertThat(refusal(y)).isEqualTo("two outputs are called aux");
  }
}
