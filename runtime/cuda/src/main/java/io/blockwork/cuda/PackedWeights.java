package io.blockwork.cuda;

import io.blockwork.cuda.DeviceConvolution.Weights;
import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.DeviceMemory;
import io.blockwork.cuda.driver.KernelModule.Grid;
import io.blockwork.cuda.driver.Stream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A network's weights for inference, in the kernels' order and with norms folded in: made of its
 * parameters on the device, and shared by all its plans.
 */
final class PackedWeights implements AutoCloseable {
  private static final int THREADS = 256;
  private static final int MOST_BLOCKS = 1024;

  /**
   * Which weights, for which kernels.
   *
   * @param norm whose running statistics, scale and shift are folded in
   * @param eps of the norm
   * @param factor of everything
   * @param bias the name of the bias, if there is one
   */
  record Folding(Optional<String> norm, double eps, double factor, Optional<String> bias) {}

  private record Key(
      String path, Folding folding, int out, int in, int height, int width, int outs, int ins) {}

  private record Entry(DeviceMemory memory, Consumer<Stream> fill) {}

  private final Device device;
  private final KernelModules kernels;
  private final DeviceParameters parameters;
  private final Map<Object, Entry> entries = new HashMap<>();

  /** Whether an entry is newer than the last filling. */
  private boolean incomplete;

  PackedWeights(Device device, KernelModules kernels, DeviceParameters parameters) {
    this.device = device;
    this.kernels = kernels;
    this.parameters = parameters;
  }

  /**
   * The weight of a convolution or a linear layer.
   *
   * @param path of the layer
   * @param shape of the convolution
   * @param alignment channels at a time
   * @param bytes of a packed value
   */
  synchronized Weights weights(
      String path, Folding folding, DeviceConvolution shape, int alignment, int bytes) {
    int out = shape.conv().out();
    int in = shape.conv().in() / shape.conv().groups();
    int height = shape.conv().kernelHeight();
    int width = shape.conv().kernelWidth();
    int outs = shape.packedOut(alignment);
    int ins = shape.packedIn(alignment);
    long values = (long) outs * height * width * ins;
    long biasAt = roundUp(values * bytes);
    long plainAt = biasAt + roundUp((long) outs * bytes);
    Key key = new Key(path, folding, out, in, height, width, outs, ins);
    DeviceMemory memory =
        entry(
            key,
            plainAt + (long) outs * Float.BYTES,
            (stream, at) ->
                kernels
                    .of(Source.CONVOLUTIONS)
                    .launch(
                        stream,
                        "pack_weight",
                        grid(values),
                        parameters.of(path + ".weight").address(),
                        folding.bias().map(b -> parameters.of(b).address()).orElse(0L),
                        norm(folding, ".weight"),
                        norm(folding, ".bias"),
                        norm(folding, ".running_mean"),
                        norm(folding, ".running_var"),
                        (float) folding.eps(),
                        (float) folding.factor(),
                        at,
                        at + biasAt,
                        at + plainAt,
                        out,
                        in,
                        height,
                        width,
                        outs,
                        ins));
    return new Weights(
        memory::address, () -> memory.address() + biasAt, () -> memory.address() + plainAt);
  }

  private long norm(Folding folding, String what) {
    return folding.norm().map(n -> parameters.of(n + what).address()).orElse(0L);
  }

  private static long roundUp(long bytes) {
    return (bytes + 255) / 256 * 256;
  }

  private static Grid grid(long values) {
    long blocks = Math.max(1, Math.min((values + THREADS - 1) / THREADS, MOST_BLOCKS));
    return new Grid((int) blocks, 1, THREADS, 1);
  }

  /** Scale and shift that equal a batch norm with its running statistics. */
  synchronized ScaleShift norm(String path, double eps, int channels) {
    long shiftAt = roundUp((long) channels * Float.BYTES);
    DeviceMemory memory =
        entry(
            new ScaleShiftKey(path, eps),
            2 * shiftAt,
            (stream, at) ->
                kernels
                    .of(Source.NORMS)
                    .launch(
                        stream,
                        "norm_fold",
                        grid(channels),
                        parameters.of(path + ".weight").address(),
                        parameters.of(path + ".bias").address(),
                        parameters.of(path + ".running_mean").address(),
                        parameters.of(path + ".running_var").address(),
                        at,
                        at + shiftAt,
                        channels,
                        (float) eps));
    return new ScaleShift(memory::address, () -> memory.address() + shiftAt);
  }

  private record ScaleShiftKey(String path, double eps) {}

  private interface Filler {
    void fill(Stream stream, long address);
  }

  private DeviceMemory entry(Object key, long bytes, Filler filler) {
    Entry known = entries.get(key);
    if (known == null) {
      DeviceMemory memory = device.allocate(bytes);
      known = new Entry(memory, stream -> filler.fill(stream, memory.address()));
      entries.put(key, known);
      incomplete = true;
    }
    return known.memory();
  }

  /** Whether some weights have never been made. */
  synchronized boolean incomplete() {
    return incomplete;
  }

  /** Makes all weights of the parameters as they are on the device now. */
  synchronized void fill(Stream stream) {
    entries.values().forEach(entry -> entry.fill().accept(stream));
    incomplete = false;
  }

  @Override
  public synchronized void close() {
    try (Resources all = new Resources()) {
      entries.values().forEach(entry -> all.add(entry.memory(), entry.memory()::close));
    } finally {
      entries.clear();
    }
  }
}
