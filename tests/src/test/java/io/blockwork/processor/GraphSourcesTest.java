package io.blockwork.processor;

import static com.google.common.truth.Truth.assertThat;

import com.palantir.javapoet.ClassName;
import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.AdaptiveAvgPool2d;
import io.blockwork.graph.ops.AdaptiveMaxPool2d;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.ChannelRange;
import io.blockwork.graph.ops.ChannelShuffle;
import io.blockwork.graph.ops.Concat;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.GlobalMaxPool;
import io.blockwork.graph.ops.GroupNorm;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.LayerNorm2d;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.LocalResponseNorm;
import io.blockwork.graph.ops.LogSoftmax;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Multiply;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.PRelu;
import io.blockwork.graph.ops.PadShortcut;
import io.blockwork.graph.ops.Padding;
import io.blockwork.graph.ops.Scale;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Softmax;
import io.blockwork.graph.ops.StochasticDepth;
import io.blockwork.graph.ops.Sum;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.ops.ZeroPad2d;
import io.blockwork.processor.emit.GeneratedNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import org.junit.jupiter.api.Test;

/** What is generated for graphs that no annotation describes yet is Java, and reads well. */
class GraphSourcesTest {
  private final GraphBuilder graph = new GraphBuilder();
  private int x;

  private void input(int channels, int side) {
    x = graph.add(new Input(new Shape(channels, side, side)));
  }

  private void then(Op op) {
    x = graph.add(op, x);
  }

  private static Map<String, String> sources(Graph network) {
    var names =
        new GeneratedNames(
            ClassName.get("user", "Net"),
            Optional.empty(),
            List.of(Modifier.PUBLIC),
            true,
            List.of());
    Map<String, String> sources = new LinkedHashMap<>();
    sources.put(
        "user/Net.java", "package user;\n\npublic interface Net extends io.blockwork.Network {}\n");
    GraphSources.of(network, names, List.of())
        .forEach((name, text) -> sources.put(name.replace('.', '/') + ".java", text));
    return sources;
  }

  private static Map<String, String> compiled(Graph network) {
    Map<String, String> sources = sources(network);
    assertThat(Compiler.JAVAC.compile(sources).findings()).isEmpty();
    return sources;
  }

  private static String source(Map<String, String> sources, String name) {
    return Objects.requireNonNull(sources.get("user/" + name + ".java"));
  }

  private Graph everything() {
    input(6, 16);
    then(
        new ConstantAffine(
            "norm_in", List.of(1., 2., 3., 1., 2., 3.), List.of(0., 0., 0., 1., 1., 1.)));
    then(new ZeroPad2d("pad", new Padding(1, 0, 1, 2)));
    then(Conv2d.of("tall", 6, 8, Window.of(7, 1).padding(Padding.of(3, 0))).withBias());
    then(BatchNorm2d.of("bn", 8).eps(1e-3).momentum(0.01));
    then(new Activate("swish", Activation.HARD_SWISH));
    then(Conv2d.same("depth", 8, 8, 3, 1).groups(8).initial(Initial.truncatedNormal(0.1, -2, 2)));
    then(new Activate("leaky", Activation.leakyRelu(0.01)));
    int side = graph.add(PRelu.of("prelu", 8), x);
    int wide = graph.add(Sum.scaled("sum", 1., 0.17, 2.), x, side, x);
    int low = graph.add(ChannelRange.of("low", 0, 3), wide);
    int both = graph.add(new Concat("both"), low, wide, low);
    x = graph.add(Conv2d.same("one", 14, 8, 1, 1).heFanOut(), both);
    then(new StochasticDepth("depths", 0.1));
    x = graph.add(new Multiply("product"), x, wide);
    then(LayerNorm2d.of("ln", 8));
    then(new GroupNorm("gn", 8, 2, 1e-3, false));
    then(new LocalResponseNorm("lrn", 5, 1e-3, 0.75, 2));
    then(new ChannelShuffle("shuffle", 2));
    then(LearnedAffine.scale("gamma", 8, 1e-6));
    then(LearnedAffine.of("affine", 8));
    then(new MaxPool2d("max", Window.of(3).stride(2).padding(1).ceilMode()));
    then(new AvgPool2d("mean", Window.of(3, 2).padding(new Padding(1, 1, 1, 0)), true));
    int gate = graph.add(new GlobalMaxPool("largest"), x);
    gate = graph.add(Linear.of("gate", 8, 8).withoutBias(), gate);
    gate = graph.add(Activate.sigmoid("sigmoid"), gate);
    x = graph.add(new Scale("scale"), x, gate);
    int most = graph.add(new AdaptiveMaxPool2d("most", 4, 4), x);
    x = graph.add(new AdaptiveAvgPool2d("mean4", 4, 4), x);
    x = graph.add(new Multiply("of"), x, most);
    then(new PadShortcut("shortcut", 1, 10));
    then(Linear.of("places", 10, 5));
    then(new Softmax("softmax"));
    then(new LogSoftmax("logSoftmax"));
    int flat = graph.add(new Flatten("flat"), x);
    int mean = graph.add(new GlobalAvgPool("all"), x);
    x = graph.add(new Concat("ends"), flat, mean);
    then(new Dropout("dropout", 0.5));
    then(Linear.of("fc", 85, 3));
    return graph.build(x);
  }

