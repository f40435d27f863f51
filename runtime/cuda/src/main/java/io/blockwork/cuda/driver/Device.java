package io.blockwork.cuda.driver;

import io.blockwork.io.SafeText;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One GPU. It gives its context and cuDNN's handle back some time after it was collected as
 * garbage.
 */
public final class Device {
  private static final int MULTIPROCESSORS = 16;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int OLDEST_MAJOR = 7;
  private static final int BFLOAT16_MAJOR = 8;
  private static final int NON_BLOCKING = 1;
  private static final int NAME_BYTES = 256;
  private static final Cleaner CLEANER = Cleaner.create();

  private final CudaLibraries libraries;
  private final long context;
  private final String name;
  private final int major;
  private final int minor;
  private final int multiprocessors;
  private final long cudnnHandle;

  /** Held while kernels are made and work is recorded: cuDNN's handle serves one at a time. */
  private final ReentrantLock lock = new ReentrantLock();

  private Device(
      CudaLibraries libraries, int device, long context, String name, int major, int minor) {
    this.libraries = libraries;
    this.context = context;
    this.name = name;
    this.major = major;
    this.minor = minor;
    Driver driver = libraries.driver();
    driver.cuCtxSetCurrent(context);
    this.multiprocessors = attribute(driver, MULTIPROCESSORS, device);
    long[] handle = {0};
    libraries.cudnn().cudnnCreate(handle);
    this.cudnnHandle = handle[0];
    CLEANER.register(
        this,
        () -> {
          driver.cuCtxSetCurrent(context);
          libraries.cudnn().cudnnDestroy(handle[0]);
          driver.cuDevicePrimaryCtxRelease_v2(device);
        });
  }

  /**
   * Opens a GPU.
   *
   * @param ordinal its number, from 0
   * @throws IllegalStateException if there is no GPU, or it is too old
   * @throws IllegalArgumentException if there is none of that number
   * @throws CudaException if the driver fails
   */
  public static Device open(CudaLibraries libraries, int ordinal) {
    Driver driver = libraries.driver();
    driver.cuInit(0);
    int[] count = {0};
    driver.cuDeviceGetCount(count);
    if (count[0] == 0) {
      throw new IllegalStateException(
          "NVIDIA's driver is here, but sees no GPU: look at nvidia-smi and CUDA_VISIBLE_DEVICES");
    }
    if (ordinal < 0 || ordinal >= count[0]) {
      throw new IllegalArgumentException(
          SafeText.format("device: expected 0 to %d, got %d", count[0] - 1, ordinal));
    }
    int[] device = {0};
    driver.cuDeviceGet(device, ordinal);
    byte[] text = new byte[NAME_BYTES];
    driver.cuDeviceGetName(text, text.length, device[0]);
    String name = new String(text, StandardCharsets.UTF_8).replaceAll("\0.*", "");
    int major = attribute(driver, CAPABILITY_MAJOR, device[0]);
    int minor = attribute(driver, CAPABILITY_MINOR, device[0]);
    if (major < OLDEST_MAJOR) {
      throw new IllegalStateException(
          SafeText.format(
              "%s has compute capability %d.%d, expected %d.0 or newer: cuDNN 9 has no kernels for it",
              name, major, minor, OLDEST_MAJOR));
    }
    long[] context = {0};
    driver.cuDevicePrimaryCtxRetain(context, device[0]);
    try {
      return new Device(libraries, device[0], context[0], name, major, minor);
    } catch (RuntimeException e) {
      driver.cuDevicePrimaryCtxRelease_v2(device[0]);
      throw e;
    }
  }

  private static int attribute(Driver driver, int attribute, int device) {
    int[] value = {0};
    driver.cuDeviceGetAttribute(value, attribute, device);
    return value[0];
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its compute capability, as 10 * major + minor. */
  public int capability() {
    return 10 * major + minor;
  }

  /** Whether it computes in bfloat16. */
  public boolean hasBfloat16() {
    return major >= BFLOAT16_MAJOR;
  }

  /** How many multiprocessors it has. */
  public int multiprocessors() {
    return multiprocessors;
  }

  /** The libraries. */
  public CudaLibraries libraries() {
    return libraries;
  }

  /** The driver. */
  public Driver driver() {
    return libraries.driver();
  }

  /** cuDNN's handle; used by whoever holds {@link #lock}. */
  public long cudnnHandle() {
    return cudnnHandle;
  }

  /** Held while kernels are made and work is recorded. */
  public ReentrantLock lock() {
    return lock;
  }

  /** Makes this the calling thread's device: before all else that a thread does with it. */
  public void use() {
    driver().cuCtxSetCurrent(context);
  }

  /** Gives something back, also if the device refuses to be used. */
  void give(Runnable back) {
    try {
      use();
    } finally {
      back.run();
    }
  }

  /** Bytes that nobody has taken. */
  public long freeBytes() {
    long[] free = {0};
    driver().cuMemGetInfo_v2(free, new long[1]);
    return free[0];
  }

  /**
   * Memory, whose values are undefined.
   *
   * @throws CudaException if there is not so much
   */
  public DeviceMemory allocate(long bytes) {
    long[] address = {0};
    driver().cuMemAlloc_v2(address, Math.max(1, bytes));
    return new DeviceMemory(this, address[0], bytes);
  }

  /** Memory of the host, whose values are undefined. */
  public HostMemory allocateHost(long bytes) {
    long[] address = {0};
    driver().cuMemHostAlloc(address, Math.max(1, bytes), 0);
    return new HostMemory(this, address[0]);
  }

  /** A new stream. */
  public Stream newStream() {
    long[] stream = {0};
    driver().cuStreamCreate(stream, NON_BLOCKING);
    return new Stream(this, stream[0]);
  }

  @Override
  public String toString() {
    return SafeText.format("%s (compute capability %d.%d)", name, major, minor);
  }
}
