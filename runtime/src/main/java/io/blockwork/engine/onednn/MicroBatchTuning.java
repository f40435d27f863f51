package io.blockwork.engine.onednn;

import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Tuning;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

/** Finds out once, and remembers, how batches of a network are best computed on this machine. */
final class MicroBatchTuning {
  /** With what is begun by then, a first call takes about a second longer. */
  private static final Duration LIMIT = Duration.ofMillis(800);

  private MicroBatchTuning() {}

  /**
   * The way that was measured to be the fastest, or the rule's while something else is measured.
   *
   * @param tuning what is known so far
   * @param options how the network computes
   * @param parameters of the network
   * @param network makes the generated class
   * @param largest values of the network's largest tensor, for one image
   * @param batch images
   * @param bind makes what is timed
   */
  static MicroBatching of(
      Tuning tuning,
      EngineOptions options,
      Parameters parameters,
      Function<InferenceBinder, ForwardPass> network,
      long largest,
      int batch,
      Function<MicroBatching, MicroBatchSearch.Trial> bind) {
    int threads = options.threadsOrAll();
    String subject =
        SafeText.format(
            "network %s, %s, %s kernels, batch %d, threads %d",
            fingerprint(parameters, network),
            options.quantization().isPresent() ? "INT8" : options.precision(),
            options.kernels(),
            batch,
            threads);
    MicroBatchSearch search = new MicroBatchSearch(System::nanoTime, LIMIT);
    List<MicroBatching> candidates =
        MicroBatching.candidates(batch, largest, options.precision(), threads);
    return tuning
        .find(
            new Tuning.Key(machine(), subject),
            text -> MicroBatching.parse(text, batch, threads),
            () -> search.fastest(batch, candidates, bind))
        .orElseGet(() -> MicroBatching.of(batch, largest, options.precision(), threads));
  }

  /** Tells networks apart by their layers and the shapes of their tensors and parameters. */
  private static String fingerprint(
      Parameters parameters, Function<InferenceBinder, ForwardPass> network) {
    StepRecorder recorder = new StepRecorder();
    ForwardPass unused = network.apply(recorder);
    StringBuilder text = new StringBuilder();
    for (Step step : recorder.steps()) {
      text.append(step.key()).append(step.reads()).append(step.write()).append('\n');
    }
    for (ParameterInfo entry : parameters.entries()) {
      text.append(entry.name()).append(entry.shape()).append('\n');
    }
    return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static String machine() {
    String version = OneDnnEngine.class.getPackage().getImplementationVersion();
    return SafeText.format(
        "%s, oneDNN %s with instructions %x, Blockwork %s",
        OneDnnLibrary.processor(),
        OneDnnLibrary.version(),
        OneDnnLibrary.instructions(),
        Objects.requireNonNullElse(version, "unknown"));
  }
}
