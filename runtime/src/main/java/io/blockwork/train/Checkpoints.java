package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The checkpoints of a training run: {@code last.safetensors}, from which it can be resumed, and
 * {@code best.safetensors}, the weights of the best epoch in validation.
 *
 * <p>{@code last.safetensors} is a weight file as any other; beside the {@code state_dict} it holds
 * what the updater remembers, the averaged weights, and as metadata the position: epoch, batch,
 * steps (which the schedule follows) and training passes (which dropout draws by). All other chance
 * is a function of seeds and that position.
 */
final class Checkpoints {
  private static final String UPDATER = "updater";
  private static final String AVERAGE = "average/";
  private static final String STEPS = "steps/";
  private static final String ENDS_WITH = "ends_with/";
  private static final String LOOKAHEAD = "lookahead";
  private static final String PREFIX = "blockwork.";
  private static final String SETTINGS = PREFIX + "training";
  private static final String SPENT = PREFIX + "spent_nanos";
  private static final String FORMAT = PREFIX + "format";

  /** What this class writes and reads; a file of another format is refused. */
  private static final String VERSION = "1";

  private final CheckpointStore store;
  private final String last;
  private final BestWeights best;
  private final String settings;
  private final List<String> classNames;

  /** Whether the file to go on from is there, of this run or of the one that it goes on from. */
  private boolean hasLast;

  /**
   * @param best the files of the best weights
   * @param settings what has to be the same for a training run to be resumed, for people
   * @param classNames of the training data, by label
   */
  Checkpoints(CheckpointStore store, BestWeights best, String settings, List<String> classNames) {
    this.store = store;
    this.last = store.describe(CheckpointStore.LAST);
    this.best = best;
    this.settings = settings;
    this.classNames = List.copyOf(classNames);
  }

  /**
   * Keeps other training runs out of the folder until the lock is closed.
   *
   * @throws FileException if another is in it, or nothing can be written into it
   */
  CheckpointStore.Lock lock() {
    return store.lock();
  }

  /** The file to go on from, for messages. */
  String last() {
    return last;
  }

  /** Whether that file has been read or written. */
  boolean hasLast() {
    return hasLast;
  }

  /** Forgets an earlier training run. */
  void clear() {
    store.clear();
  }

  /**
   * Keeps the network's weights if they are among the best.
   *
   * @param evaluation of them
   * @param steps made so far
   */
  void offerBest(Network network, Evaluation evaluation, int steps) {
    best.offer(
        evaluation,
        steps,
        file -> {
          Map<String, INDArray> values = network.parameters().copies();
          try {
            store.write(file, writer(network, values));
          } finally {
            values.values().forEach(INDArray::close);
          }
        });
  }

  /** The network's values, and what is known of them. */
  private static SafetensorsWriter writer(Network network, Map<String, INDArray> values) {
    SafetensorsWriter writer = new SafetensorsWriter();
    values.forEach(writer::tensor);
    network.parameters().metadata().forEach(writer::metadata);
    return writer.metadata(FORMAT, VERSION);
  }

  void save(
      Network network,
      Optimizer optimizer,
      Optional<Lookahead> lookahead,
      Optional<WeightAverage> average,
      Optional<BestCopy> bestCopy,
      StepSource steps,
      RunState state) {
    Map<String, INDArray> values = network.parameters().copies();
    SafetensorsWriter writer = writer(network, values);
    optimizer.state().ifPresent(remembered -> writer.extra(UPDATER, remembered));
    lookahead.ifPresent(l -> writer.extra(LOOKAHEAD, l.slow()));
    average
        .filter(WeightAverage::begun)
        .ifPresent(a -> a.averages().forEach((name, v) -> writer.extra(AVERAGE + name, v)));
    bestCopy.ifPresent(
        copy -> copy.values().forEach((name, v) -> writer.extra(ENDS_WITH + name, v)));
    steps.state().forEach((name, v) -> writer.extra(STEPS + name, v));
    writer
        .metadata(SETTINGS, settings)
        .metadata(PREFIX + "epoch", Integer.toString(state.epoch()))
        .metadata(PREFIX + "batch", Integer.toString(state.batch()))
        .metadata(PREFIX + "steps", Integer.toString(optimizer.steps()))
        .metadata(PREFIX + "passes", Long.toString(network.parameters().passes()))
        .metadata(PREFIX + "best", best.encode())
        .metadata(PREFIX + "so_far", state.soFar().encode())
        .metadata(SPENT, Long.toString(state.spent().toNanos()))
        .metadata(PREFIX + "history", HistoryText.encode(state.epochs()));
    try {
      store.write(CheckpointStore.LAST, writer);
      hasLast = true;
    } finally {
      values.values().forEach(INDArray::close);
    }
  }

