package io.blockwork.cuda.driver;

/** Measures how long a device takes. */
public final class Timer implements AutoCloseable {
  private final Device device;
  private final Stream stream;
  private final long begin;
  private final long end;

  /** A timer of what is put on a stream. */
  public Timer(Device device, Stream stream) {
    this.device = device;
    this.stream = stream;
    this.begin = event(device);
    long second;
    try {
      second = event(device);
    } catch (RuntimeException e) {
      device.driver().cuEventDestroy_v2(begin);
      throw e;
    }
    this.end = second;
  }

  private static long event(Device device) {
    long[] event = {0};
    device.driver().cuEventCreate(event, 0);
    return event[0];
  }

  /** Milliseconds that the device takes for what the work puts on the stream. */
  public float milliseconds(Runnable work) {
    Driver driver = device.driver();
    driver.cuEventRecord(begin, stream.handle());
    work.run();
    driver.cuEventRecord(end, stream.handle());
    driver.cuEventSynchronize(end);
    float[] time = {0};
    driver.cuEventElapsedTime(time, begin, end);
    return time[0];
  }

  @Override
  public void close() {
    device.driver().cuEventDestroy_v2(begin);
    device.driver().cuEventDestroy_v2(end);
  }
}
