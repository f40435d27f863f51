package io.blockwork.cuda;

import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.CudaLibraries;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.LibraryFolders;
import io.blockwork.engine.BoundAverage;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Tuning;
import io.blockwork.engine.UpdateRule;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs networks of {@code FLOAT} parameters on an NVIDIA GPU, in single precision, with products in
 * TF32, or in bfloat16. It may serve any number of networks and threads.
 */
public final class CudaEngine implements Engine {
  static final String NAME = "cuda";
  private static final Logger LOG = LoggerFactory.getLogger(CudaEngine.class);
  private static final int PROFILE_REPETITIONS = 10;

  /** As many images keep all of a large card busy. */
  private static final int LARGEST_BATCH = 256;

  private final Session session;

  /** Guarded by itself. */
  private final Map<Parameters, NetworkState> states = new WeakHashMap<>();

  private CudaEngine(Session session) {
    this.session = session;
  }

  /**
   * An engine on one GPU.
   *
   * @param device number of the GPU, from 0
   * @param numerics numbers of activations and products
   * @param deterministic whether equal inputs have to give equal bits in every run
   * @throws IllegalStateException if the driver, a library or a GPU is missing or too old; the
   *     message says which, where it was looked for, and what to install
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws UnsupportedOperationException if the GPU does not compute in bfloat16
   */
  public static CudaEngine open(int device, Numerics numerics, boolean deterministic) {
    return open(device, numerics, deterministic, Optional.empty());
  }

  /**
   * An engine that measures which of cuDNN's plans is the fastest for each convolution.
   *
   * @param device number of the GPU, from 0
   * @param numerics numbers of activations and products
   * @param deterministic whether equal inputs have to give equal bits in every run; then nothing is
   *     measured
   * @param tuning what is known so far, and where it is kept; empty: cuDNN's first proposal is
   *     taken
   * @throws IllegalStateException if the driver, a library or a GPU is missing or too old
   * @throws IllegalArgumentException if there is no GPU of that number
   * @throws UnsupportedOperationException if the GPU does not compute in bfloat16
   */
  public static CudaEngine open(
      int device, Numerics numerics, boolean deterministic, Optional<Tuning> tuning) {
    return open(LibraryFolders.ofThisMachine(), device, numerics, deterministic, tuning);
  }

  static CudaEngine open(
      LibraryFolders folders,
      int device,
      Numerics numerics,
      boolean deterministic,
      Optional<Tuning> tuning) {
    Device gpu = Device.open(CudaLibraries.load(folders), device);
    if (numerics == Numerics.BFLOAT16 && !gpu.hasBfloat16()) {
      throw new UnsupportedOperationException(
          gpu + " does not compute in bfloat16, which needs compute capability 8.0: choose FLOAT");
    }
    CudaEngine engine = new CudaEngine(Session.of(gpu, numerics, deterministic, tuning));
    LOG.info("{}, with {}", engine, gpu.libraries().origin());
    return engine;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String toString() {
    return SafeText.format("cuda %s on %s", session.numerics(), session.device());
  }

  @Override
  public int largestBatch() {
    return LARGEST_BATCH;
  }

  private NetworkState state(Parameters parameters) {
    if (parameters.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "CudaEngine computes with FLOAT parameters, got "
              + parameters.dataType()
              + "; choose FLOAT, or Nd4jEngine for this network");
    }
    synchronized (states) {
      return states.computeIfAbsent(
          parameters, p -> new NetworkState(session.device(), session.kernels()));
    }
  }

  @Override
  public BoundInference bindInference(
      Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
    return CudaInference.bind(session, state(parameters), parameters, batch, network);
  }

  @Override
  public BoundTraining bindTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      Function<TrainingBinder, TrainingPass> network) {
    return CudaTraining.bind(
        session, state(parameters), parameters, gradients, batch, settings, network);
  }

  @Override
  public Optional<BoundOptimizer> bindOptimizer(
      Parameters parameters, Gradients gradients, UpdateRule rule, INDArray state) {
    return Optional.of(new CudaOptimizer(state(parameters), parameters, gradients, rule, state));
  }

  @Override
  public Optional<BoundAverage> bindAverage(Parameters parameters, Map<String, INDArray> averages) {
    return Optional.of(new CudaAverage(state(parameters), parameters, averages));
  }

  @Override
  public String profile(
      Parameters parameters, INDArray images, Function<InferenceBinder, ForwardPass> network) {
    int batch = Math.toIntExact(images.size(0));
    try (CudaInference plan =
        CudaInference.bind(session, state(parameters), parameters, batch, network)) {
      plan.send(images);
      float whole = plan.milliseconds();
      List<KernelTime> times = plan.profile(PROFILE_REPETITIONS);
      return KernelTime.table(times, toString(), batch, whole);
    }
  }
}
