package io.blockwork.cuda.driver;

import org.jspecify.annotations.Nullable;

/** The functions of cuDNN's graph interface that are used; see {@link Driver}. */
public interface Cudnn {
  /** Its version, as 10000 * major + 100 * minor + patch. */
  long cudnnGetVersion();

  /** A handle, for the calling thread's context. */
  void cudnnCreate(long[] handle);

  /** Frees it. */
  void cudnnDestroy(long handle);

  /** The stream that executions with the handle run on. */
  void cudnnSetStream(long handle, long stream);

  /** A descriptor of that kind. */
  void cudnnBackendCreateDescriptor(int kind, long[] descriptor);

  /** Frees it. */
  void cudnnBackendDestroyDescriptor(long descriptor);

  /** Sets numbers or addresses. */
  void cudnnBackendSetAttribute(long descriptor, int name, int type, long count, long[] values);

  /** Sets choices. */
  void cudnnBackendSetAttribute(long descriptor, int name, int type, long count, int[] values);

  /** Sets factors. */
  void cudnnBackendSetAttribute(long descriptor, int name, int type, long count, float[] values);

  /** Sets truths. */
  void cudnnBackendSetAttribute(long descriptor, int name, int type, long count, byte[] values);

  /** Checks what was set, after which it does not change. */
  void cudnnBackendFinalize(long descriptor);

  /** Reads numbers or addresses; without an array for them, it tells how many there are. */
  void cudnnBackendGetAttribute(
      long descriptor, int name, int type, long space, long[] count, long @Nullable [] values);

  /** Reads choices. */
  void cudnnBackendGetAttribute(
      long descriptor, int name, int type, long space, long[] count, int[] values);

  /** Runs a plan on the addresses of a variant pack. */
  void cudnnBackendExecute(long handle, long plan, long variantPack);
}
