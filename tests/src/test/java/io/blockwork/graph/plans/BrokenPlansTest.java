package io.blockwork.graph.plans;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.graph.BrokenRule;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.plans.TrainingPlan.Action;
import io.blockwork.graph.plans.TrainingPlan.Action.Kind;
import io.blockwork.graph.plans.TrainingPlan.Target;
import io.blockwork.graph.transforms.Transforms;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a planner may break, each rule by a sound plan in which one thing has been changed. Before
 * that, each value and each gradient gets memory of its own, so that nothing else can go wrong.
 */
class BrokenPlansTest {
  private static final int GRADIENTS = 100;

  private final GraphBuilder graph = new GraphBuilder();
  private int x;

  @BeforeEach
  void begin() {
    x = graph.add(new Input(new Shape(4, 8, 8)));
  }

  private int conv(String path, int input) {
    return graph.add(Conv2d.same(path, 4, 4, 3, 1), input);
  }

  /** The images, a, b and c in a row. */
  private static Graph row() {
    var row = new BrokenPlansTest();
    row.begin();
    return row.graph.build(row.conv("c", row.conv("b", row.conv("a", row.x))));
  }

  private static Place place(int buffer, int slot) {
    return new Place(new Place.Buffer(buffer, new Shape(4, 8, 8), slot), 0, 4);
  }

