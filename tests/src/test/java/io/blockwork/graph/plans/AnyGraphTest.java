package io.blockwork.graph.plans;

import static com.google.common.truth.Truth.assertThat;
import static io.blockwork.graph.transforms.SmallGraphs.id;
import static io.blockwork.graph.transforms.SmallGraphs.paths;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.plans.TrainingPlan.Target;
import io.blockwork.graph.transforms.Transforms;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Graphs that no family of networks has. The planners hold every plan to the rules, so that a plan
 * is sound if there is one.
 */
class AnyGraphTest {
  private final GraphBuilder graph = new GraphBuilder();
  private int x;

  @BeforeEach
  void begin() {
    x = graph.add(new Input(new Shape(4, 8, 8)));
  }

  private int conv(String path, int input) {
    return graph.add(Conv2d.same(path, graph.shape(input).channels(), 4, 3, 1), input);
  }

  private static TrainingPlan train(Graph network) {
    return TrainingPlanner.plan(Transforms.forTraining(network));
  }

  private static InferencePlan infer(Graph network) {
    return InferencePlanner.plan(Transforms.forInference(network));
  }

  @Test
  void oneValueInTwoSums() {
    int a = conv("a", x);
    int b = conv("b", a);
    int first = graph.add(Sum.of("first"), a, b);
    int second = graph.add(Sum.of("second"), first, a);
    Graph network = graph.build(second);

    infer(network);
    TrainingPlan plan = train(network);
    assertThat(plan.targets().get(id(plan.graph(), "second")))
        .containsExactly(Target.SHARED, Target.WRITE)
        .inOrder();
    assertThat(plan.targets().get(id(plan.graph(), "first")))
        .containsExactly(Target.ADD, Target.SHARED)
        .inOrder();
  }

  @Test
  void aValuePlusItself() {
    int a = conv("a", x);
    Graph network = graph.build(graph.add(Sum.of("twice"), a, a));

    infer(network);
    TrainingPlan plan = train(network);
    assertThat(plan.targets().get(id(plan.graph(), "twice")))
        .containsExactly(Target.WRITE, Target.ADD)
        .inOrder();
  }

  @Test
  void aConvolutionPlusWhatItReads() {
    Graph network = graph.build(graph.add(Sum.of("add"), conv("a", x), x));

    InferencePlan plan = infer(network);
    int sum = id(plan.graph(), "a");
    assertThat(plan.places().get(sum)).isNotEqualTo(plan.places().get(0));
    train(network);
  }

  @Test
  void theReluAfterASumMustNotReachWhatElseIsAdded() {
    int a = conv("a", x);
    int b = conv("b", x);
    int c = conv("c", x);
    int relu = graph.add(Activate.relu("relu"), graph.add(Sum.of("inner"), b, c));
    train(graph.build(graph.add(Sum.of("outer"), a, relu)));
  }

  @Test
  void oneValueInTwoConcatenationsIsCopiedOnce() {
    int a = conv("a", x);
    int b = conv("b", x);
    int first = graph.add(new Concat("first"), a, b);
    int second = graph.add(new Concat("second"), b, a);
    Graph network = graph.build(graph.add(Sum.of("add"), first, second));

    assertThat(paths(infer(network).graph())).containsAtLeast("first.copy1", "first.copy2");
    assertThat(paths(train(network).graph())).containsAtLeast("first.copy1", "first.copy2");
  }

  @Test
  void aConcatenationOfOneValueTwice() {
    int a = conv("a", x);
    Graph network = graph.build(graph.add(new Concat("twice"), a, a));

    assertThat(paths(infer(network).graph())).contains("twice.copy1");
    train(network);
  }

