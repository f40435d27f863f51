package io.blockwork.engine.onednn;

import io.blockwork.engine.ActivationObserver;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.StepwiseBinding;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Tuning;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import io.blockwork.parameters.SharedWork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs networks of {@code FLOAT} parameters on oneDNN, in single precision or in bfloat16.
 *
 * <p>An engine is immutable; {@link #layout} and {@link #microBatch}, which are for measurements,
 * return another one. It may serve any number of networks and threads.
 */
public final class OneDnnEngine implements Engine {
  /**
   * What is fixed for measurements.
   *
   * @param layout of the activations, or nothing for the one that fits the network best
   * @param microBatch images at a time, or nothing to choose
   * @param sideBySide whether micro-batches run side by side on one thread each, or nothing to
   *     choose
   */
  private record Fixed(
      Optional<Layout> layout, Optional<Integer> microBatch, Optional<Boolean> sideBySide) {
    static final Fixed NOTHING = new Fixed(Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static final int PROFILE_REPETITIONS = 10;

  private final EngineOptions options;
  private final Fixed fixed;
  private final Map<Parameters, NetworkState> states = new WeakHashMap<>();
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          OneDnnEngine::worker);

  /**
   * An engine in single precision, with a thread for each processor.
   *
   * @throws IllegalStateException if oneDNN's library cannot be loaded
   */
  public OneDnnEngine() {
    this(EngineOptions.defaults());
  }

  /**
   * An engine with options.
   *
   * @throws IllegalStateException if oneDNN's library cannot be loaded
   * @throws UnsupportedOperationException if the processor has no native instructions for the
   *     precision and it may not be emulated, or another device was asked for
   */
  public OneDnnEngine(EngineOptions options) {
    this(options, Fixed.NOTHING);
  }

  private OneDnnEngine(EngineOptions options, Fixed fixed) {
    OneDnnLibrary.failure()
        .ifPresent(
            why -> {
              throw new IllegalStateException("oneDNN cannot be loaded: " + why);
            });
    options.requireProcessor(OneDnnProvider.NAME);
    if (!isNative(options.precision()) && !options.emulated()) {
      throw new UnsupportedOperationException(
          SafeText.format(
              "this processor has no native %s arithmetic: it would run slower than FLOAT; use FLOAT, or EngineOptions.emulated(true) to run it anyway",
              options.precision()));
    }
    this.options = options;
    this.fixed = fixed;
  }

  private static Thread worker(Runnable task) {
    Thread thread = new Thread(task, "blockwork-onednn");
    thread.setDaemon(true);
    return thread;
  }

  /** Whether oneDNN's library can be loaded. */
  public static boolean isAvailable() {
    return OneDnnLibrary.failure().isEmpty();
  }

  /** Why oneDNN's library cannot be loaded, or nothing if it can. */
  public static Optional<String> unavailable() {
    return OneDnnLibrary.failure();
  }

  /** Whether this machine's processor computes natively in the precision. */
  public static boolean isNative(Precision precision) {
    return precision == Precision.FLOAT || OneDnnLibrary.nativeBfloat16();
  }

  /** What the system calls this machine's processor. */
  public static String processor() {
    return OneDnnLibrary.processor();
  }

  /**
   * Bits of the weights of quantised networks: 8, or 7 where the processor cannot sum products of
   * whole bytes exactly (AVX2 and AVX-512 without VNNI).
   */
  public static int weightBits() {
    return OneDnnLibrary.largestByteWeight() == Byte.MAX_VALUE ? Byte.SIZE : Byte.SIZE - 1;
  }

  /** The same engine with that layout wherever the network allows it. */
  public OneDnnEngine layout(Layout layout) {
    return new OneDnnEngine(
        options, new Fixed(Optional.of(layout), fixed.microBatch(), fixed.sideBySide()));
  }

  /**
   * The same engine with fixed micro-batches for large batches of inference.
   *
   * @param images images at a time; a smaller batch is taken as a whole
   * @param sideBySide true: one such micro-batch on each thread; false: one at a time on all
   *     threads
   * @throws IllegalArgumentException if there is less than one image
   */
  public OneDnnEngine microBatch(int images, boolean sideBySide) {
    NumberChecks.positive("images", images);
    return new OneDnnEngine(
        options, new Fixed(fixed.layout(), Optional.of(images), Optional.of(sideBySide)));
  }

  @Override
  public String name() {
    return OneDnnProvider.NAME;
  }

  @Override
  public String toString() {
    return "onednn "
        + (options.quantization().isPresent() ? "INT8" : options.precision())
        + fixed.layout().map(l -> " " + l).orElse("")
        + ", "
        + options.threadsOrAll()
        + " threads";
  }

  /** The number format of activations and products. */
  public Precision precision() {
    return options.precision();
  }

  /** Threads of one run. */
  public int threads() {
    return options.threadsOrAll();
  }

  /** Why all convolutions are direct, or nothing if some may be otherwise. */
  Optional<String> directOnly() {
    return WinogradChoice.obstacle(options.kernels());
  }

  private static void requireFloat(Parameters parameters) {
    if (parameters.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "OneDnnEngine computes with FLOAT parameters, got "
              + parameters.dataType()
              + "; choose FLOAT, or Nd4jEngine for this network");
    }
  }

  @Override
  public BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    requireFloat(parameters);
    NumberChecks.positive("batch", batch);
    NetworkState state = state(parameters);
    MicroBatching chosen = choose(state, parameters, batch, network);
    return bind(state, parameters, batch, chosen, false, network);
  }

  /** What is measured first, or computed in integers, is bound as a whole. */
  @Override
  public Optional<StepwiseBinding> beginInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    requireFloat(parameters);
    NumberChecks.positive("batch", batch);
    if (options.tuning().isPresent() || options.quantization().isPresent()) {
      return Optional.empty();
    }
    NetworkState state = state(parameters);
    StepwiseInference.Maker maker =
        new StepwiseInference.Maker() {
          @Override
          public MicroBatching choose() {
            return OneDnnEngine.this.choose(state, parameters, batch, network);
          }

          @Override
          public UnfinishedMicroBatch begin(PlanWeights weights, MicroBatching chosen) {
            int images = chosen.images();
            return BoundMicroBatch.begin(
                parameters, weights, batch, images, options, fixed.layout(), false, network);
          }
        };
    return Optional.of(new StepwiseInference(parameters, state, batch, maker, workers));
  }

  @Override
  public void makeRepeatable(Parameters parameters, int batch) {
    NumberChecks.positive("batch", batch);
    state(parameters).makeRepeatable(batch);
  }

  private MicroBatching choose(
      NetworkState state,
      Parameters parameters,
      int batch,
      Function<InferenceBinder, ForwardPass> network) {
    Optional<Tuning> tuning =
        options.tuning().filter(t -> !options.deterministic() && !state.isRepeatable(batch));
    if (tuning.isEmpty() || fixed.microBatch().isPresent() || batch == 1) {
      return byRule(parameters, batch, network);
    }
    long largest = BoundMicroBatch.largestTensor(parameters, network);
    // Packed weights of what is only measured go when it is over.
    NetworkState measured = new NetworkState();
    measured.acquire();
    try {
      return MicroBatchTuning.of(
          tuning.get(),
          options,
          parameters,
          network,
          largest,
          batch,
          way -> bind(measured, parameters, batch, way, false, network).trial());
    } finally {
      measured.release();
    }
  }

  /** The choice that follows from batch, network, precision and threads alone. */
  private MicroBatching byRule(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    int threads = options.threadsOrAll();
    if (fixed.microBatch().isPresent()) {
      int images = Math.min(batch, fixed.microBatch().get());
      boolean sideBySide = fixed.sideBySide().orElse(false);
      return sideBySide
          ? new MicroBatching(images, Math.min(threads, (batch + images - 1) / images), 1)
          : new MicroBatching(images, 1, threads);
    }
    if (batch == 1 || batch < threads) {
      return MicroBatching.whole(batch, threads);
    }
    long largest = BoundMicroBatch.largestTensor(parameters, network);
    return MicroBatching.of(batch, largest, options.precision(), threads);
  }

  private OneDnnInference bind(
      NetworkState state,
      Parameters parameters,
      int batch,
      MicroBatching microBatching,
      boolean timed,
      Function<InferenceBinder, ForwardPass> network) {
    // Primitives are made for the number of threads that the making thread is set to.
    int threads = microBatching.threads();
    PlanWeights weights = new PlanWeights(state.acquire());
    // Kernels are made side by side, but whoever names the layers need not expect that.
    Object turn = new Object();
    Function<InferenceBinder, ForwardPass> inTurn =
        bind -> {
          synchronized (turn) {
            return network.apply(bind);
          }
        };
    List<BoundMicroBatch> plans = Collections.synchronizedList(new ArrayList<>());
    Runnable bindOne =
        () ->
            plans.add(
                OneDnnLibrary.onThreads(
                    threads,
                    () -> bindPart(parameters, weights, batch, microBatching, timed, inTurn)));
    try {
      // Those who will run side by side are made side by side.
      SharedWork.start(Collections.nCopies(microBatching.streams(), bindOne)).finish();
    } catch (RuntimeException | Error e) {
      plans.forEach(BoundMicroBatch::close);
      state.release();
      throw e;
    }
    return new OneDnnInference(parameters, weights, plans, batch, threads, workers, state::release);
  }

  private BoundMicroBatch bindPart(
      Parameters parameters,
      PlanWeights weights,
      int batch,
      MicroBatching microBatching,
      boolean timed,
      Function<InferenceBinder, ForwardPass> network) {
    int images = microBatching.images();
    if (options.quantization().isPresent()) {
      return BoundMicroBatch.quantized(
          parameters,
          weights,
          images,
          options,
          options.quantization().get(),
          Optional.empty(),
          timed,
          network);
    }
    return BoundMicroBatch.begin(
            parameters, weights, batch, images, options, fixed.layout(), timed, network)
        .complete();
  }

  @Override
  public boolean quantizes() {
    return true;
  }

  @Override
  public void observe(
      Parameters parameters,
      INDArray images,
      Function<InferenceBinder, ForwardPass> network,
      ActivationObserver observer) {
    requireFloat(parameters);
    int batch = (int) images.size(0);
    INDArray dense = NativeValues.contiguous(images);
    long values = dense.length();
    observer.observe(
        Quantization.INPUT,
        Quantization.INPUT,
        (int) images.size(1),
        NativeValues.floats(NativeValues.address(dense), values));
    NetworkState state = state(parameters);
    PlanWeights weights = new PlanWeights(state.acquire());
    try (BoundMicroBatch plan =
        OneDnnLibrary.onThreads(
            options.threadsOrAll(),
            () ->
                BoundMicroBatch.quantized(
                    parameters,
                    weights,
                    batch,
                    options,
                    Quantization.of(Map.of()),
                    Optional.of(observer),
                    false,
                    network))) {
      weights.refresh(parameters);
      long[] results = plan.outputs().stream().mapToLong(o -> 0).toArray();
      try (Arena memory = new Arena()) {
        for (int i = 0; i < results.length; i++) {
          results[i] = memory.allocate(batch * plan.outputs().get(i).elements() * Float.BYTES);
        }
        plan.run(NativeValues.address(dense), results);
      }
    } finally {
      state.release();
    }
    java.lang.ref.Reference.reachabilityFence(dense);
  }

  @Override
  public Map<String, String> floatLayers(
      Parameters parameters, Function<InferenceBinder, ForwardPass> network) {
    return options
        .quantization()
        .map(quantization -> BoundMicroBatch.floatLayers(quantization, network))
        .orElse(Map.of());
  }

  /**
   * Measures every primitive of an inference pass: why is this layer slow?
   *
   * @param parameters the network's parameters
   * @param images {@code [N, C, H, W]}, computed as one batch on all threads
   * @param repetitions runs to take the mean of, after one that is not counted
   * @param network makes the generated class
   * @return the primitives in the order in which they run
   */
  public List<KernelProfile> profile(
      Parameters parameters,
      INDArray images,
      int repetitions,
      Function<InferenceBinder, ForwardPass> network) {
    requireFloat(parameters);
    NumberChecks.positive("repetitions", repetitions);
    int batch = (int) images.size(0);
    MicroBatching whole = MicroBatching.whole(batch, options.threadsOrAll());
    try (OneDnnInference plan = bind(state(parameters), parameters, batch, whole, true, network)) {
      return plan.profile(images, repetitions);
    }
  }

  @Override
  public String profile(
      Parameters parameters, INDArray images, Function<InferenceBinder, ForwardPass> network) {
    List<KernelProfile> kernels = profile(parameters, images, PROFILE_REPETITIONS, network);
    return ProfileTable.of(kernels, this, images.size(0));
  }

  /**
   * Measures every primitive of a training pass. It overwrites the gradients and moves the running
   * statistics, as training does.
   *
   * @param parameters the network's parameters
   * @param gradients the network's gradients
   * @param settings what to compute
   * @param images {@code [N, C, H, W]}
   * @param repetitions passes to take the mean of, after one that is not counted
   * @param network makes the generated class
   * @return the primitives in the order in which they were made
   */
  public List<KernelProfile> profileTraining(
      Parameters parameters,
      Gradients gradients,
      TrainingSettings settings,
      INDArray images,
      int repetitions,
      Function<TrainingBinder, TrainingPass> network) {
    NumberChecks.positive("repetitions", repetitions);
    int batch = (int) images.size(0);
    try (OneDnnTraining training = train(parameters, gradients, batch, settings, true, network)) {
      return training.profile(images, repetitions);
    }
  }

  private NetworkState state(Parameters parameters) {
    synchronized (states) {
      return states.computeIfAbsent(parameters, p -> new NetworkState());
    }
  }

  @Override
  public BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    return train(parameters, gradients, batch, settings, false, network);
  }

  private OneDnnTraining train(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      boolean timed,
      Function<TrainingBinder, TrainingPass> network) {
    requireFloat(parameters);
    NumberChecks.positive("batch", batch);
    Optional<OneDnnTraining.Frozen> frozen = frozen(parameters, batch, settings, timed, network);
    try {
      return OneDnnLibrary.onThreads(
          options.threadsOrAll(),
          () ->
              new OneDnnTraining(
                  parameters,
                  gradients,
                  batch,
                  settings,
                  options,
                  fixed.layout(),
                  frozen,
                  timed,
                  network));
    } catch (RuntimeException | Error e) {
      frozen.ifPresent(f -> f.inference().close());
      throw e;
    }
  }

  /** Binds the layers at the beginning that are frozen, unless a gradient goes through them. */
  private Optional<OneDnnTraining.Frozen> frozen(
      Parameters parameters,
      int batch,
      TrainingSettings settings,
      boolean timed,
      Function<TrainingBinder, TrainingPass> network) {
    if (settings.frozen().isEmpty()
        || settings.inputGradient()
        || options.quantization().isPresent()) {
      return Optional.empty();
    }
    return FrozenPrefix.of(settings, network)
        .map(
            prefix -> {
              MicroBatching chosen =
                  timed
                      ? MicroBatching.whole(batch, options.threadsOrAll())
                      : byRule(parameters, batch, prefix::bind);
              return new OneDnnTraining.Frozen(
                  prefix, bind(state(parameters), parameters, batch, chosen, timed, prefix::bind));
            });
  }
}
