package io.blockwork.cuda;

import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.ParameterMemory;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the plans of one network share on the device: its parameters and their gradients, the
 * weights made of them for inference, and what optimizers and averages remember. It lives as long
 * as one of the plans does.
 *
 * <p>Either the host or the device has the newest parameters. The device has them after a training
 * pass and after a step; the host fetches them when somebody reads one ({@link
 * Parameters#writeElsewhere}), and has them again once somebody has written one there.
 */
final class NetworkState {
  private static final long NEVER = -1;

  private final Device device;
  private final KernelModules kernels;
  private final OptimizerMemories optimizers = new OptimizerMemories();

  /** The same objects each time, by which parameters and gradients know this copy. */
  private final Runnable fetch = this::fetch;

  private final Consumer<INDArray> gradients = this::fetchGradients;

  private int users;
  private Optional<Shared> shared = Optional.empty();

  /** Versions of the parameters that the device's, and the weights, are of. */
  private long uploaded = NEVER;

  private long packed = NEVER;

  /** Whether the device's parameters are newer than the host's. */
  private boolean ahead;

  /**
   * @param stream for what no plan does
   */
  private record Shared(DeviceParameters parameters, PackedWeights weights, Stream stream) {}

  NetworkState(Device device, KernelModules kernels) {
    this.device = device;
    this.kernels = kernels;
  }

  /** Counts one more plan, which has to {@link #release}. */
  synchronized void acquire(Parameters parameters) {
    if (shared.isEmpty()) {
      device.use();
      try (Resources made = new Resources()) {
        DeviceParameters own = new DeviceParameters(device, parameters);
        made.add(own, own::close);
        Stream stream = device.newStream();
        made.keep();
        shared = Optional.of(new Shared(own, new PackedWeights(device, kernels, own), stream));
      }
      uploaded = NEVER;
      packed = NEVER;
      ahead = false;
    }
    users++;
  }

  /** Whether a plan is bound, so that the device has what plans share. */
  synchronized boolean isInUse() {
    return shared.isPresent();
  }

  /** Frees everything if no other plan uses it, after the host has fetched what is newer here. */
  void release(Parameters parameters) {
    try (Resources all = new Resources()) {
      all.add(() -> {}, this::release);
      if (isLast()) {
        all.add(() -> {}, optimizers::close);
        all.add(() -> {}, parameters::settle);
      }
    }
  }

  private synchronized boolean isLast() {
    return users == 1;
  }

  private synchronized void release() {
    users--;
    if (users == 0) {
      Shared last = shared.orElseThrow();
      shared = Optional.empty();
      ahead = false;
      try (Resources all = new Resources()) {
        all.add(last.parameters(), last.parameters()::close);
        all.add(last.weights(), last.weights()::close);
        all.add(last.stream(), last.stream()::close);
      }
    }
  }

  Device device() {
    return device;
  }

  KernelModules kernels() {
    return kernels;
  }

  /** What optimizers and averages keep on the device. */
  OptimizerMemories optimizers() {
    return optimizers;
  }

  synchronized DeviceParameters parameters() {
    return shared.orElseThrow().parameters();
  }

  synchronized PackedWeights weights() {
    return shared.orElseThrow().weights();
  }

  /** The stream for what no plan does; used within an update of the parameters, or under a lock. */
  synchronized Stream stream() {
    return shared.orElseThrow().stream();
  }

  /** Fetches the gradients into an array of the host: by it they know that they are here. */
  Consumer<INDArray> gradients() {
    return gradients;
  }

  private void fetchGradients(INDArray flat) {
    fetchGradients(NativeValues.address(flat));
    Reference.reachabilityFence(flat);
  }

  /** Copies the gradients of the last training pass to the host. */
  synchronized void fetchGradients(long to) {
    DeviceParameters all = parameters();
    if (all.learnableBytes() > 0) {
      device.use();
      stream().toHost(to, all.gradients().address(), all.learnableBytes());
      stream().await();
    }
  }

  private synchronized void fetch() {
    device.use();
    parameters().download(stream());
    stream().await();
    ahead = false;
  }

  /** Brings the device's parameters up to date. */
  void refreshParameters(Parameters parameters, Stream stream) {
    if (isUploaded(parameters)) {
      return;
    }
    // Another engine may have them.
    parameters.settle();
    synchronized (this) {
      long current = parameters.version();
      if (uploaded != current) {
        parameters().upload(stream);
        stream.await();
        uploaded = current;
      }
    }
  }

  private synchronized boolean isUploaded(Parameters parameters) {
    return uploaded == parameters.version();
  }

  /**
   * Brings the device's parameters up to date for a run that is only tried out, and may change
   * them: {@link #refreshParameters} brings the host's back.
   */
  void lend(Parameters parameters, Stream stream) {
    parameters.settle();
    refreshParameters(parameters, stream);
    synchronized (this) {
      uploaded = NEVER;
    }
  }

  /** Brings the weights for inference up to date, too. */
  void refreshWeights(Parameters parameters, Stream stream) {
    refreshParameters(parameters, stream);
    synchronized (this) {
      if (packed != uploaded || weights().incomplete()) {
        weights().fill(stream);
        stream.await();
        packed = uploaded;
      }
    }
  }

  /**
   * Changes the device's parameters, or running statistics, which are up to date.
   *
   * @param work does so, and waits until it is done; of the host's memory it may change counters
   * @return what the work gives
   */
  <T> T change(Parameters parameters, Function<ParameterMemory, T> work) {
    return parameters.update(
        () -> {
          try {
            return parameters.writeElsewhere(
                fetch,
                memory -> {
                  T result = work.apply(memory);
                  setAhead();
                  return result;
                });
          } finally {
            changed(parameters);
          }
        });
  }

  private synchronized void setAhead() {
    ahead = true;
  }

  /** Whatever was changed before a failure, the host has what was before, unless it is older. */
  private synchronized void changed(Parameters parameters) {
    uploaded = ahead ? parameters.version() : NEVER;
  }
}
