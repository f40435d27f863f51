package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
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
      Finite.firstImage(batch, train.dataset(epoch))
          .ifPresent(
              image -> {
                throw run.diverged(
                    SafeText.format(
                        "epoch %d, batch %d: the image of %s holds a NaN or an infinity",
                        epoch, number, image),
                    "leave the image out, or correct what computes its values");
              });
      INDArray images = batch.images().castTo(network.parameters().dataType());
      TrainingResult result = run.settings().pass(network, images, batch);
      if (!Double.isFinite(result.total())) {
        throw run.diverged(
            SafeText.format("epoch %d, batch %d: the loss is %s", epoch, number, result.total()),
            images);
      }
      // Some kernels' ReLU turns a NaN into a zero, which then shows in the gradients only.
      if (!Double.isFinite(network.gradients().flat().sumNumber().doubleValue())) {
        throw run.diverged(
            SafeText.format(
                "epoch %d, batch %d: the gradients hold a NaN or an infinity", epoch, number),
            images);
      }
      if (accumulate > 1) {
        run.optimizer().accumulate(batch.size());
      }
      run.meter().add(result.loss(), result.auxiliary(), result.output(), batch);
      return result;
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
