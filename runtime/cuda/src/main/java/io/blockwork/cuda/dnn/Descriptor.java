package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.Cudnn;
import java.util.Arrays;

/** One of cuDNN's backend descriptors. */
final class Descriptor implements AutoCloseable {
  private static final int FEW = 16;

  private final Cudnn cudnn;
  private final long handle;

  Descriptor(Cudnn cudnn, int kind) {
    this.cudnn = cudnn;
    long[] made = {0};
    cudnn.cudnnBackendCreateDescriptor(kind, made);
    this.handle = made[0];
  }

  long handle() {
    return handle;
  }

  Descriptor numbers(int attribute, long... values) {
    return longs(attribute, Constants.TYPE_INT64, values);
  }

  Descriptor longs(int attribute, int type, long... values) {
    cudnn.cudnnBackendSetAttribute(handle, attribute, type, (long) values.length, values);
    return this;
  }

  Descriptor choice(int attribute, int type, int value) {
    cudnn.cudnnBackendSetAttribute(handle, attribute, type, 1L, new int[] {value});
    return this;
  }

  Descriptor factor(int attribute, float value) {
    cudnn.cudnnBackendSetAttribute(
        handle, attribute, Constants.TYPE_FLOAT, 1L, new float[] {value});
    return this;
  }

  Descriptor truth(int attribute, boolean value) {
    byte[] one = {(byte) (value ? 1 : 0)};
    cudnn.cudnnBackendSetAttribute(handle, attribute, Constants.TYPE_BOOLEAN, 1L, one);
    return this;
  }

  Descriptor parts(int attribute, Descriptor... parts) {
    long[] handles = Arrays.stream(parts).mapToLong(Descriptor::handle).toArray();
    return longs(attribute, Constants.TYPE_BACKEND_DESCRIPTOR, handles);
  }

  Descriptor done() {
    cudnn.cudnnBackendFinalize(handle);
    return this;
  }

  long number(int attribute) {
    long[] value = {0};
    cudnn.cudnnBackendGetAttribute(
        handle, attribute, Constants.TYPE_INT64, 1L, new long[] {0}, value);
    return value[0];
  }

  /** The first few choices. */
  int[] choices(int attribute, int type) {
    long[] count = {0};
    int[] values = new int[FEW];
    cudnn.cudnnBackendGetAttribute(handle, attribute, type, (long) FEW, count, values);
    return Arrays.copyOf(values, (int) Math.min(FEW, count[0]));
  }

  /** How many parts there are. */
  long count(int attribute) {
    long[] count = {0};
    cudnn.cudnnBackendGetAttribute(
        handle, attribute, Constants.TYPE_BACKEND_DESCRIPTOR, 0L, count, (long[]) null);
    return count[0];
  }

  /** Fills parts that were made for it; how many it filled. */
  int fill(int attribute, Descriptor... parts) {
    long[] handles = Arrays.stream(parts).mapToLong(Descriptor::handle).toArray();
    long[] count = {0};
    cudnn.cudnnBackendGetAttribute(
        handle,
        attribute,
        Constants.TYPE_BACKEND_DESCRIPTOR,
        (long) handles.length,
        count,
        handles);
    return (int) Math.min(count[0], parts.length);
  }

  @Override
  public void close() {
    cudnn.cudnnBackendDestroyDescriptor(handle);
  }
}
