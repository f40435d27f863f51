package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Quantization;
import io.blockwork.io.SafeText;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How an executor makes the network.
 *
 * @param type the annotated interface
 * @param seed of the dropout masks
 * @param dataType of parameters, images and results
 * @param engine the only one that may run it; empty: whichever is fastest on the executor
 * @param precision of the engine
 * @param emulated whether a precision may be emulated
 * @param kernels what convolutions may be computed with
 * @param deterministic whether every run has to give the same bits
 * @param quantization what inference in 8-bit integers needs to know; empty: it is in floats
 */
record NetworkRecipe(
    Class<? extends ImageClassifier> type,
    long seed,
    DataType dataType,
    String engine,
    Precision precision,
    boolean emulated,
    Kernels kernels,
    boolean deterministic,
    List<Quantization> quantization)
    implements Serializable {
  /**
   * The recipe for a network that is there: executors use its engine and no other, since another
   * would be slower and round otherwise.
   *
   * @param options of the engine; its threads have no say, they are the task's
   */
  static NetworkRecipe of(
      Class<? extends ImageClassifier> type,
      ImageClassifier network,
      EngineOptions options,
      long seed) {
    return new NetworkRecipe(
        type,
        seed,
        network.parameters().dataType(),
        options.name().orElse(network.engine().name()),
        options.precision(),
        options.emulated(),
        options.kernels(),
        options.deterministic(),
        options.quantization().map(List::of).orElse(List.of()));
  }

  /** The same recipe for whichever engine an executor has. */
  NetworkRecipe anyEngine() {
    return new NetworkRecipe(
        type, seed, dataType, "", precision, emulated, kernels, deterministic, quantization);
  }

  /**
   * Makes the network; the parameters have their initial values.
   *
   * @param threads of one run
   * @throws ExecutorException if a class or native library is missing
   */
  ImageClassifier create(int threads) {
    EngineOptions options =
        new EngineOptions(
            engine.isEmpty() ? Optional.empty() : Optional.of(engine),
            precision,
            emulated,
            Optional.of(threads),
            Optional.empty(),
            kernels,
            deterministic,
            quantization.stream().findFirst(),
            Optional.empty());
    NetworkOptions network =
        NetworkOptions.defaults().seed(seed).dataType(dataType).engine(options);
    try {
      // An engine may do without ND4J until images come.
      Nd4j.getBackend();
      return Networks.create(type, network);
    } catch (IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException
        | LinkageError e) {
      throw new ExecutorException(
          SafeText.format(
                  "%s cannot run %s%s: %s",
                  place(),
                  type.getSimpleName(),
                  engine.isEmpty() ? "" : " on the engine " + engine + ", as the driver does",
                  e instanceof LinkageError ? "ND4J cannot be loaded: " + root(e) : e.getMessage())
              + "\n  fix: give the executors the jars that runtime/spark/README.md lists, with the"
              + " native libraries of their system"
              + (engine.isEmpty() ? "" : "; or allow another engine with anyEngine()"),
          e);
    }
  }

  private static Throwable root(Throwable error) {
    Throwable root = error;
    for (Throwable at = error; at != null; at = at.getCause()) {
      root = at;
    }
    return root;
  }

  private static String place() {
    TaskContext context = TaskContext.get();
    return context == null
        ? "the driver"
        : SafeText.format(
            "executor %s on %s",
            SparkEnv.get().executorId(), SparkEnv.get().blockManager().blockManagerId().host());
  }
}
