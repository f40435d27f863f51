package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.TrainingStep;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.Task;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Steps that this machine computes, from a data loader. */
final class LocalSteps implements StepSource {
  private final DataLoader train;
  private final int accumulate;
  private final boolean joined;

  /**
   * @param accumulate batches for each step
   * @param joined whether these are trained on as one, so that norms see them all
   */
  LocalSteps(DataLoader train, int accumulate, boolean joined) {
    this.train = train;
    this.accumulate = accumulate;
    this.joined = joined && accumulate > 1;
  }

  @Override
  public long images() {
    return train.dataset().size();
  }

  @Override
  public int steps() {
    return (train.batches() + accumulate - 1) / accumulate;
  }

  @Override
  public List<String> classNames() {
    return train.dataset().classNames();
  }

  @Override
  public Task task() {
    return train.dataset().task();
  }

  @Override
  public Optional<Preprocessing> preprocessing() {
    // Of the last epochs, whose images the weights know best.
    return train.dataset(Integer.MAX_VALUE).preprocessing();
  }

  @Override
  public List<String> doubts(Network network) {
    return FitChecks.doubts(network, train.dataset());
  }

  @Override
  public String describe() {
    return train.toString();
  }

  @Override
  public StepSource.Pass pass(Run run, int epoch, int batch) {
    return new Pass(run, train.epoch(epoch, batch), epoch);
  }

  /** The next batches, as many as there are up to a number, as one. */
  static Batch joined(Epoch batches, int most) {
    List<Batch> parts = new ArrayList<>();
    while (parts.size() < most && batches.hasNext()) {
      parts.add(batches.next().copy());
    }
    return Batch.joined(parts);
  }

  private final class Pass implements StepSource.Pass {
    private final Run run;
    private final Epoch batches;
    private final int epoch;

    Pass(Run run, Epoch batches, int epoch) {
      this.run = run;
      this.batches = batches;
      this.epoch = epoch;
    }

    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public Done next() {
      if (joined) {
        return step(joined(batches, accumulate));
      }
      return accumulate == 1 ? step(batches.next()) : separately();
    }

    private Done separately() {
      int gathered = 0;
      while (true) {
        Batch batch = batches.next();
        TrainingResult trained = trainBatch(batch);
        run.optimizer().accumulate(batch.size());
        gathered++;
        if (gathered == accumulate || !batches.hasNext()) {
          double rate = run.prepareStep();
          run.optimizer().step();
          return new Done(numberOf(batch), rate, trained.loss(), trained.auxiliary());
        }
      }
    }

    /** A pass and its step, which the engine may make as one. */
    private Done step(Batch batch) {
      int number = numberOf(batch);
      INDArray images = images(batch, number);
      double rate = run.prepareStep();
      TrainingStep step = run.settings().step(run.optimizer(), run.network(), images, batch);
      TrainingResult trained = step.result();
      requireFinite(number, images, trained, step.made());
      run.meter().add(trained.loss(), trained.auxiliary(), trained.output(), batch);
      return new Done(number, rate, trained.loss(), trained.auxiliary());
    }

    /** From 1 on for people, and from 0 on where to go on. */
    private static int numberOf(Batch batch) {
      return batch.number() + 1;
    }

    private TrainingResult trainBatch(Batch batch) {
      int number = numberOf(batch);
      Network network = run.network();
      INDArray images = images(batch, number);
      TrainingResult result = run.settings().pass(network, images, batch);
      boolean finite =
          Double.isFinite(result.total())
              && Double.isFinite(network.gradients().flat().sumNumber().doubleValue());
      requireFinite(number, images, result, finite);
      run.meter().add(result.loss(), result.auxiliary(), result.output(), batch);
      return result;
    }

    /** The images of a batch, which are finite. */
    private INDArray images(Batch batch, int number) {
      Finite.firstImage(batch, train.dataset(epoch))
          .ifPresent(
              image -> {
                throw run.diverged(
                    SafeText.format(
                        "epoch %d, batch %d: the image of %s holds a NaN or an infinity",
                        epoch, number, image),
                    "leave the image out, or correct what computes its values");
              });
      return batch.images().castTo(run.parameters().dataType());
    }

    /**
     * @param finite whether the gradients are, too
     */
    private void requireFinite(int number, INDArray images, TrainingResult result, boolean finite) {
      if (!Double.isFinite(result.total())) {
        throw run.diverged(
            SafeText.format("epoch %d, batch %d: the loss is %s", epoch, number, result.total()),
            images);
      }
      // Some kernels' ReLU turns a NaN into a zero, which then shows in the gradients only.
      if (!finite) {
        throw run.diverged(
            SafeText.format(
                "epoch %d, batch %d: the gradients hold a NaN or an infinity", epoch, number),
            images);
      }
    }

    @Override
    public Duration waited() {
      return batches.waited();
    }

    @Override
    public Duration loading() {
      return batches.loading();
    }

    @Override
    public void close() {
      batches.close();
    }
  }
}
