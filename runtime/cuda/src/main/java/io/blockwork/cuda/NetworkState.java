package io.blockwork.cuda;

import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.parameters.Parameters;
import java.util.Optional;

/**
 * What the plans of one network share on the device: its parameters, and the weights made of them
 * for inference. It lives as long as one of the plans does.
 */
final class NetworkState {
  private static final long NEVER = -1;

  private final Device device;
  private final KernelModules kernels;
  private int users;
  private Optional<Shared> shared = Optional.empty();

  /** Versions of the host's parameters that the device's, and the weights, were made of. */
  private long uploaded = NEVER;

  private long packed = NEVER;

  private record Shared(DeviceParameters parameters, PackedWeights weights) {}

  NetworkState(Device device, KernelModules kernels) {
    this.device = device;
    this.kernels = kernels;
  }

  /** Counts one more plan, which has to {@link #release}. */
  synchronized void acquire(Parameters parameters) {
    if (shared.isEmpty()) {
      device.use();
      DeviceParameters own = new DeviceParameters(device, parameters);
      shared = Optional.of(new Shared(own, new PackedWeights(device, kernels, own)));
      uploaded = NEVER;
      packed = NEVER;
    }
    users++;
  }

  /** Frees everything if no other plan uses it. */
  synchronized void release() {
    users--;
    if (users == 0) {
      Shared last = shared.orElseThrow();
      shared = Optional.empty();
      try {
        last.weights().close();
      } finally {
        last.parameters().close();
      }
    }
  }

  synchronized DeviceParameters parameters() {
    return shared.orElseThrow().parameters();
  }

  synchronized PackedWeights weights() {
    return shared.orElseThrow().weights();
  }

  /** Brings the device's parameters up to date. */
  synchronized void refreshParameters(Parameters parameters, Stream stream) {
    long current = parameters.version();
    if (uploaded != current) {
      parameters().upload(stream);
      stream.await();
      uploaded = current;
    }
  }

  /** Brings what a trial run has moved back to what the host has. */
  synchronized void reload(Stream stream) {
    parameters().upload(stream);
    stream.await();
  }

  /** Brings the weights for inference up to date, too. */
  synchronized void refreshWeights(Parameters parameters, Stream stream) {
    refreshParameters(parameters, stream);
    if (packed != uploaded || weights().incomplete()) {
      weights().fill(stream);
      stream.await();
      packed = uploaded;
    }
  }

  /**
   * Says that the host has the running statistics that a training pass has moved on the device.
   *
   * @param before the parameters' version before the host got them
   */
  synchronized void statisticsMoved(Parameters parameters, long before) {
    if (uploaded == before) {
      uploaded = parameters.version();
    }
  }
}
