package io.blockwork.train;

import io.blockwork.io.FileException;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a training run keeps its checkpoints: a folder of this machine, or a place that all
 * machines of a cluster reach.
 */
public interface CheckpointStore {
  /** The name of the checkpoint that a run goes on from. */
  String LAST = "last.safetensors";

  /** The name of the weights of the best epoch. */
  String BEST = "best.safetensors";

  /** The name of the file that {@link Trainer#dryRun} writes and deletes. */
  String DRY_RUN = "dry-run.safetensors";

  /** The names of the weights of several good validations, by the number of steps. */
  String BEST_STEP = "best-step-%07d.safetensors";

  /** Keeps other training runs out until it is closed. */
  interface Lock extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Keeps other training runs out.
   *
   * @throws FileException if another is using the place, or nothing can be written there
   */
  Lock lock();

  /**
   * Forgets an earlier training run.
   *
   * @throws FileException if its checkpoints cannot be deleted
   */
  void clear();

  /**
   * Writes a checkpoint: a process that dies meanwhile leaves the one before.
   *
   * @param name {@link #LAST}, {@link #BEST} or one made of {@link #BEST_STEP}
   * @throws FileException if it cannot be written
   */
  void write(String name, SafetensorsWriter file);

  /**
   * Deletes a checkpoint, if it is there.
   *
   * @throws FileException if it cannot be deleted
   */
  void delete(String name);

  /**
   * Reads {@link #LAST}.
   *
   * @param reader must not keep the weights, which are closed when it returns
   * @return what the reader made; empty if there is no checkpoint
   * @throws io.blockwork.weights.WeightsException if it is damaged
   */
  <T> Optional<T> read(Function<Weights, T> reader);

  /** Where a checkpoint is, for messages. */
  String describe(String name);
}
