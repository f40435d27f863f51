package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.HostMemory;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.memory.Address;
import io.blockwork.memory.NativeValues;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The way of a tensor between the host, in float and the order image, channel, row, column, and the
 * device.
 */
final class Port {
  private final CudaTensor tensor;
  private final Arena.Storage staging;
  private final HostMemory host;

  Port(Device device, Arena arena, Resources resources, CudaTensor tensor) {
    this.tensor = tensor;
    this.staging = arena.reserve("staging", bytes(tensor));
    HostMemory memory = device.allocateHost(bytes(tensor));
    this.host = resources.add(memory, memory::close);
  }

  private static long bytes(CudaTensor tensor) {
    return tensor.form().batch() * tensor.elements() * Float.BYTES;
  }

  CudaTensor tensor() {
    return tensor;
  }

  /** Where the values are on their way, in the host's order. */
  Place staging() {
    return staging;
  }

  /** Puts what was copied to the device into the tensor. */
  void emitIn(Emitter to) {
    to.each(
        Source.TRANSFERS,
        "images_in",
        tensor.pixels(),
        staging,
        tensor,
        tensor.pitch(),
        tensor.pixels(),
        tensor.plane(),
        tensor.channels(),
        tensor.isWhole() ? tensor.pitch() : tensor.channels(),
        tensor.isAligned());
  }

  /** Makes what is to be copied to the host. */
  void emitOut(Emitter to) {
    to.each(
        Source.TRANSFERS,
        "images_out",
        (long) tensor.pixels() * tensor.channels(),
        tensor,
        tensor.pitch(),
        staging,
        tensor.pixels(),
        tensor.plane(),
        tensor.channels());
  }

  /** Copies the array to the device. */
  void send(Stream stream, String what, INDArray array) {
    BindChecks.array(what, tensor, array);
    INDArray source = NativeValues.contiguous(array);
    send(stream, NativeValues.address(source));
    Reference.reachabilityFence(source);
  }

  /** Copies values that lie one behind the other to the device. */
  void send(Stream stream, long from) {
    send(
        stream,
        (begin, end) ->
            Pointer.memcpy(
                new Address(host.address() + begin), new Address(from + begin), end - begin));
  }

  private void send(Stream stream, StagedCopy.Range copy) {
    StagedCopy.USUAL.run(
        bytes(tensor),
        copy,
        (begin, end) ->
            stream.toDevice(staging.address() + begin, host.address() + begin, end - begin));
  }

  /** Copies the values to the device. */
  void send(Stream stream, String what, FloatBuffer values) {
    tensor.requireValues(what, tensor.form().batch(), values.remaining());
    int first = values.position();
    send(
        stream,
        (begin, end) -> {
          int from = Math.toIntExact(begin / Float.BYTES);
          int count = Math.toIntExact((end - begin) / Float.BYTES);
          NativeValues.floats(host.address() + begin, count).put(values.slice(first + from, count));
        });
    values.position(values.limit());
  }

  /** Begins to copy to the host. */
  void fetch(Stream stream) {
    stream.toHost(host.address(), staging.address(), bytes(tensor));
  }

  /** Hands out what was copied to the host. */
  void read(INDArray array) {
    INDArray target = NativeValues.contiguous(array);
    read(NativeValues.address(target));
    if (target != array) {
      array.assign(target);
    }
  }

  /** Hands out what was copied to the host. */
  void read(long to) {
    Pointer.memcpy(new Address(to), new Address(host.address()), bytes(tensor));
  }

  /** Hands out what was copied to the host. */
  void read(FloatBuffer values) {
    values.put(NativeValues.floats(host.address(), values.remaining()));
  }
}
