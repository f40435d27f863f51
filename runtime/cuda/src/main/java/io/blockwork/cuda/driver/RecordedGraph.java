package io.blockwork.cuda.driver;

/** Recorded work that is launched as a whole: a CUDA graph. */
public final class RecordedGraph implements AutoCloseable {
  private final Device device;
  private final long handle;
  private boolean closed;

  RecordedGraph(Device device, long handle) {
    this.device = device;
    this.handle = handle;
  }

  /** Puts all of it on the stream. */
  public void launch(Stream stream) {
    device.driver().cuGraphLaunch(handle, stream.handle());
  }

  /** Frees it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.give(() -> device.driver().cuGraphExecDestroy(handle));
    }
  }
}
