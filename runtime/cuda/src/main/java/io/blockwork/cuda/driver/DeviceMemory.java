package io.blockwork.cuda.driver;

/** A block of a device's memory. */
public final class DeviceMemory implements AutoCloseable {
  private final Device device;
  private final long address;
  private final long bytes;
  private boolean closed;

  DeviceMemory(Device device, long address, long bytes) {
    this.device = device;
    this.address = address;
    this.bytes = bytes;
  }

  /** Where it starts, on a line of 256 bytes. */
  public long address() {
    return address;
  }

  /** Its size. */
  public long bytes() {
    return bytes;
  }

  /** Frees it; nothing on the device may use it any more. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.give(() -> device.driver().cuMemFree_v2(address));
    }
  }
}
