package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.TrainingResult;
import io.blockwork.data.Batch;
import io.blockwork.data.CounterRandom;
import io.blockwork.data.DataException;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.ImageShape;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.DivergedException;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Meter;
import io.blockwork.train.Optimizer;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network, its optimizer and the data that it reads, as one task uses them. A round leaves
 * nothing behind that the next one depends on; only batches that were read ahead are kept.
 */
final class Replica {
  private final WorkerSettings settings;
  private final ImageClassifier network;
  private final Optimizer optimizer;
  private Optional<Reading> reading = Optional.empty();

  /** Data that is open: the shard, and the epoch where the last round left it. */
  private static final class Reading {
    private final Shard shard;
    private final DataLoader loader;
    private int epoch;
    private int next;
    private Optional<Epoch> open = Optional.empty();

    Reading(Shard shard, DataLoader loader) {
      this.shard = shard;
      this.loader = loader;
    }

    Epoch from(int wantedEpoch, int batch) {
      if (open.isEmpty() || epoch != wantedEpoch || next != batch) {
        open = Optional.of(loader.epoch(wantedEpoch, Math.min(batch, loader.batches())));
        epoch = wantedEpoch;
        next = batch;
      }
      return open.get();
    }

    void lose() {
      loader.close();
      open = Optional.empty();
    }
  }

  Replica(WorkerSettings settings, int threads) {
    this.settings = settings;
    this.network = settings.recipe().create(threads);
    this.optimizer = settings.steps().optimizer(network);
  }

  /** Whether it has the worker's data open. */
  boolean reads(int worker) {
    return reading.map(open -> open.shard.index() == worker).orElse(false);
  }

  /** The loader of a shard, for training or validation. */
  private static DataLoader loader(
      Shard shard, WorkerSettings settings, ImageClassifier network, boolean shuffle) {
    List<Integer> input = network.architecture().input();
    ShardDataset data =
        new ShardDataset(
            shard,
            new ImageShape(input.get(0), input.get(1), input.get(2)),
            settings.classNames(),
            settings.pipeline().create(),
            settings.hadoop().value());
    return DataLoader.of(data)
        .batchSize(settings.batchSize())
        .shuffle(shuffle)
        .seed(new CounterRandom(settings.seed(), shard.index()).nextLong())
        .workers(1)
        .dropLast(settings.dropLast())
        .onCorrupt(settings.onCorrupt())
        .build();
  }

  @SuppressWarnings("ReferenceEquality") // the very same shard
  private Reading reading(Shard shard) {
    if (reading.isEmpty() || reading.get().shard != shard) {
      reading.ifPresent(Reading::lose);
      reading =
          Optional.of(new Reading(shard, loader(shard, settings, network, settings.shuffle())));
    }
    return reading.get();
  }

  /** One worker's part of a round. */
  Contribution run(Round round, Shard shard) {
    try {
      return new Part(round, reading(shard)).run();
    } catch (DataException | DivergedException | IllegalArgumentException e) {
      // The same everywhere: Spark need not try again.
      reading.ifPresent(Reading::lose);
      return Contribution.failed(shard.index(), e);
    } catch (RuntimeException | Error e) {
      reading.ifPresent(Reading::lose);
      throw e;
    }
  }

  /** Validates one worker's images. */
  Evaluation evaluate(WeightValues weights, Shard shard, WorkerSettings data) {
    weights.into(network.parameters());
    try (DataLoader loader = loader(shard, data, network, false)) {
      return Evaluation.of(network, loader);
    }
  }

  /** The steps of a round. */
  private final class Part {
    private final Round round;
    private final Reading data;
    private final Meter meter = new Meter();
    private double lossSum;
    private long images;

    Part(Round round, Reading data) {
      this.round = round;
      this.data = data;
    }

