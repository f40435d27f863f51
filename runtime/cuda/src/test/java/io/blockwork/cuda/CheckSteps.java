package io.blockwork.cuda;

import io.blockwork.ImageClassifier;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingStep;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.Engine;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.train.Adam;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whole training steps for the proof on a GPU, which need ND4J there: some steps of networks with
 * both rules, and a training that is taken up again.
 */
final class CheckSteps {
  private static final int STEPS = 3;

  private CheckSteps() {}

  /**
   * Some steps of one network.
   *
   * @param name for the report
   * @param type the network
   * @param batch images
   * @param optimizer steps it
   */
  record Steps(
      String name,
      Class<? extends ImageClassifier> type,
      int batch,
      Function<Network, Optimizer> optimizer) {
    /** Losses, parameters, how far they have come, and running statistics. */
    Map<String, float[]> run(Engine engine) {
      try (Network network =
          Networks.create(type, NetworkOptions.defaults().seed(3).engine(engine))) {
        Optimizer stepping = optimizer.apply(network);
        INDArray before = network.parameters().flat().dup();
        float[] losses = new float[STEPS];
        for (int i = 0; i < STEPS; i++) {
          TrainingStep step = stepping.train(images(network, batch, i), labels(network, batch));
          losses[i] = (float) step.result().loss();
        }
        Map<String, float[]> all = new LinkedHashMap<>();
        INDArray after = network.parameters().flat();
        all.put("losses", losses);
        all.put("parameters", after.data().asFloat());
        all.put("change of the parameters", after.sub(before).data().asFloat());
        List<INDArray> statistics =
            network.parameters().names().stream()
                .filter(name -> name.endsWith("running_mean") || name.endsWith("running_var"))
                .map(name -> network.parameters().get(name))
                .toList();
        all.put(
            "running statistics",
            Nd4j.concat(0, statistics.toArray(INDArray[]::new)).data().asFloat());
        return all;
      }
    }
  }

  static List<Steps> all() {
    Function<Network, Optimizer> momentum =
        network -> Optimizer.of(network, new Momentum(0.02, 0.9)).weightDecay(1e-4).clipNorm(5);
    Function<Network, Optimizer> nesterov =
        network -> Optimizer.of(network, Momentum.nesterov(0.01, 0.9)).weightDecay(5e-4);
    Function<Network, Optimizer> adam =
        network -> Optimizer.of(network, new Adam(1e-3)).decoupledWeightDecay(0.01);
    return List.of(
        new Steps("momentum", CheckNetworks.CifarResNet20.class, 16, momentum),
        new Steps("nesterov", CheckNetworks.CifarResNet20.class, 16, nesterov),
        new Steps("adam", CheckNetworks.CifarResNet20.class, 16, adam),
        new Steps("momentum", CheckNetworks.SmallDenseNet121.class, 8, momentum),
        // Rounding moves its gradients by a thirtieth: only small steps end near each other.
        new Steps(
            "small steps",
            CheckNetworks.SmallResNet50.class,
            8,
            network -> Optimizer.of(network, Momentum.nesterov(1e-5, 0.9))));
  }

  static INDArray images(Network network, int batch, int seed) {
    List<Integer> in = network.architecture().input();
    int values = batch * in.get(0) * in.get(1) * in.get(2);
    return Nd4j.createFromArray(CheckCase.random(10L + seed, values))
        .reshape(batch, in.get(0), in.get(1), in.get(2));
  }

  static Losses labels(Network network, int batch) {
    int classes = network.architecture().output().get(0);
    int[] labels = IntStream.range(0, batch).map(i -> i * 7 % classes).toArray();
    return Losses.of(Loss.softmaxCrossEntropy(Nd4j.createFromArray(labels), 0.1));
  }

  /** Trains two epochs; and once more, stopping in the first, and going on from the checkpoint. */
  static boolean endsWithTheSameBitsWhenTakenUpAgain(Engine engine) throws IOException {
    float[] expected = trained(engine, trainer -> trainer);
    Path folder = Files.createTempDirectory("blockwork-check");
    int[] seen = {0};
    TrainingListener dying =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            seen[0]++;
            if (seen[0] == 5) {
              throw new CancellationException();
            }
          }
        };
    try {
      trained(engine, trainer -> trainer.checkpoints(folder).checkpointEvery(1).listener(dying));
      throw new IllegalStateException("the training was to be stopped");
    } catch (CancellationException e) {
      // As it was to be.
    }
    float[] again = trained(engine, trainer -> trainer.checkpoints(folder).checkpointEvery(1));
    return Arrays.equals(expected, again);
  }

  private static float[] trained(Engine engine, Function<Trainer, Trainer> with) {
    try (Network network =
            Networks.create(
                CheckNetworks.CifarResNet20.class,
                NetworkOptions.defaults().seed(3).engine(engine));
        DataLoader data = data(network, 200, 32)) {
      Trainer trainer =
          Trainer.of(network)
              .epochs(2)
              .updater(new Momentum(0.05, 0.9))
              .weightDecay(1e-4)
              .schedule(Schedule.cosine())
              .labelSmoothing(0.1)
              .averageWeights(0.9)
              .progress(false);
      with.apply(trainer).fit(data);
      return network.parameters().flat().data().asFloat();
    }
  }

  static DataLoader data(Network network, int images, int batch) {
    int classes = network.architecture().output().get(0);
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    int[] labels = IntStream.range(0, images).map(i -> i * 7 % classes).toArray();
    INDArray all = images(network, images, 77);
    return DataLoader.of(ArrayDataset.of(all, names, labels))
        .batchSize(batch)
        .shuffle(true)
        .seed(9)
        .build();
  }

  /** Seconds that each epoch of a training takes; the batches are made from arrays meanwhile. */
  static double[] epochs(Engine engine, int images, int batch, int epochs) {
    try (Network network =
            Networks.create(
                CheckNetworks.CifarResNet20.class,
                NetworkOptions.defaults().seed(3).engine(engine));
        DataLoader data = data(network, images, batch)) {
      return Trainer.of(network)
          .epochs(epochs)
          .updater(new Momentum(0.05, 0.9))
          .weightDecay(1e-4)
          .progress(false)
          .fit(data)
          .epochs()
          .stream()
          .mapToDouble(epoch -> epoch.time().toNanos() / 1e9)
          .toArray();
    }
  }
}
