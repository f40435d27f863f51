package io.blockwork.composition;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.If;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.Output;
import io.blockwork.Path;
import io.blockwork.Repeat;
import io.blockwork.ResNet;
import io.blockwork.Sequential;
import io.blockwork.Stem;
import io.blockwork.With;
import io.blockwork.loss.Loss;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.Relu;
import io.blockwork.ops.Sum;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("Class literals name nodes in @Output and freeze")
final class NodeLiteralsTest {
  /** A convolution beside its input. */
  @Block
  @interface Residual {
    int out() default Block.REQUIRED;

    @Conv(kernel = 3, padding = 1)
    @With("out = out")
    interface conv {}

    @Sum
    @From({conv.class, Input.class})
    interface sum {}
  }

  /** The whole network as a block. */
  @Block
  @interface Whole {
    int classes() default 3;

    boolean wide() default false;

    @Sequential
    interface features {
      @Conv(out = 4, kernel = 3, padding = 1)
      interface stem {}

      @Relu
      interface relu {}

      @Residual(out = 4)
      @Repeat(2)
      interface stage {}
    }

    @Conv(out = 8)
    @If("wide")
    interface widening {}

    @Residual
    @With("out = in")
    @Repeat(2)
    @Path("last-{index}")
    interface last {}

    @Residual
    @With("out = in")
    @Repeat(2)
    interface tail {}

    @GlobalAvgPool
    interface pool {}

    @Linear
    @With("out = classes")
    interface fc {}
  }

  @Model(input = @Input(height = 6, width = 5))
  @Whole
  interface Net extends ImageClassifier {
    @Output(node = Whole.features.class)
    INDArray features(INDArray images);

    @Output("features")
    INDArray featuresByName(INDArray images);

    Values values(INDArray images);

    /** By literals and by names. */
    record Values(
        @Output(node = Whole.features.stem.class) INDArray stem,
        @Output("features.0") INDArray stemByName,
        @Output(node = Whole.features.stage.class) INDArray stage,
        @Output("features.3") INDArray stageByName,
        @Output(node = Whole.last.class) INDArray last,
        @Output("last-1") INDArray lastByName,
        @Output(node = Whole.tail.class) INDArray tail,
        @Output("tail") INDArray tailByName) {}
  }

  @ResNet(
      blocks = {1},
      width = 4,
      stem = Stem.CIFAR,
      classes = 3,
      input = @Input(height = 6, width = 5))
  interface Family extends ImageClassifier {}

  private static INDArray images() {
    return Nd4j.linspace(DataType.FLOAT, -1, 1.0 / 45, 90).reshape(1, 3, 6, 5);
  }

  private static Net net() {
    return Networks.create(Net.class, NetworkOptions.defaults().seed(3));
  }

  @Test
  void anOutputIsThatOfItsName() {
    try (Net net = net()) {
      assertThat(net.features(images())).isEqualTo(net.featuresByName(images()));
      Net.Values values = net.values(images());
      assertThat(values.stem()).isEqualTo(values.stemByName());
      assertThat(values.stage()).isEqualTo(values.stageByName());
      assertThat(values.last()).isEqualTo(values.lastByName());
      assertThat(values.tail()).isEqualTo(values.tailByName());
      assertThat(values.tail()).isNotEqualTo(values.last());
    }
  }

  @Test
  void groupsNumberedNodesAndRepetitionsAreFrozen() {
    try (Net net = net()) {
      net.freeze(Whole.features.stage.class, Whole.last.class);
      assertThat(net.frozen())
          .containsExactly("features.2", "features.3", "last-0", "last-1")
          .inOrder();
      net.train(images(), Loss.softmaxCrossEntropy(1));
      assertThat(net.gradients().get("last-1.conv.weight").maxNumber().floatValue()).isEqualTo(0);
      assertThat(net.gradients().get("features.0.weight").amaxNumber().floatValue())
          .isGreaterThan(0);
      net.freeze(Whole.features.class, Whole.tail.class);
      assertThat(net.frozen()).containsExactly("features", "tail").inOrder();
      net.freeze();
      assertThat(net.frozen()).isEmpty();
    }
  }

  @Test
  void othersAreRefusedByName() {
    try (Net net = net();
        Family family = Networks.create(Family.class)) {
      assertThat(refusal(net, Residual.conv.class))
          .isEqualTo(
              "freeze: "
                  + Residual.conv.class.getName()
                  + " is no node of NodeLiteralsTest_Net; its nodes are features, stem, relu, stage, last, tail, pool, fc");
      assertThat(refusal(net, Whole.widening.class))
          .contains("Whole$widening was left out of NodeLiteralsTest_Net");
      assertThat(refusal(family, Whole.fc.class))
          .contains("which is not composed of nodes: freeze(\"layer1\") takes names");
      assertThat(refusal(net, Whole.features.relu.class)).contains("has no layer at or below");
      assertThat(net.frozen()).isEqualTo(List.of());
    }
  }

  private static String refusal(ImageClassifier net, Class<?> node) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> net.freeze(node)).getMessage());
  }
}