  @Test
  void nestedConcatenationsLieInOneBuffer() {
    int a = conv("a", x);
    int inner = graph.add(new Concat("inner"), x, a);
    int outer = graph.add(new Concat("outer"), conv("b", inner), inner, conv("c", x));
    Graph network = graph.build(outer);

    InferencePlan inference = infer(network);
    assertThat(paths(inference.graph())).containsNoneOf("inner.copy1", "outer.copy1");
    Place all = inference.places().get(id(inference.graph(), "outer"));
    assertThat(inference.places().get(id(inference.graph(), "a")))
        .isEqualTo(new Place(all.buffer(), 8, 4));
    assertThat(inference.places().get(0)).isEqualTo(new Place(all.buffer(), 4, 4));
    TrainingPlan training = train(network);
    Place gradient = training.gradients().get(id(training.graph(), "outer"));
    assertThat(training.gradients().get(id(training.graph(), "a")))
        .isEqualTo(new Place(gradient.buffer(), 8, 4));
  }

  @Test
  void anInnerConcatenationThatIsAnOutputIsCopiedWhereItHasALossOfItsOwn() {
    int a = conv("a", x);
    int inner = graph.add(new Concat("inner"), x, a);
    int outer = graph.add(new Concat("outer"), conv("b", inner), inner);
    graph.auxiliary("aux", inner, 0.3);
    graph.feature("inside", inner);
    Graph network = graph.build(outer);

    InferencePlan inference = infer(network);
    assertThat(paths(inference.graph())).containsNoneOf("inner.copy1", "outer.copy1");
    Place all = inference.places().get(id(inference.graph(), "outer"));
    assertThat(inference.places().get(id(inference.graph(), "inner")))
        .isEqualTo(new Place(all.buffer(), 4, 8));
    // In training its gradient is that of its own loss, too, and no part of the outer one's.
    assertThat(paths(train(network).graph())).contains("outer.copy1");
  }

  @Test
  void anActivationMayFollowAnything() {
    int a = graph.add(Activate.relu("a.relu"), conv("a", x));
    int pool = graph.add(AvgPool2d.tiling("pool", 2), a);
    int relu = graph.add(new Activate("pool.silu", Activation.SILU), pool);
    int cat = graph.add(new Concat("cat"), pool, relu);
    int last = graph.add(Activate.sigmoid("cat.sigmoid"), cat);
    int again = graph.add(Activate.relu("cat.relu"), cat);
    Graph network = graph.build(graph.add(Sum.of("add"), last, again));

    assertThat(paths(infer(network).graph()))
        .containsAtLeast("pool.silu", "cat.sigmoid", "cat.relu");
    assertThat(paths(infer(network).graph())).doesNotContain("a.relu");
    assertThat(paths(train(network).graph())).contains("a.relu");
  }

  @Test
  void dropoutWhoseInputIsNeededHasMemoryOfItsOwn() {
    int a = graph.add(Activate.relu("a.relu"), graph.add(BatchNorm2d.of("a", 4), x));
    int dropped = graph.add(new Dropout("drop", 0.5), a);
    TrainingPlan plan = train(graph.build(conv("b", dropped)));

    int drop = id(plan.graph(), "drop");
    assertThat(plan.places().get(drop)).isNotEqualTo(plan.places().get(id(plan.graph(), "a")));
    assertThat(plan.targets().get(drop)).containsExactly(Target.WRITE);
  }

  @Test
  void aGateThatSomethingElseReadsToo() {
    int a = conv("a", x);
    int gate = graph.add(Linear.of("gate", 4, 4), graph.add(new GlobalAvgPool("mean"), a));
    int gated = graph.add(new Scale("scale"), a, gate);
    int pooled = graph.add(new GlobalAvgPool("end"), gated);
    TrainingPlan plan = train(graph.build(graph.add(Sum.of("add"), pooled, gate)));

    assertThat(plan.targets().get(id(plan.graph(), "scale")))
        .containsExactly(Target.WRITE, Target.ADD)
        .inOrder();
  }

