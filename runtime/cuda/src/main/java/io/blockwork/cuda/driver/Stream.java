package io.blockwork.cuda.driver;

/** Work of a device that is done in order. */
public final class Stream implements AutoCloseable {
  /** Other threads may call the driver while this one records. */
  private static final int THREAD_LOCAL = 1;

  private final Device device;
  private final long handle;
  private boolean closed;

  Stream(Device device, long handle) {
    this.device = device;
    this.handle = handle;
  }

  /** The driver's handle. */
  public long handle() {
    return handle;
  }

  /** Waits until all is done. */
  public void await() {
    device.driver().cuStreamSynchronize(handle);
  }

  /** Copies from the host. */
  public void toDevice(long to, long from, long bytes) {
    device.driver().cuMemcpyHtoDAsync_v2(to, from, bytes, handle);
  }

  /** Copies to the host. */
  public void toHost(long to, long from, long bytes) {
    device.driver().cuMemcpyDtoHAsync_v2(to, from, bytes, handle);
  }

  /** Makes every byte zero. */
  public void clear(long address, long bytes) {
    device.driver().cuMemsetD8Async(address, (byte) 0, bytes, handle);
  }

  /**
   * Records work, which is not done meanwhile.
   *
   * @param work puts work on this stream
   */
  public RecordedGraph record(Runnable work) {
    Driver driver = device.driver();
    driver.cuStreamBeginCapture_v2(handle, THREAD_LOCAL);
    long[] graph = {0};
    boolean recorded = false;
    try {
      work.run();
      recorded = true;
    } finally {
      if (recorded) {
        driver.cuStreamEndCapture(handle, graph);
      } else {
        abandon(graph);
      }
    }
    try {
      long[] executable = {0};
      driver.cuGraphInstantiateWithFlags(executable, graph[0], 0L);
      return new RecordedGraph(device, executable[0]);
    } finally {
      driver.cuGraphDestroy(graph[0]);
    }
  }

  /** Ends a recording that failed. */
  private void abandon(long[] graph) {
    try {
      device.driver().cuStreamEndCapture(handle, graph);
    } catch (CudaException e) {
      // The failure that ended the recording is the one to tell.
      graph[0] = 0;
    }
    if (graph[0] != 0) {
      device.driver().cuGraphDestroy(graph[0]);
    }
  }

  /** Frees it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.give(() -> device.driver().cuStreamDestroy_v2(handle));
    }
  }
}
