package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.DeviceMemory;
import io.blockwork.cuda.driver.KernelModule;
import io.blockwork.cuda.driver.KernelModule.Grid;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.engine.BoundAverage;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterMemory;
import io.blockwork.parameters.Parameters;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Averages on the device. They are on the host until the first update, on the device from then on,
 * and on the host again when somebody asks for them; counters of batches are on the host always.
 */
final class CudaAverage implements BoundAverage, OptimizerMemories.Owner {
  private static final int THREADS = 256;
  private static final int MOST_BLOCKS = 1024;

  private final NetworkState state;
  private final Parameters parameters;
  private final Map<String, INDArray> host;

  /** On the device, once there was an update. */
  private Optional<DeviceMemory> memory = Optional.empty();

  /** Whether the device has the averages, and whether the host has older ones. */
  private boolean loaded;

  private boolean ahead;

  CudaAverage(NetworkState state, Parameters parameters, Map<String, INDArray> host) {
    this.state = state;
    this.parameters = parameters;
    this.host = host;
  }

  @Override
  public boolean update(double decay) {
    return parameters.update(
        () -> {
          if (!state.isInUse()) {
            return false;
          }
          state.device().use();
          return updateOnDevice(decay);
        });
  }

  private synchronized boolean updateOnDevice(double decay) {
    if (!hasMemory()) {
      return false;
    }
    Stream stream = state.stream();
    DeviceMemory averages = load(stream);
    state.refreshParameters(parameters, stream);
    boolean done = false;
    try {
      state.change(
          parameters,
          values -> {
            launch(stream, averages.address(), decay);
            stream.await();
            return copyCounters(values);
          });
      done = true;
    } finally {
      ahead |= done;
      // Whatever has failed, the host has what was before, unless it is older.
      loaded = ahead;
    }
    return true;
  }

  /**
   * Takes memory on the device, unless it is there; where there is none left, the host averages.
   */
  private boolean hasMemory() {
    if (memory.isPresent()) {
      return true;
    }
    state.optimizers().freeForgotten();
    try {
      DeviceMemory made = state.device().allocate(state.parameters().bytes());
      state.optimizers().add(this, made::close);
      memory = Optional.of(made);
      loaded = false;
      return true;
    } catch (CudaException e) {
      if (e.outOfMemory()) {
        return false;
      }
      throw e;
    }
  }

  /** Brings the averages to the device. */
  private DeviceMemory load(Stream stream) {
    DeviceMemory averages = memory.orElseThrow();
    if (!loaded) {
      each((array, offset) -> copyIn(stream, array, averages.address() + offset));
      stream.await();
      loaded = true;
    }
    return averages;
  }

  /** Goes through all arrays but the counters, and where each is on the device. */
  private void each(ObjLongConsumer<INDArray> work) {
    DeviceParameters all = state.parameters();
    for (ParameterInfo info : parameters.entries()) {
      if (!isCounter(info)) {
        work.accept(array(info), all.offsetOfAll(info.name()));
      }
    }
  }

  private static boolean isCounter(ParameterInfo info) {
    return info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED;
  }

  private INDArray array(ParameterInfo info) {
    return Objects.requireNonNull(host.get(info.name()), info.name());
  }

  private static void copyIn(Stream stream, INDArray array, long to) {
    stream.toDevice(to, NativeValues.address(array), array.length() * Float.BYTES);
  }

  private static void copyOut(Stream stream, long from, INDArray array) {
    stream.toHost(NativeValues.address(array), from, array.length() * Float.BYTES);
  }

  private void launch(Stream stream, long averages, double decay) {
    DeviceParameters all = state.parameters();
    long values = all.bytes() / Float.BYTES;
    long blocks = Math.max(1, Math.min((values + THREADS - 1) / THREADS, MOST_BLOCKS));
    KernelModule kernels = state.kernels().of(Source.OPTIMIZERS);
    kernels.launch(
        stream,
        "moving_average",
        new Grid((int) blocks, 1, THREADS, 1),
        averages,
        all.learnable().address(),
        all.learnableBytes() / Float.BYTES,
        all.statistics().address(),
        values,
        (float) decay,
        (float) (1 - decay));
  }

  private int copyCounters(ParameterMemory values) {
    int count = 0;
    for (ParameterInfo info : parameters.entries()) {
      if (isCounter(info)) {
        array(info).assign(values.view(info.name()));
        count++;
      }
    }
    return count;
  }

  @Override
  public synchronized void settle() {
    if (ahead) {
      state.device().use();
      Stream stream = state.stream();
      long averages = memory.orElseThrow().address();
      each((array, offset) -> copyOut(stream, averages + offset, array));
      stream.await();
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
