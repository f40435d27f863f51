package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.parameters.ParameterInfo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/** The one pass over memory against the same arithmetic in ND4J's operations. */
class FusedStepTest {
  /** Enough for several threads, and no multiple of anything. */
  private static final List<ParameterInfo> STATE =
      List.of(
          new ParameterInfo("conv.weight", ParameterInfo.Kind.CONV_WEIGHT, List.of(353, 257, 3, 3)),
          new ParameterInfo("bn.weight", ParameterInfo.Kind.NORM_WEIGHT, List.of(353)),
          new ParameterInfo("bn.bias", ParameterInfo.Kind.NORM_BIAS, List.of(353)),
          new ParameterInfo("fc.weight", ParameterInfo.Kind.LINEAR_WEIGHT, List.of(11, 353)),
          new ParameterInfo("fc.bias", ParameterInfo.Kind.LINEAR_BIAS, List.of(11)));

  private static GivenGradients network() {
    GivenGradients net = new GivenGradients(DataType.FLOAT, STATE);
    net.parameters().write(memory -> fill(memory.flat(), 1));
    fill(net.gradients().flat(), 2);
    return net;
  }

  private static void fill(INDArray array, int seed) {
    java.nio.FloatBuffer values = array.data().asNioFloat();
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    for (int i = 0; i < array.length(); i++) {
      values.put(i, (float) random.nextDouble() - 0.5f);
    }
  }

  private static void checkSameBits(IUpdater updater) {
    GivenGradients net = network();
    long n = net.parameters().flat().length();
    Optimizer optimizer = Optimizer.of(net, updater);
    INDArray expected = net.parameters().flat().dup();
    INDArray state = Nd4j.zeros(DataType.FLOAT, 1, updater.stateSize(n));
    GradientUpdater<?> operations = updater.instantiate(state, true);
    for (int step = 0; step < 3; step++) {
      fill(net.gradients().flat(), 7 + step);
      INDArray change = net.gradients().flat().dup().reshape(1, n);
      operations.applyUpdater(change, step, 0);
      expected.subi(change.reshape(n));
      optimizer.step();
      assertThat(net.parameters().flat()).isEqualTo(expected);
      assertThat(optimizer.state().orElseThrow()).isEqualTo(state);
      assertThat(net.parameters().flat().data().asFloat()).isEqualTo(expected.data().asFloat());
    }
  }

  @Test
  void momentumHasTheSameBitsInOnePass() {
    checkSameBits(new Momentum(0.1, 0.9));
  }

  @Test
  void adamHasTheSameBitsInOnePass() {
    checkSameBits(new Adam(0.01));
  }

  @Test
  void onlyWeightsDecayWhereTheOthersAreExempt() {
    GivenGradients net = network();
    net.gradients().flat().assign(0);
    INDArray norm = net.parameters().get("bn.weight");
    INDArray weight = net.parameters().get("fc.weight");
    Optimizer.of(net, new Momentum(0.5, 0.9)).weightDecay(0.5).decayNormsAndBiases(false).step();
    assertThat(net.parameters().get("bn.weight")).isEqualTo(norm);
    assertThat(net.parameters().get("fc.weight")).isEqualTo(weight.mul(0.75));
  }

  /** As torch leaves a parameter without a gradient alone, with what it remembers of it. */
  @Test
  void whatIsFrozenIsNotTouched() {
    GivenGradients net = network();
    Optimizer optimizer = Optimizer.of(net, new Momentum(0.1, 0.9)).weightDecay(0.1);
    optimizer.step();
    INDArray before = net.parameters().flat().dup();
    INDArray state = optimizer.state().orElseThrow().dup();
    net.freeze("conv", "bn");
    optimizer.step();
    long frozen = 353L * 257 * 9 + 2 * 353;
    float[] actual = net.parameters().flat().data().asFloat();
    float[] velocity = optimizer.state().orElseThrow().data().asFloat();
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i] == before.getFloat(i)).isEqualTo(i < frozen);
      assertThat(velocity[i] == state.getFloat(0, i)).isEqualTo(i < frozen);
    }
  }

  @Test
  void theNormOfAllGradientsIsClipped() {
    GivenGradients net = network();
    double norm = net.gradients().flat().norm2Number().doubleValue();
    INDArray before = net.parameters().flat().dup();
    Optimizer.of(net, new Momentum(1, 0)).clipNorm(norm / 4).step();
    INDArray step = before.sub(net.parameters().flat());
    assertThat(step.norm2Number().doubleValue()).isWithin(1e-4 * norm).of(norm / 4);
  }
}
