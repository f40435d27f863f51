package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.driver.KernelModule;
import io.blockwork.cuda.driver.KernelModule.Grid;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.UpdateRule;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterMemory;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Steps on the device. What the rule remembers is on the host until the first step, on the device
 * from then on, and on the host again when somebody asks for it.
 */
final class CudaOptimizer implements BoundOptimizer, OptimizerMemories.Owner {
  private static final int THREADS = 256;
  private static final int VALUES_A_THREAD = 8;

  /** Blocks that sum up squares, and blocks for one segment. */
  private static final int MOST_PARTS = 1024;

  private static final int MOST_BLOCKS = 64;
  private static final int MOST_ROWS = 65535;

  private final NetworkState state;
  private final Parameters parameters;
  private final Gradients gradients;
  private final UpdateRule rule;
  private final INDArray host;

  /** On the device, once there was a step. */
  private Optional<OptimizerMemory> memory = Optional.empty();

  /** Whether the device has what the rule remembers, and whether the host has something older. */
  private boolean loaded;

  private boolean ahead;

  CudaOptimizer(
      NetworkState state,
      Parameters parameters,
      Gradients gradients,
      UpdateRule rule,
      INDArray host) {
    this.state = state;
    this.parameters = parameters;
    this.gradients = gradients;
    this.rule = rule;
    this.host = host;
  }

  /**
   * An optimizer of this engine.
   *
   * @param state of the network that it has to step
   * @throws IllegalArgumentException if it steps another network
   */
  static CudaOptimizer of(BoundOptimizer optimizer, NetworkState state) {
    if (optimizer instanceof CudaOptimizer own && own.state == state) {
      return own;
    }
    throw new IllegalArgumentException("the optimizer is bound for another network or engine");
  }

  @Override
  public Outcome step(OptimizerStep step, boolean guarded) {
    return parameters.update(
        () -> {
          if (!gradients.areElsewhere(state.gradients())) {
            return Outcome.NOT_HERE;
          }
          state.device().use();
          return stepOnDevice(step, guarded) ? Outcome.MADE : Outcome.NOT_FINITE;
        });
  }

  private synchronized boolean stepOnDevice(OptimizerStep step, boolean guarded) {
    Stream stream = state.stream();
    OptimizerMemory on = load(stream, step);
    state.refreshParameters(parameters, stream);
    return change(
        stream,
        step,
        guarded,
        host -> {
          launches(on.results(), 0).forEach(launch -> launch.run().accept(stream));
          return on.made(stream);
        });
  }

  /**
   * Makes a step.
   *
   * @param guarded whether there is to be none if a gradient or a loss is not finite
   * @param work launches it, and waits until it is done
   */
  synchronized <T> T change(
      Stream stream, OptimizerStep step, boolean guarded, Function<ParameterMemory, T> work) {
    boolean done = false;
    try {
      prepare(stream, step, guarded);
      T result = state.change(parameters, work);
      done = true;
      return result;
    } finally {
      ahead |= done;
      // Whatever has failed, the host has what was before, unless it is older.
      loaded = ahead;
    }
  }

  /** Takes memory on the device, and brings there what the rule remembers. */
  synchronized OptimizerMemory load(Stream stream, OptimizerStep step) {
    OptimizerMemory on = memory.orElseGet(() -> allocate(stream, step.segments().size()));
    memory = Optional.of(on);
    if (!loaded) {
      stream.toDevice(on.values().address(), NativeValues.address(host), bytes());
      stream.await();
      Reference.reachabilityFence(host);
      loaded = true;
    }
    return on;
  }

  private OptimizerMemory allocate(Stream stream, int segments) {
    state.optimizers().freeForgotten();
    OptimizerMemory made = new OptimizerMemory(state.device(), stream, bytes(), segments, parts());
    state.optimizers().add(this, made::close);
    loaded = false;
    return made;
  }

  private long bytes() {
    return host.length() * Float.BYTES;
  }

  private long length() {
    return host.length() / rule.arrays();
  }

  private int parts() {
    return blocks(length(), MOST_PARTS);
  }

  private static int blocks(long values, int most) {
    long each = (long) THREADS * VALUES_A_THREAD;
    return (int) Math.max(1, Math.min((values + each - 1) / each, most));
  }

