package io.blockwork.engine;

import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.util.Optional;

/**
 * Which engine runs a network, and how. It names no engine's class, so that any engine on the class
 * path can be chosen; one that cannot do what an option asks for says so when it is created.
 *
 * <pre>{@code
 * EngineOptions.defaults().precision(Precision.BFLOAT16).threads(2)
 * }</pre>
 *
 * @param name of the engine, {@code onednn} or {@code nd4j} among those that the runtime brings;
 *     empty: the one that the system property {@value Engines#PROPERTY} names, else the fastest
 *     that can do what is asked for
 * @param precision number format of activations and products of a {@code FLOAT} network; a {@code
 *     DOUBLE} network computes in double
 * @param emulated whether a precision that the processor has no instructions for may be emulated,
 *     which is slow
 * @param threads of one run; empty: one for each processor
 * @param device number of the device, from 0, for engines that run on one of several; empty: the
 *     engine's choice
 * @param kernels what convolutions may be computed with: whatever is fastest unless told otherwise
 * @param deterministic whether the same images, parameters and number of threads give the same bits
 *     in every run, where that costs time
 * @param quantization computes inference in 8-bit integers, where the engine can; empty: in {@code
 *     precision}
 * @param tuning measures what is fastest, and remembers it, unless {@code deterministic}: on the
 *     processor how batches of inference are best divided, on a GPU which of cuDNN's plans is best
 *     for each convolution; empty: by a rule that depends on batch, network and threads alone, and
 *     cuDNN's own choice
 */
public record EngineOptions(
    Optional<String> name,
    Precision precision,
    boolean emulated,
    Optional<Integer> threads,
    Optional<Integer> device,
    Kernels kernels,
    boolean deterministic,
    Optional<Quantization> quantization,
    Optional<Tuning> tuning) {

  private static final EngineOptions DEFAULTS =
      new EngineOptions(
          Optional.empty(),
          Precision.FLOAT,
          false,
          Optional.empty(),
          Optional.empty(),
          Kernels.ANY,
          false,
          Optional.empty(),
          Optional.empty());

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if there is less than one thread, or the device is negative
   */
  public EngineOptions {
    threads.ifPresent(count -> NumberChecks.positive("threads", count));
    if (device.isPresent() && device.get() < 0) {
      throw new IllegalArgumentException("device: expected 0 or more, got " + device.get());
    }
  }

  /**
   * Any engine, single precision, a thread for each processor, whatever kernels are fastest,
   * whether they repeat their bits or not.
   */
  public static EngineOptions defaults() {
    return DEFAULTS;
  }

  /** The defaults with the engine of that name. */
  public static EngineOptions named(String name) {
    return DEFAULTS.name(name);
  }

  /** The same options for the engine of that name. */
  public EngineOptions name(String name) {
    return new EngineOptions(
        Optional.of(name),
        precision,
        emulated,
        threads,
        device,
        kernels,
        deterministic,
        quantization,
        tuning);
  }

  /** The same options with another precision. */
  public EngineOptions precision(Precision precision) {
    return new EngineOptions(
        name, precision, emulated, threads, device, kernels, deterministic, quantization, tuning);
  }

  /** The same options, with or without emulation of precisions that the processor lacks. */
  public EngineOptions emulated(boolean emulated) {
    return new EngineOptions(
        name, precision, emulated, threads, device, kernels, deterministic, quantization, tuning);
  }

  /**
   * The same options with another number of threads for each run.
   *
   * @throws IllegalArgumentException if there is less than one
   */
  public EngineOptions threads(int threads) {
    return new EngineOptions(
        name,
        precision,
        emulated,
        Optional.of(threads),
        device,
        kernels,
        deterministic,
        quantization,
        tuning);
  }

  /**
   * The same options for the device of that number.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public EngineOptions device(int device) {
    return new EngineOptions(
        name,
        precision,
        emulated,
        threads,
        Optional.of(device),
        kernels,
        deterministic,
        quantization,
        tuning);
  }

  /** The same options with other kernels allowed. */
  public EngineOptions kernels(Kernels kernels) {
    return new EngineOptions(
        name, precision, emulated, threads, device, kernels, deterministic, quantization, tuning);
  }

  /** The same options, asking for the same bits in every run or not. */
  public EngineOptions deterministic(boolean deterministic) {
    return new EngineOptions(
        name, precision, emulated, threads, device, kernels, deterministic, quantization, tuning);
  }

  /**
   * The same options with inference in 8-bit integers. An engine that has no kernels for them
   * computes in {@link #precision}, and says so once.
   */
  public EngineOptions quantization(Quantization quantization) {
    return new EngineOptions(
        name,
        precision,
        emulated,
        threads,
        device,
        kernels,
        deterministic,
        Optional.of(quantization),
        tuning);
  }

  /**
   * The same options with measurements: the first call with batches of a size takes about a second
   * longer, or as long as four more batches if that is more, and later ones are no slower for it.
   * The choice may change the last bits of results, and another process may choose otherwise unless
   * both read one file.
   *
   * @param tuning what is known so far, and where it is kept; may be shared by any number of
   *     networks
   */
  public EngineOptions tuning(Tuning tuning) {
    return new EngineOptions(
        name,
        precision,
        emulated,
        threads,
        device,
        kernels,
        deterministic,
        quantization,
        Optional.of(tuning));
  }

  /** The threads that were asked for, or as many as there are processors. */
  public int threadsOrAll() {
    return threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /**
   * For engines that run on the processor alone.
   *
   * @param engine its name, for the message
   * @throws UnsupportedOperationException if another device than the first was asked for
   */
  public void requireProcessor(String engine) {
    if (device.orElse(0) != 0) {
      throw new UnsupportedOperationException(
          SafeText.format(
              "%s runs on the processor, which is its device 0: it has no device %d",
              engine, device.orElse(0)));
    }
  }
}