  /**
   * Restores everything from the last checkpoint, if there is one.
   *
   * @throws WeightsException if the file is damaged, or was written by a training run with
   *     different settings
   */
  Optional<RunState> restore(
      Network network,
      Optimizer optimizer,
      Optional<Lookahead> lookahead,
      Optional<WeightAverage> average,
      Optional<BestCopy> bestCopy,
      StepSource steps) {
    AtomicBoolean opened = new AtomicBoolean();
    try {
      return store.read(
          weights -> {
            opened.set(true);
            RunState state = restore(weights, network, optimizer, lookahead, average, steps);
            Map<String, INDArray> kept = extras(weights.everything(), ENDS_WITH);
            bestCopy.ifPresent(copy -> copy.restore(kept, state.epochs()));
            hasLast = true;
            return state;
          });
    } catch (WeightsException e) {
      if (opened.get()) {
        throw e;
      }
      throw new WeightsException(
          e.getMessage()
              + "\n  it is the checkpoint that this training would go on from"
              + "\n  fix: to begin anew, delete it, call startOver(), or choose another folder",
          e);
    }
  }

  private RunState restore(
      Weights weights,
      Network network,
      Optimizer optimizer,
      Optional<Lookahead> lookahead,
      Optional<WeightAverage> average,
      StepSource steps) {
    try {
      Map<String, String> metadata = weights.metadata();
      requireFormat(metadata);
      requireSettings(metadata.getOrDefault(SETTINGS, ""));
      requireClasses(TrainedClasses.of(weights));
      network.parameters().load(weights);
      Weights everything = weights.everything();
      optimizer.restore(
          Integer.parseInt(value(metadata, "steps")), extra(everything, "extra/" + UPDATER));
      lookahead.ifPresent(
          l -> extra(everything, "extra/" + LOOKAHEAD).ifPresent(saved -> l.restore(saved)));
      average.ifPresent(a -> restoreAverage(a, everything));
      steps.restore(extras(everything, STEPS));
      network.parameters().passes(Long.parseLong(value(metadata, "passes")));
      RunState state =
          new RunState(
              Integer.parseInt(value(metadata, "epoch")),
              Integer.parseInt(value(metadata, "batch")),
              Meter.decode(value(metadata, "so_far")),
              HistoryText.decode(value(metadata, "history")),
              Duration.ofNanos(Long.parseLong(metadata.getOrDefault(SPENT, "0"))));
      if (metadata.containsKey(PREFIX + "best")) {
        best.decode(value(metadata, "best"));
      } else {
        best.decode(new TrainingHistory(state.epochs(), false));
      }
      return state;
    } catch (NumberFormatException e) {
      throw new WeightsException(
          SafeText.format("%s: the metadata is damaged; startOver() ignores the file", last), e);
    }
  }

  private void requireFormat(Map<String, String> metadata) {
    String format = metadata.getOrDefault(FORMAT, VERSION);
    if (!format.equals(VERSION)) {
      throw new WeightsException(
          SafeText.format(
                  "%s: a checkpoint of format %s, but this version of Blockwork reads format %s",
                  last, SafeText.excerpt(format), VERSION)
              + "\n  fix: use the version that wrote it, another folder, or startOver()");
    }
  }

  private void requireSettings(String saved) {
    if (!saved.equals(settings)) {
      throw new WeightsException(
          saved.isEmpty()
              ? SafeText.format(
                      "%s: holds plain weights, and is not the checkpoint of a training run", last)
                  + "\n  fix: use another folder, or startOver(), which replaces the file"
              : SafeText.format("%s: was written by a training run with different settings", last)
                  + SettingsDifference.between(saved, settings)
                  + "\n  fix: use the same settings to go on, another folder, or startOver()");
    }
  }

  /** Checkpoints of earlier versions do not tell. */
  private void requireClasses(Optional<List<String>> saved) {
    if (saved.isPresent() && !saved.get().equals(classNames)) {
      throw new WeightsException(
          SafeText.format("%s: was written by a training run with different classes", last)
              + TrainedClasses.comparison("there", saved.get(), "here", classNames)
              + "\n  fix: data.withClasses(...) for the same order, another folder, or"
              + " startOver()");
    }
  }

  private String value(Map<String, String> metadata, String key) {
    String value = metadata.get(PREFIX + key);
    if (value == null) {
      throw new WeightsException(
          SafeText.format(
              "%s: the metadata has no %s%s; startOver() ignores the file", last, PREFIX, key));
    }
    return value;
  }

  private static Optional<INDArray> extra(Weights everything, String name) {
    return everything.has(name) ? Optional.of(everything.get(name)) : Optional.empty();
  }

  /** The extra tensors whose names begin so, without that. */
  private static Map<String, INDArray> extras(Weights everything, String beginning) {
    String prefix = "extra/" + beginning;
    Map<String, INDArray> saved = new LinkedHashMap<>();
    for (String name : everything.names()) {
      if (name.startsWith(prefix)) {
        saved.put(name.substring(prefix.length()), everything.get(name));
      }
    }
    return saved;
  }

  private static void restoreAverage(WeightAverage average, Weights everything) {
    Map<String, INDArray> saved = new LinkedHashMap<>();
    for (String name : average.averages().keySet()) {
      extra(everything, "extra/" + AVERAGE + name).ifPresent(values -> saved.put(name, values));
    }
    if (!saved.isEmpty()) {
      average.restore(saved);
    }
  }
}