    Contribution run() {
      Parameters parameters = network.parameters();
      round.weights().into(parameters);
      if (!network.frozen().equals(round.frozen())) {
        network.freeze(round.frozen().toArray(String[]::new));
      }
      optimizer.restore(round.step(), state(round.updater()));
      byte[] values;
      long begin = System.nanoTime();
      long busy;
      if (round.local()) {
        INDArray start = parameters.flat();
        for (int step = 0; step < round.rates().length; step++) {
          localStep(step);
        }
        busy = System.nanoTime() - begin;
        INDArray end = parameters.flat();
        start.subi(end);
        values = settings.compression().encode(NativeValues.of(start));
        start.close();
        end.close();
      } else {
        INDArray gradient = gradient();
        busy = System.nanoTime() - begin;
        values = settings.compression().encode(NativeValues.of(gradient));
        if (gradient != network.gradients().flat()) {
          gradient.close();
        }
      }
      byte[] updater =
          round.local() && settings.keepUpdater()
              ? optimizer
                  .state()
                  .map(s -> settings.compression().dense().encode(NativeValues.of(s)))
                  .orElse(new byte[0])
              : new byte[0];
      return new Contribution(
          data.shard.index(),
          images,
          images == 0 ? new byte[0] : values,
          images == 0 ? new byte[0] : updater,
          WeightValues.ofOthers(parameters).bytes(),
          images == 0 ? 0 : lossSum / images,
          meter.encode(),
          busy,
          null);
    }

    private Optional<INDArray> state(byte[] bytes) {
      return optimizer
          .state()
          .map(
              own -> {
                if (bytes.length == 0) {
                  own.assign(0);
                } else {
                  new Compression.None().decode(bytes, NativeValues.of(own));
                }
                return own;
              });
    }

    /** The mean gradient of the batches of one step. */
    private INDArray gradient() {
      INDArray gradients = network.gradients().flat();
      int batches = settings.steps().accumulate();
      if (batches == 1) {
        train(0);
        return gradients;
      }
      INDArray sum = gradients.ulike().assign(0);
      for (int i = 0; i < batches; i++) {
        int size = train(i);
        if (size > 0) {
          org.nd4j.linalg.factory.Nd4j.getBlasWrapper().axpy(Double.valueOf(size), gradients, sum);
        }
      }
      return sum.divi(Math.max(1, images));
    }

    private void localStep(int step) {
      int batches = settings.steps().accumulate();
      int trained = 0;
      for (int i = 0; i < batches; i++) {
        int size = train(step * batches + i);
        trained += size;
        if (size > 0 && batches > 1) {
          optimizer.accumulate(size);
        }
      }
      if (trained > 0) {
        if (round.scheduled()) {
          optimizer.updater().setLrAndSchedule(round.rates()[step], null);
        }
        optimizer.step();
      }
    }

    /**
     * Trains on the next batch, if there is one.
     *
     * @param number of the batch in this round
     * @return its size; 0 if the epoch is over
     */
    private int train(int number) {
      Epoch epoch = data.from(round.epoch(), round.batch() + number);
      if (!epoch.hasNext()) {
        return 0;
      }
      Batch batch = epoch.next();
      data.next = batch.number() + 1;
      requireFinite(batch);
      Parameters parameters = network.parameters();
      // Dropout draws by the number of the pass: every batch of all workers has its own.
      parameters.passes(round.passes() + (long) number * settings.workers() + data.shard.index());
      TrainingResult result =
          settings.steps().pass(network, batch.images().castTo(parameters.dataType()), batch);
      requireFinite(batch, result);
      meter.add(result.loss(), result.auxiliary(), result.output(), batch.labels());
      lossSum += result.loss() * batch.size();
      images += batch.size();
      return batch.size();
    }

    private void requireFinite(Batch batch) {
      if (!Double.isFinite(batch.images().sumNumber().doubleValue())) {
        for (int i = 0; i < batch.size(); i++) {
          if (!Double.isFinite(batch.images().slice(i).sumNumber().doubleValue())) {
            throw new DataException(
                data.loader.dataset().describe(batch.indices()[i]),
                0,
                "holds a NaN or an infinity\n  fix: leave the image out, or correct what computes"
                    + " its values");
          }
        }
      }
    }

    private void requireFinite(Batch batch, TrainingResult result) {
      String what =
          !Double.isFinite(result.total())
              ? "the loss is " + result.total()
              : !Double.isFinite(network.gradients().flat().sumNumber().doubleValue())
                  ? "the gradients hold a NaN or an infinity"
                  : "";
      if (!what.isEmpty()) {
        String layer =
            network
                .firstNonFinite(batch.images().castTo(network.parameters().dataType()))
                .orElse("");
        throw new DivergedException(
            SafeText.format(
                "%s: %s%s",
                place(batch),
                what,
                layer.isEmpty() ? "" : "; the first layer whose output is not finite is " + layer),
            layer);
      }
    }

    private String place(Batch batch) {
      return SafeText.format(
          "epoch %d, worker %d, batch %d", round.epoch(), data.shard.index(), batch.number() + 1);
    }
  }
}
