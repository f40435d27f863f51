package io.blockwork.graph;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.Dropout;
import io.blockwork.graph.ops.Flatten;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.LearnedAffine;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Sum;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads are told by what stands at the ends of a network, whatever it is called. */
class HeadsTest {
  private final GraphBuilder graph = new GraphBuilder();
  private int features;

  @BeforeEach
  void body() {
    int x = graph.add(new Input(new Shape(4, 8, 8)));
    features = graph.add(Conv2d.same("fc.classifier", 4, 6, 3, 1), x);
  }

  private int pooled() {
    return graph.add(new GlobalAvgPool("avgpool"), features);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fc", "classifier", "classif", "head.last", "0", "last_linear"})
  void theLinearLayerAtTheEnd(String name) {
    int dropped = graph.add(new Dropout("drop", 0.5), pooled());
    Graph network = graph.build(graph.add(Linear.of(name, 6, 3), dropped));

    assertThat(Heads.modules(network)).containsExactly(name);
  }

  @Test
  void ofAnAuxiliaryOutputTheLastLayerOnly() {
    int hidden = graph.add(Linear.of("aux1.fc1", 384, 5), graph.add(new Flatten("flat"), features));
    int relu = graph.add(Activate.relu("aux1.relu"), hidden);
    graph.auxiliary("aux1", graph.add(Linear.of("aux1.fc2", 5, 3), relu), 0.3);
    int mean = pooled();
    graph.auxiliary("AuxLogits", graph.add(Linear.of("AuxLogits.fc", 6, 3), mean), 0.4);
    Graph network = graph.build(graph.add(Linear.of("fc", 6, 3), mean));

    assertThat(Heads.modules(network)).containsExactly("aux1.fc2", "AuxLogits.fc", "fc").inOrder();
  }

  @Test
  void aConvolutionBeforeTheLastPool() {
    int scores = graph.add(Conv2d.same("classifier.1", 6, 3, 1, 1), features);
    int relu = graph.add(Activate.relu("classifier.2"), scores);
    Graph network = graph.build(graph.add(new GlobalAvgPool("classifier.3"), relu));

    assertThat(Heads.modules(network)).containsExactly("classifier.1");
  }

  @Test
  void whatStandsBehindTheLastLayerToo() {
    int scores = graph.add(Linear.of("fc", 6, 3), pooled());
    int norm = graph.add(BatchNorm2d.of("bn", 3), scores);
    Graph network = graph.build(graph.add(LearnedAffine.of("temperature", 3), norm));

    assertThat(Heads.modules(network)).containsExactly("fc", "bn", "temperature").inOrder();
  }

  @Test
  void allLayersWhoseSumIsTheOutput() {
    int mean = pooled();
    int one = graph.add(Linear.of("one", 6, 3), mean);
    int other = graph.add(Linear.of("other", 6, 3), mean);
    Graph network = graph.build(graph.add(Sum.of("sum"), one, other));

    assertThat(Heads.modules(network)).containsExactly("one", "other").inOrder();
  }
}
