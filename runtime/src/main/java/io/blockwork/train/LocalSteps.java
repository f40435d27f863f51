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
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Steps that this machine computes, from a data loader. */
final class LocalSteps implements StepSource {
  private final DataLoader train;
  private final int accumulate;

  /**
   * @param accumulate batches for each step
   */
  LocalSteps(DataLoader train, int accumulate) {
    this.train = train;
    this.accumulate = accumulate;
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
      return accumulate == 1 ? alone(batches.next()) : together();
    }

    /** A step for one batch. */
    private Done alone(Batch batch) {
      int number = batch.number() + 1;
      INDArray images = images(batch, number);
      double rate = run.prepareStep();
      TrainingStep step = run.settings().step(run.optimizer(), run.network(), images, batch);
      requireFinite(number, images, step.result(), step.made());
      TrainingResult trained = step.result();
      run.meter().add(trained.loss(), trained.auxiliary(), trained.output(), batch);
      return new Done(number, rate, trained.loss(), trained.auxiliary());
    }

    /** A step for several batches. */
    private Done together() {
      int gathered = 0;
      while (true) {
        Batch batch = batches.next();
        // From 1 on for people, and from 0 on where to go on.
        int number = batch.number() + 1;
        TrainingResult trained = trainBatch(batch, number);
        gathered++;
        if (gathered == accumulate || !batches.hasNext()) {
          double rate = run.prepareStep();
          run.optimizer().step();
          return new Done(number, rate, trained.loss(), trained.auxiliary());
        }
      }
    }

    private TrainingResult trainBatch(Batch batch, int number) {
      Network network = run.network();
      INDArray images = images(batch, number);
      TrainingResult result = run.settings().pass(network, images, batch);
      boolean finite =
          Double.isFinite(result.total())
              && Double.isFinite(network.gradients().flat().sumNumber().doubleValue());
      requireFinite(number, images, result, finite);
      run.optimizer().accumulate(batch.size());
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
