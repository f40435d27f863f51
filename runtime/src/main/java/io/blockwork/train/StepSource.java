package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.data.Task;
import io.blockwork.image.Preprocessing;
import io.blockwork.loss.AuxiliaryLoss;
import io.blockwork.parameters.Parameters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the steps of a training run are computed: on this machine from a data loader, as {@link
 * Trainer#fit(io.blockwork.data.DataLoader)} does it, or on others. The run itself (epochs,
 * schedule, validation, checkpoints, listeners) is the same for all.
 */
public interface StepSource {
  /** Images in an epoch. */
  long images();

  /** Steps in an epoch, at least 1. */
  int steps();

  /** The classes by label; empty if the data has none. */
  List<String> classNames();

  /** What is to be said of each image. */
  default Task task() {
    return Task.SINGLE_LABEL;
  }

  /** What the data's pictures went through: see {@link io.blockwork.data.Dataset#preprocessing}. */
  default Optional<Preprocessing> preprocessing() {
    return Optional.empty();
  }

  /** What looks wrong about the data, and may yet be meant: a sentence for each. */
  default List<String> doubts(Network network) {
    return List.of();
  }

  /** What decides the steps, for people: a checkpoint of others is not gone on from. */
  String describe();

  /**
   * Begins an epoch, or goes on within it.
   *
   * @param run what the steps are made on
   * @param epoch its number, from 1
   * @param batch how far it has come: 0, or {@link Done#nextBatch} of a step that was the last one
   *     kept
   */
  Pass pass(Run run, int epoch, int batch);

  /** What a checkpoint has to keep for the steps to go on alike; the arrays themselves. */
  default Map<String, INDArray> state() {
    return Map.of();
  }

  /** Goes on from a {@link #state} that was kept. */
  default void restore(Map<String, INDArray> state) {}

  /** An epoch, or what is left of it. */
  interface Pass extends AutoCloseable {
    /** Whether there is another step. */
    boolean hasNext();

    /**
     * Makes one step, or several at once: changes the network, the optimizer's state and number of
     * steps, and adds to the run's meter.
     *
     * @throws DivergedException if a value is not finite
     */
    Done next();

    /** Time for which the network waited for data or other machines. */
    Duration waited();

    /** Processor time that loading the data has taken, of all threads together. */
    default Duration loading() {
      return Duration.ZERO;
    }

    @Override
    void close();
  }

  /**
   * What was done.
   *
   * @param nextBatch where to go on within the epoch
   * @param rate learning rate of the (last) step
   * @param loss mean loss of the last batch, or of all that were computed at once
   * @param auxiliary likewise, of auxiliary outputs
   */
  record Done(int nextBatch, double rate, double loss, List<AuxiliaryLoss> auxiliary) {
    /** Copies the list. */
    public Done {
      Objects.requireNonNull(auxiliary, "auxiliary");
      auxiliary = List.copyOf(auxiliary);
    }
  }

  /** The training run that steps belong to. */
  interface Run {
    /** The network, which has the weights of the moment. */
    Network network();

    /** The optimizer of the network. */
    Optimizer optimizer();

    /** What a step does. */
    StepSettings settings();

    /** The sums of the epoch so far. */
    Meter meter();

    /**
     * The learning rate of a step.
     *
     * @param step its number, from 0, counted over all epochs
     */
    double rate(int step);

    /** Whether a schedule, and not the updater, decides the rates. */
    boolean isScheduled();

    /** Tells the updater the learning rate of the next step, and returns it. */
    double prepareStep();

    /**
     * An error about values that are not finite.
     *
     * @param what was found, and where
     * @param fix how to mend it
     */
    DivergedException diverged(String what, String fix);

    /**
     * An error about values that are not finite, which says in which layer they begin.
     *
     * @param what was found, and where
     * @param images of the batch, as the network took them
     */
    DivergedException diverged(String what, INDArray images);

    /** The network's parameters. */
    default Parameters parameters() {
      return network().parameters();
    }
  }
}
