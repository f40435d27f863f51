package io.blockwork.train;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.train.TinyNetworks.Dropping;
import io.blockwork.weights.Weights;
import java.nio.file.Path;

/**
 * A training with everything that has a state, in a process of its own. It prints a line for each
 * step. Arguments: folder, epochs.
 */
final class KilledTraining {
  private KilledTraining() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    TrainingListener told =
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            System.out.println(step.step());
            System.out.flush();
          }
        };
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options());
        DataLoader train = TinyNetworks.training(28, 8);
        DataLoader validation = DataLoader.of(TinyNetworks.bands(12)).build()) {
      Trainer.of(net)
          .epochs(Integer.parseInt(args[1]))
          .updater(new Adam(0.01))
          .decoupledWeightDecay(0.01)
          .schedule(Schedule.oneCycle().warmUp(1, 0.1))
          .averageWeights(0.9)
          .clipNorm(1)
          .checkpoints(folder)
          .checkpointEvery(1)
          .log(folder)
          .listener(told)
          .progress(false)
          .fit(train, validation);
      Weights.save(net.parameters(), folder.resolve("final.safetensors"));
    } catch (RuntimeException e) {
      System.out.println("failed: " + e.getMessage());
    }
  }
}
