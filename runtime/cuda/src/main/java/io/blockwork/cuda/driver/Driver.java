package io.blockwork.cuda.driver;

import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of CUDA's driver that are used, by their names in the library. Each throws {@link
 * CudaException} where the driver returns an error. Handles and device addresses are plain longs;
 * an array of one value receives a result.
 */
public interface Driver {
  /** Starts the driver; flags are 0. */
  void cuInit(int flags);

  /** How many GPUs there are. */
  void cuDeviceGetCount(int[] count);

  /** The handle of a GPU. */
  void cuDeviceGet(int[] device, int ordinal);

  /** Its name, ending in a 0. */
  void cuDeviceGetName(byte[] name, int length, int device);

  /** A property of it. */
  void cuDeviceGetAttribute(int[] value, int attribute, int device);

  /** The context that all of a process share. */
  void cuDevicePrimaryCtxRetain(long[] context, int device);

  /** Gives it back. */
  void cuDevicePrimaryCtxRelease_v2(int device);

  /** Sets the calling thread's context. */
  void cuCtxSetCurrent(long context);

  /** Free and total bytes. */
  void cuMemGetInfo_v2(long[] free, long[] total);

  /** Device memory. */
  void cuMemAlloc_v2(long[] address, long bytes);

  /** Frees it. */
  void cuMemFree_v2(long address);

  /** Host memory that the device copies from and to at full speed. */
  void cuMemHostAlloc(long[] address, long bytes, int flags);

  /** Frees it. */
  void cuMemFreeHost(long address);

  /** Copies to the device, in the order of the stream. */
  void cuMemcpyHtoDAsync_v2(long to, long from, long bytes, long stream);

  /** Copies to the host, in the order of the stream. */
  void cuMemcpyDtoHAsync_v2(long to, long from, long bytes, long stream);

  /** Sets bytes. */
  void cuMemsetD8Async(long address, byte value, long bytes, long stream);

  /** A new stream. */
  void cuStreamCreate(long[] stream, int flags);

  /** Frees it. */
  void cuStreamDestroy_v2(long stream);

  /** Waits until all is done. */
  void cuStreamSynchronize(long stream);

  /** From here on the stream's work is recorded, not done. */
  void cuStreamBeginCapture_v2(long stream, int mode);

  /** What was recorded. */
  void cuStreamEndCapture(long stream, long[] graph);

  /** Makes a recorded graph one that can be launched. */
  void cuGraphInstantiateWithFlags(long[] executable, long graph, long flags);

  /** Launches it. */
  void cuGraphLaunch(long executable, long stream);

  /** Frees what was recorded. */
  void cuGraphDestroy(long graph);

  /** Frees what can be launched. */
  void cuGraphExecDestroy(long executable);

  /** Loads compiled kernels. */
  void cuModuleLoadData(long[] module, byte[] image);

  /** A kernel by name. */
  void cuModuleGetFunction(long[] function, long module, String name);

  /** Launches a kernel; {@code parameters} are addresses of its arguments. */
  void cuLaunchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      long stream,
      Pointer parameters,
      @Nullable Pointer extra);

  /** A new event. */
  void cuEventCreate(long[] event, int flags);

  /** Marks a place in a stream. */
  void cuEventRecord(long event, long stream);

  /** Waits for it. */
  void cuEventSynchronize(long event);

  /** Milliseconds between two events. */
  void cuEventElapsedTime(float[] milliseconds, long begin, long end);

  /** Frees it. */
  void cuEventDestroy_v2(long event);
}
