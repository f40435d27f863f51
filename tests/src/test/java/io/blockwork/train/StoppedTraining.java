package io.blockwork.train;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.train.TinyNetworks.Dropping;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A training in a process of its own, which waits at some point until it is told to end. It prints
 * a line for each step and note. Arguments: folder, and where to wait: {@code step 6}, {@code
 * validation 1} of an epoch, {@code exit 6} to call for its end itself in that step, or {@code
 * never 0}.
 */
final class StoppedTraining implements TrainingListener {
  private final CountDownLatch ending = new CountDownLatch(1);
  private final String place;
  private final int number;

  private StoppedTraining(String place, int number) {
    this.place = place;
    this.number = number;
  }

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    StoppedTraining told = new StoppedTraining(args[1], Integer.parseInt(args[2]));
    Runtime.getRuntime().addShutdownHook(new Thread(told.ending::countDown));
    try (Dropping net = Networks.create(Dropping.class, TinyNetworks.options());
        DataLoader train = TinyNetworks.training(28, 8);
        DataLoader validation = DataLoader.of(TinyNetworks.bands(12)).batchSize(4).build()) {
      Trainer.of(net)
          .epochs(3)
          .averageWeights(0.9)
          .checkpoints(folder)
          .log(folder)
          .listener(told)
          .progress(false)
          .fit(train, validation);
      Weights.save(net.parameters(), folder.resolve("final.safetensors"));
      tell("saved");
    }
  }

  @Override
  public void onStep(Step step) {
    tell("step " + step.step());
    if (place.equals("step") && step.step() == number) {
      awaitTheEnd();
    }
    if (place.equals("exit") && step.step() == number) {
      System.exit(3);
    }
  }

  @Override
  public void onValidating(Validating validating) {
    if (place.equals("validation") && validating.epoch() == number && validating.images() == 4) {
      tell("validating");
      awaitTheEnd();
    }
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    tell("epoch " + history.last().orElseThrow().epoch());
  }

  @Override
  public void onNote(String text) {
    tell("note: " + text);
  }

  /** Until the virtual machine runs its shutdown hooks. */
  private void awaitTheEnd() {
    try {
      ending.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