  @Test
  void aRangeOfChannelsIsReadWhereItLiesAndItsGradientIsAdded() {
    int a = conv("a", x);
    int half = graph.add(ChannelRange.of("half", 1, 3), a);
    int b = graph.add(Conv2d.same("b", 2, 4, 1, 1), half);
    Graph network = graph.build(b);

    InferencePlan inference = infer(network);
    Place whole = inference.places().get(id(inference.graph(), "a"));
    assertThat(inference.places().get(id(inference.graph(), "half")))
        .isEqualTo(new Place(whole.buffer(), 1, 2));
    TrainingPlan training = train(network);
    assertThat(training.backward().stream().map(Action::kind)).contains(Action.Kind.CLEAR);
  }

  @Test
  void halvesThatMakeUpAWholeNeedNoZeros() {
    int a = conv("a", x);
    int low = graph.add(ChannelRange.of("low", 0, 2), a);
    int high = graph.add(ChannelRange.of("high", 2, 4), a);
    Graph network = graph.build(graph.add(new Concat("swapped"), high, low));

    infer(network);
    TrainingPlan training = train(network);
    assertThat(training.backward().stream().map(Action::kind)).doesNotContain(Action.Kind.CLEAR);
  }

  @Test
  void outputsMayBeAnywhere() {
    int a = conv("a", x);
    int b = graph.add(Activate.relu("b.relu"), graph.add(BatchNorm2d.of("b", 4), a));
    int early = graph.add(Linear.of("aux", 256, 3), graph.add(new Flatten("aux.flat"), b));
    int c = graph.add(Sum.of("c"), a, b);
    graph.auxiliary("aux", early, 0.3);
    graph.auxiliary("sum", c, 0.4);
    graph.feature("early", a);
    Graph network = graph.build(conv("d", c));

    InferencePlan inference = infer(network);
    assertThat(paths(inference.graph())).containsNoneOf("aux", "aux.flat");
    assertThat(inference.graph().outputs()).hasSize(2);
    TrainingPlan training = train(network);
    assertThat(training.graph().outputs().stream().map(o -> o.name()))
        .containsExactly("output", "aux", "sum")
        .inOrder();
    // The linear layer reads the map itself.
    assertThat(paths(training.graph())).doesNotContain("aux.flat");
  }

  @Test
  void aNormThatIsComputedAgainMayReadAnotherOne() {
    int a = conv("a", x);
    int b = graph.add(BatchNorm2d.of("b", 4).recompute(true), a);
    int c = graph.add(BatchNorm2d.of("c", 4).recompute(true), b);
    train(graph.build(conv("d", c)));
  }

  @Test
  void aNormIsComputedAgainOnlyWithinItsBlock() {
    int a = conv("a", x);
    graph.enter(Block.NETWORK.child("one", ""));
    int b = graph.add(BatchNorm2d.of("one.b", 4).recompute(true), a);
    int c = graph.add(BatchNorm2d.of("one.c", 4).recompute(true), conv("one.conv", b));
    graph.enter(Block.NETWORK.child("two", ""));
    TrainingPlan plan = train(graph.build(conv("two.d", c)));

    assertThat(
            plan.backward().stream()
                .filter(action -> action.kind() == Action.Kind.RECOMPUTE)
                .map(action -> action.node().op().path()))
        .containsExactly("one.b");
    assertThat(plan.places().get(id(plan.graph(), "one.c")).buffer().kept()).isTrue();
  }

  @Test
  void constantFactorsGoIntoTheConvolutionThatAdds() {
    int a = graph.add(Conv2d.same("a", 4, 4, 1, 1).withBias(), x);
    int sum = graph.add(Sum.scaled("sum", 1.0, 0.17), x, a);
    Graph network = graph.build(graph.add(Activate.relu("relu"), sum));

    InferencePlan plan = infer(network);
    assertThat(paths(plan.graph())).containsExactly("input", "a").inOrder();
    Conv2d conv = (Conv2d) plan.graph().node(1).op();
    assertThat(conv.factor()).isEqualTo(0.17);
    assertThat(conv.activation()).isEqualTo(Activation.RELU);
    assertThat(train(network).targets().get(2)).containsExactly(Target.SHARED, Target.WRITE);
  }
}