  /** Begins to copy the numbers of a step to the device, in the order of {@code optimizers.cu}. */
  private void prepare(Stream stream, OptimizerStep step, boolean guarded) {
    double momentum = 0;
    double correction = 1;
    double root = 1;
    double beta2 = 0;
    double epsilon = 0;
    if (rule instanceof UpdateRule.Momentum sgd) {
      momentum = sgd.momentum();
    } else if (rule instanceof UpdateRule.Adam adam) {
      momentum = adam.beta1();
      beta2 = adam.beta2();
      epsilon = adam.epsilon();
      correction = 1 - Math.pow(adam.beta1(), step.iteration() + 1);
      root = Math.sqrt(1 - Math.pow(adam.beta2(), step.iteration() + 1));
    }
    memory
        .orElseThrow()
        .prepare(
            stream,
            step,
            1,
            guarded ? 1 : 0,
            step.largestNorm(),
            step.rate(),
            correction,
            root,
            momentum,
            1 - momentum,
            beta2,
            1 - beta2,
            epsilon);
  }

  /**
   * The launches of a step.
   *
   * @param results receive what the step comes to; losses lie behind it
   * @param losses how many, which decide whether there is a step, as the gradients do, where it is
   *     guarded
   */
  List<Emitter.Launch> launches(Place results, int losses) {
    OptimizerMemory on = memory.orElseThrow();
    DeviceParameters all = state.parameters();
    KernelModule kernels = state.kernels().of(Source.OPTIMIZERS);
    long gradient = all.gradients().address();
    Grid squares = new Grid(parts(), 1, THREADS, 1);
    Grid one = new Grid(1, 1, THREADS, 1);
    return List.of(
        launch(
            "square_sums",
            stream ->
                kernels.launch(
                    stream, "square_sums", squares, gradient, length(), on.parts().address())),
        launch(
            "step_scale",
            stream ->
                kernels.launch(
                    stream,
                    "step_scale",
                    one,
                    on.parts().address(),
                    parts(),
                    on.numbers().address(),
                    OptimizerStep.CLIP_EPSILON,
                    results.address(),
                    losses)),
        update(kernels, on, all.learnable().address(), gradient, results));
  }

  private Emitter.Launch update(
      KernelModule kernels, OptimizerMemory on, long parameter, long gradient, Place results) {
    long longest =
        parameters.entries().stream()
            .filter(info -> info.kind().learnable())
            .mapToLong(info -> info.length())
            .max()
            .orElse(1);
    Grid grid =
        new Grid(
            blocks(longest, MOST_BLOCKS), Math.max(1, Math.min(on.count(), MOST_ROWS)), THREADS, 1);
    long remembered = on.values().address();
    long segments = on.segments().address();
    long numbers = on.numbers().address();
    if (rule instanceof UpdateRule.Momentum sgd) {
      int nesterov = sgd.nesterov() ? 1 : 0;
      return launch(
          "step_momentum",
          stream ->
              kernels.launch(
                  stream,
                  "step_momentum",
                  grid,
                  parameter,
                  gradient,
                  remembered,
                  length(),
                  segments,
                  on.count(),
                  numbers,
                  results.address(),
                  nesterov));
    }
    return launch(
        "step_adam",
        stream ->
            kernels.launch(
                stream,
                "step_adam",
                grid,
                parameter,
                gradient,
                remembered,
                length(),
                segments,
                on.count(),
                numbers,
                results.address()));
  }

  private static Emitter.Launch launch(String kernel, Consumer<Stream> run) {
    return new Emitter.Launch("optimizer", kernel, 0, run);
  }

  @Override
  public synchronized void settle() {
    if (ahead) {
      state.device().use();
      Stream stream = state.stream();
      stream.toHost(NativeValues.address(host), memory.orElseThrow().values().address(), bytes());
      stream.await();
      Reference.reachabilityFence(host);
      ahead = false;
    }
    loaded = false;
  }

  @Override
  public synchronized void leave() {
    try {
      settle();
    } finally {
      memory = Optional.empty();
      ahead = false;
      loaded = false;
    }
  }
}
