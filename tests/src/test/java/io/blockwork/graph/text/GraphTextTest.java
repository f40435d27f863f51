package io.blockwork.graph.text;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.Activation;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.graph.transforms.Transforms;
import io.blockwork.interpreter.RandomGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphTextTest {
  private static Graph small() {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(3, 32, 32)));
    graph.enter(Block.NETWORK.child("layer1", "2 blocks"));
    x = graph.add(Conv2d.same("layer1.conv", 3, 16, 3, 1).initial(Initial.normal(0.1)), x);
    x = graph.add(new Activate("layer1.act", Activation.leakyRelu(0.01)), x);
    graph.leave();
    return graph.build(graph.add(Linear.of("fc", 16 * 32 * 32, 10), x));
  }

  @Test
  void isReadableAndLeavesOutWhatIsUsual() {
    assertThat(GraphText.write(small()))
        .isEqualTo(
            """
            blockwork graph 2
            node Input shape=3,32,32
            block parent=0 path=layer1 prefix=layer1. title="2 blocks"
            node Conv2d block=1 inputs=0 path=layer1.conv in=3 out=16 window=3,3,1,1,1,1,1,1,1,1,false groups=1 initial=NORMAL,0.1,0,0 factor=1
            node Activate block=1 inputs=1 path=layer1.act activation=RELU,0.01,0
            node Linear inputs=2 path=fc in=16384 out=10 bias=UNIFORM,-0.0078125,0.0078125,0 initial=UNIFORM,-0.0078125,0.0078125,0
            output name=output node=3 kind=MAIN weight=1
            modules layer1.conv fc
            """);
  }

  /** Random graphs have blocks within blocks, auxiliary heads, features, and all operations. */
  @Test
  void everyGraphIsReadAsItWasWrittenBeforeTransformsAndAfter() {
    Set<Class<?>> seen = new HashSet<>();
    for (long seed = 1; seed <= 300; seed++) {
      Graph graph = RandomGraph.of(seed).graph();
      for (Graph each :
          List.of(graph, Transforms.forInference(graph), Transforms.forTraining(graph))) {
        String text = GraphText.write(each);
        Graph read = GraphText.read(text);
        assertEquals(each, read);
        assertEquals(text, GraphText.write(read));
        each.nodes().forEach(node -> seen.add(node.op().getClass()));
      }
    }
    assertThat(seen).containsExactlyElementsIn(Op.kinds());
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        1,
        -3,
        0.1,
        1 / 3.0,
        1e-5,
        2e-3,
        1e300,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        2.2250738585072014E-308,
        9007199254740992.0,
        1.0507009873554805,
        Double.POSITIVE_INFINITY
      })
  void numbersAreReadAsTheyWereWritten(double value) {
    String word = Words.real(value);
    assertEquals(value, Double.parseDouble(word));
    assertThat(word.length()).isAtMost(24);
  }

  @Test
  void numbersAreShortest() {
    assertThat(Words.real(2e-3)).isEqualTo("0.002");
    assertThat(Words.real(1e-5)).isEqualTo("0.00001");
    assertThat(Words.real(1.0 / 6)).isEqualTo("0.16666666666666666");
    assertThat(Words.real(224)).isEqualTo("224");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv1",
        "",
        "-",
        "a b",
        "a=b",
        "a,b",
        "\"",
        "\\",
        "\\u0041",
        "é\n\u2028",
        "\ud800",
        "="
      })
  void anyTextIsAName(String name) {
    var graph = new GraphBuilder();
    int x = graph.add(new Input(new Shape(1, 2, 2)));
    graph.enter(Block.NETWORK.child(name + "x", name));
    x = graph.add(Conv2d.of(name, 1, 1, Window.of(1)), x);
    Graph built = graph.build(x);
    String text = GraphText.write(built);
    assertEquals(built, GraphText.read(text));
    assertThat(text).matches("[ -~\n]*");
  }

  private static String refusal(String text) {
    return String.valueOf(
        assertThrows(GraphTextException.class, () -> GraphText.read(text)).getMessage());
  }

  @Test
  void whatIsNoGraphIsRefusedWithItsLine() {
    String text = GraphText.write(small());
    assertThat(refusal("")).contains("begins with \"blockwork graph 2\"");
    assertThat(refusal(text.replace("graph 2", "graph 1"))).contains("build the network again");
    assertThat(refusal(text.replace("Conv2d", "Conv7d")))
        .isEqualTo("line 4: no operation is called Conv7d");
    assertThat(refusal(text.replace("in=3 ", "im=3 "))).isEqualTo("line 4: expected in=value");
    assertThat(refusal(text.replace("in=3 ", "in=3 of=3 ")))
        .isEqualTo("line 4: nothing is called [of]");
    assertThat(refusal(text.replace("in=3 ", "in=3,3 ")))
        .isEqualTo("line 4: nothing is expected behind 3");
    assertThat(refusal(text.replace("in=3 ", "in=-3 "))).contains("positive channels");
    assertThat(refusal(text.replace("NORMAL", "NORMALLY")))
        .isEqualTo("line 4: nothing is called NORMALLY");
    assertThat(refusal(text.replace("in=3 ", "in=x "))).startsWith("line 4: ");
    assertThat(refusal(text.replace("in=3 ", "in= "))).contains("expected name=value, got \"in=\"");
    assertThat(refusal(text.replace("title=\"2 blocks\"", "title=\"2")))
        .isEqualTo("line 3: a quotation does not end");
    assertThat(refusal(text.replace("block=1", "block=9"))).startsWith("line 4: ");
    assertThat(refusal(text.replace("inputs=1", "inputs=7"))).contains("reads node 7");
    assertThat(refusal(text.substring(0, text.indexOf("output")))).contains("ends before");
    assertThat(refusal(text.replace(" fc\n", "\n"))).contains("no place in the state_dict");
  }
}