  private static List<Place> apart(int count, int first) {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(place(first + i, first + i));
    }
    return places;
  }

  private static InferencePlan infer(Graph network) {
    InferencePlan plan = InferencePlanner.plan(Transforms.forInference(network));
    InferencePlan apart = at(plan, apart(plan.places().size(), 0));
    InferenceRules.check(apart);
    return apart;
  }

  private static InferencePlan at(InferencePlan plan, List<Place> places) {
    return new InferencePlan(plan.graph(), plan.shapes(), places, plan.slots());
  }

  private static <T> List<T> with(List<T> list, int at, T other) {
    List<T> copy = new ArrayList<>(list);
    copy.set(at, other);
    return copy;
  }

  private static void breaks(String rule, InferencePlan plan, int value, Place place) {
    InferencePlan broken = at(plan, with(plan.places(), value, place));
    BrokenRule error = assertThrows(BrokenRule.class, () -> InferenceRules.check(broken));
    assertThat(error).hasMessageThat().isEqualTo("after InferencePlanner: " + rule);
  }

  @Test
  void aValueFitsIntoItsPlace() {
    InferencePlan plan = infer(row());
    Place place = plan.places().get(1);
    String rule = "a of 4 x 8 x 8 does not fit into its place in 4 x 8 x 8";
    breaks(rule, plan, 1, new Place(place.buffer(), 1, 4));
    breaks(rule, plan, 1, new Place(place.buffer(), 0, 3));
    breaks(
        "a of 4 x 8 x 8 does not fit into its place in 4 x 8 x 7",
        plan,
        1,
        new Place(new Place.Buffer(1, new Shape(4, 8, 7), 1), 0, 4));
  }

  @Test
  void whatIsReadIsStillThere() {
    int a = conv("a", x);
    int c = conv("c", conv("b", a));
    InferencePlan plan = infer(graph.build(graph.add(Sum.of("sum"), conv("d", c), a)));
    breaks("d reads a, which is gone", plan, 3, place(90, 1));
  }

  @Test
  void nothingIsWrittenOverWhatIsBeingRead() {
    InferencePlan plan = infer(row());
    breaks("b writes over a while it reads it", plan, 2, place(90, 1));
    breaks("b writes over a while it reads it", plan, 2, place(1, 1));
  }

  @Test
  void outputsAreThereAtTheEnd() {
    int a = conv("a", x);
    graph.feature("early", a);
    InferencePlan plan = infer(graph.build(conv("c", conv("b", a))));
    breaks("output early is gone at the end", plan, 3, place(90, 1));
  }

  /** A plan whose lists can be changed one by one. */
  private record Changed(
      TrainingPlan plan,
      List<Place> places,
      List<Place> gradients,
      List<List<Target>> targets,
      List<Action> backward) {
    Node node(int id) {
      return plan.graph().node(id);
    }

    Changed place(int value, Place place) {
      return new Changed(plan, with(places, value, place), gradients, targets, backward);
    }

    Changed gradient(int value, Place place) {
      return new Changed(plan, places, with(gradients, value, place), targets, backward);
    }

    Changed targets(int node, Target... to) {
      return new Changed(plan, places, gradients, with(targets, node, List.of(to)), backward);
    }

    Changed insert(int at, Node node, Kind kind) {
      List<Action> more = new ArrayList<>(backward);
      more.add(at, new Action(node, kind));
      return new Changed(plan, places, gradients, targets, more);
    }

    Changed without(int action) {
      List<Action> fewer = new ArrayList<>(backward);
      fewer.remove(action);
      return new Changed(plan, places, gradients, targets, fewer);
    }

    void check() {
      TrainingRules.check(
          new TrainingPlan(
              plan.graph(), plan.shapes(), places, gradients, targets, backward, plan.slots()));
    }

    void breaks(String rule) {
      BrokenRule error = assertThrows(BrokenRule.class, this::check);
      assertThat(error).hasMessageThat().isEqualTo("after TrainingPlanner: " + rule);
    }
  }

  private static Changed train(Graph network) {
    TrainingPlan plan = TrainingPlanner.plan(Transforms.forTraining(network));
    int nodes = plan.places().size();
    Changed apart =
        new Changed(
            plan, apart(nodes, 0), apart(nodes, GRADIENTS), plan.targets(), plan.backward());
    apart.check();
    return apart;
  }

  /** The images, a, and a plus a. */
  private Changed twice() {
    int a = conv("a", x);
    Changed plan = train(graph.build(graph.add(Sum.of("twice"), a, a)));
    assertThat(plan.targets().get(2)).containsExactly(Target.WRITE, Target.ADD).inOrder();
    return plan;
  }

  @Test
  void theForwardPassOfTrainingHasTheRulesOfInference() {
    train(row()).place(2, place(90, 1)).breaks("b writes over a while it reads it");
  }

  @Test
  void lossesLeaveOutputsAlone() {
    int a = conv("a", x);
    graph.auxiliary("early", a, 0.3);
    train(graph.build(conv("b", a)))
        .gradient(2, place(90, 1))
        .breaks("the loss writes over output early");
  }

  @Test
  void whatAGradientIsComputedFromIsStillThere() {
    train(row()).place(3, place(90, 1)).breaks("the gradient of b reads a, gone");
    Changed relu = train(graph.build(conv("b", graph.add(Activate.relu("r"), conv("a", x)))));
    relu.gradient(3, place(90, 2)).breaks("the gradient of b reads r, gone");
    relu.gradient(2, place(90, 2)).breaks("the gradient of r reads r, gone");
  }

  @Test
  void whatIsComputedAgainReadsWhatIsStillThere() {
    Changed plan = train(row());
    plan.place(3, place(90, 1))
        .insert(1, plan.node(2), Kind.RECOMPUTE)
        .breaks("recomputing b reads a, gone");
  }

  @Test
  void aGradientIsClearedBeforeAnybodyHandsOneOn() {
    Changed plan = train(row());
    plan.insert(1, plan.node(3), Kind.CLEAR).breaks("b loses a gradient that was there");
  }

  @Test
  void everyReaderHandsItsGradientOn() {
    train(row()).without(0).breaks("c never hands its gradient to b");
    train(row()).without(2).breaks("a never hands its gradient to input");
  }

  @Test
  void anActionIsThatOfItsNode() {
    Changed plan = train(row());
    Node c = plan.node(3);
    Node other = new Node(c.id(), c.op(), List.of(1), c.block());
    plan.without(0).insert(0, other, Kind.BACKWARD).breaks("b is read by 1, and 0 gave a gradient");
  }

  @Test
  void aGradientWaitsUntilItIsRead() {
    Changed plan = train(row());
    plan.place(1, place(90, GRADIENTS + 2))
        .insert(1, plan.node(1), Kind.RECOMPUTE)
        .breaks("the gradient of b is written over before it is read");
    plan.insert(1, plan.node(3), Kind.BACKWARD)
        .breaks("the gradient of c is written over before it is read");
  }

  @Test
  void theGradientOfTheImagesIsThereAtTheEnd() {
    Changed plan = train(row());
    plan.place(1, place(90, GRADIENTS))
        .insert(3, plan.node(1), Kind.RECOMPUTE)
        .breaks("the gradient of the images is incomplete");
  }

  @Test
  void onlyTheFirstReaderSharesItsGradient() {
    twice()
        .targets(2, Target.WRITE, Target.SHARED)
        .breaks("the gradient from twice to a is not the only one yet");
  }

  @Test
  void aSharedGradientLiesWhereItIsRead() {
    twice()
        .targets(2, Target.SHARED, Target.ADD)
        .breaks("the gradient from twice to a lies elsewhere");
    train(row()).targets(3, Target.SHARED).breaks("the gradient from c to b lies elsewhere");
  }

  @Test
  void onlyTheFirstReaderWrites() {
    twice()
        .targets(2, Target.WRITE, Target.WRITE)
        .breaks("the gradient from twice to a overwrites one");
  }

  @Test
  void aGradientIsNotWrittenOverTheOneItIsComputedFrom() {
    train(row())
        .gradient(2, place(GRADIENTS + 3, GRADIENTS + 3))
        .breaks("the gradient from c to b overwrites itself");
  }

  @Test
  void nothingIsAddedToWhatIsNotThere() {
    train(row()).targets(3, Target.ADD).breaks("the gradient from c to b is added to nothing");
  }

  @Test
  void nothingIsAddedToWhatItIsComputedFrom() {
    Changed plan = twice();
    plan.gradient(1, plan.gradients().get(2))
        .targets(2, Target.SHARED, Target.ADD)
        .breaks("the gradient from twice to a is added to itself");
  }
}