  @Test
  void everyOperationIsBound() {
    Graph network = everything();
    Set<Class<?>> used =
        network.nodes().stream().map(node -> node.op().getClass()).collect(Collectors.toSet());
    // Copies come of themselves.
    assertThat(Op.kinds().stream().filter(kind -> !used.contains(kind)).map(Class::getSimpleName))
        .containsExactly("Copy");

    Map<String, String> sources = compiled(network);
    assertThat(source(sources, "NetForward").replaceAll("\\s+", " "))
        .contains(
            "tall = bind.conv2d( \"tall\", conv(6, 8, 7, 1).padding(3, 0).withBias(), padOut, tallOut,"
                + " norm(\"bn\", 0.001).then(HARD_SWISH));");
    assertThat(source(sources, "NetNetwork"))
        .contains("layers.scale(\"gamma\", layers.constant(1.0E-6), 8, 1, 1);");
  }

  @Test
  void anyNameBecomesAnIdentifier() {
    input(4, 4);
    List<String> names =
        List.of(
            "0", "class", "a.b_c", "a_b.c", "Tensor", "RELU", "bind", "x", "_", "é", "block1-0");
    for (String name : names) {
      graph.enter(Block.NETWORK.child(name, ""));
      then(Conv2d.same(name + ".0", 4, 4, 1, 1).heFanOut());
      then(new Activate(name + ".RELU", Activation.RELU));
      then(Conv2d.same(name + ".bind", 4, 4, 3, 1));
      then(new Activate(name + ".class", Activation.SILU));
    }
    graph.enter(Block.NETWORK);
    compiled(graph.build(x));
  }

  @Test
  void aLargeFlatBodyIsCut() {
    input(2, 2);
    for (int i = 0; i < 2500; i++) {
      then(new Activate(String.valueOf(i), Activation.GELU));
    }
    compiled(graph.build(x));
  }

  /** The source of the inference pass of two convolutions and a classifier. */
  private String named(String first, String second, String classifier) {
    input(4, 4);
    then(Conv2d.same(first, 4, 4, 3, 1).heFanOut());
    then(Conv2d.same(second, 4, 4, 1, 1).heFanOut());
    then(Linear.of(classifier, 64, 3));
    return source(compiled(graph.build(x)), "NetForward");
  }

  @Test
  void aGroupThatHoldsMostOfANetworkIsLeftOutOfNames() {
    String forward = named("backbone.first", "backbone.second", "fc");
    assertThat(forward).contains("Kernel first;");
    assertThat(forward).contains("Kernel second;");
    assertThat(forward).contains("first = bind.conv2d(\"backbone.first\"");
  }

  @Test
  void aGroupStaysInNamesWhereOthersWouldBeMistakenForItsOwn() {
    String forward = named("features.conv", "features.classifier", "classifier");
    assertThat(forward).contains("Kernel features_conv;");
    assertThat(forward).contains("Kernel features_classifier;");
    assertThat(forward).contains("Kernel classifier;");
  }

  @Test
  void aGroupStaysInNamesWhereItsModulesAreNumbers() {
    String forward = named("features.0", "features.1", "classifier");
    assertThat(forward).contains("Kernel features_0;");
    assertThat(forward).contains("Kernel features_1;");
  }

  @Test
  void aGroupOfFewModulesStaysInNames() {
    assertThat(named("features.conv", "conv", "fc")).contains("Kernel features_conv;");
  }

  @Test
  void namesThatDifferInDotsOnlyStayApart() {
    String forward = named("a.b_c", "a_b.c", "fc");
    assertThat(forward).contains("Kernel a_b_c;");
    assertThat(forward).contains("Kernel a_b_c2;");
  }

  @Test
  void blocksThatTakeTurnsKeepTheirOrder() {
    input(4, 4);
    Block one = Block.NETWORK.child("one", "");
    Block other = Block.NETWORK.child("other", "");
    for (int i = 0; i < 2; i++) {
      graph.enter(one);
      then(Conv2d.same("one.conv" + i, 4, 4, 3, 1).heFanOut());
      graph.enter(other);
      then(Conv2d.same("other.conv" + i, 4, 4, 1, 1).heFanOut());
    }
    graph.enter(Block.NETWORK);
    Map<String, String> sources = compiled(graph.build(x));

    List<String> order = new ArrayList<>();
    Set<String> fields = new HashSet<>(Set.of("one", "other", "one_turn_2", "other_turn_2"));
    for (String line : source(sources, "NetForward").split("\n", -1)) {
      String call = line.strip().replaceAll("\\.run\\(\\);.*", "");
      if (fields.contains(call)) {
        order.add(call);
      }
    }
    assertThat(order).containsExactly("one", "other", "one_turn_2", "other_turn_2").inOrder();
    // The entries of the state_dict keep theirs, too.
    assertThat(source(sources, "NetNetwork"))
        .containsMatch(
            "(?s)void one\\(.*conv0.*void other\\(.*conv0.*void one_turn_2\\(.*conv1.*void"
                + " other_turn_2\\(.*conv1");
  }

  @Test
  void auxiliaryHeadsAreThereInTrainingOnly() {
    input(4, 4);
    then(Conv2d.same("conv", 4, 4, 3, 1).heFanOut());
    graph.enter(Block.NETWORK.child("aux1", "head"));
    int side = graph.add(Linear.of("aux1.fc", 64, 3), x);
    graph.enter(Block.NETWORK);
    then(Linear.of("fc", 64, 3));
    graph.auxiliary("aux1", side, 0.3);
    Map<String, String> sources = compiled(graph.build(x));

    assertThat(source(sources, "NetForward")).doesNotContain("aux1");
    assertThat(source(sources, "NetNetwork")).contains("layers.auxiliary(\"aux1\", 0.3, 3);");
    assertThat(source(sources, "NetBackward").replaceAll("\\s+", " "))
        .contains(
            "return List.of( new TrainingOutput(\"\", output, outputGradient),"
                + " new TrainingOutput(\"aux1\", aux1Output, aux1OutputGradient));");
  }
}
