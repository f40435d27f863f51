package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.train.TinyNetworks.Residual;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * ND4J's updaters and ours train, and what they remember survives in checkpoints. AdaBelief is left
 * out: this ND4J's own code fails to make one.
 */
final class UpdatersTest {
  @TempDir Path folder;

  static Stream<IUpdater> updaters() {
    return Stream.of(
        new Sgd(0.1),
        new Nesterovs(0.05, 0.9),
        new org.nd4j.linalg.learning.config.Adam(0.01),
        new AMSGrad(0.01),
        new AdaMax(0.01),
        new Nadam(0.01),
        new AdaGrad(0.05),
        new AdaDelta(),
        new RmsProp(0.005),
        new Momentum(0.05, 0.9),
        Momentum.nesterov(0.05, 0.9),
        new Adam(0.01),
        new Lars(1, 0.9, 0.02),
        new Lamb(0.02),
        new Muon(0.02, 0.95, new Adam(0.01)));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void everyUpdaterTrainsAndCanBeTakenUpAgain(IUpdater updater) {
    INDArray whole;
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options())) {
      TrainingHistory history = trainer(net, updater, 6).fit(training());
      double first = history.epochs().get(0).training().loss();
      assertThat(history.last().orElseThrow().training().loss()).isLessThan(first);
      whole = net.parameters().flat().dup();
    }
    for (int epochs : new int[] {2, 6}) {
      try (Residual net = Networks.create(Residual.class, TinyNetworks.options())) {
        trainer(net, updater, epochs).checkpoints(folder).fit(training());
        assertThat(net.parameters().flat().equals(whole)).isEqualTo(epochs == 6);
      }
    }
  }

  private static Trainer trainer(Residual net, IUpdater updater, int epochs) {
    return Trainer.of(net).epochs(epochs).updater(updater).progress(false);
  }

  private static DataLoader training() {
    return TinyNetworks.training(60, 12);
  }
}
