package io.blockwork.cuda.driver;

/** A block of the host's memory that a device copies from and to at the bus's speed. */
public final class HostMemory implements AutoCloseable {
  private final Device device;
  private final long address;
  private boolean closed;

  HostMemory(Device device, long address) {
    this.device = device;
    this.address = address;
  }

  /** Where it starts. */
  public long address() {
    return address;
  }

  /** Frees it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.give(() -> device.driver().cuMemFreeHost(address));
    }
  }
}
