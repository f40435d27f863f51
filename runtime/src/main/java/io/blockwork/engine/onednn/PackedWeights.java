package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.blockwork.engine.Conv;
import io.blockwork.engine.depthwise.DepthwiseWeights;
import io.blockwork.engine.winograd.WinogradWeights;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.memory.Address;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/**
 * A network's weights for inference, in the layouts that kernels want and with the batch norms
 * folded in. All plans of a network share them, and each makes anew what it uses after the
 * parameters have changed: see {@link PlanWeights}.
 *
 * <p>Holds no reference to the {@link Parameters}, so that it can be kept beside them in a weak
 * map.
 */
final class PackedWeights {
  /**
   * What a layer computes with.
   *
   * @param weight as its kernel wants it
   * @param bias one for each output channel
   * @param scales of a weight in bytes: what one step of its sums stands for in each channel
   */
  record Packed(memory weight, memory bias, Optional<memory> scales) {
    Packed(memory weight, memory bias) {
      this(weight, bias, Optional.empty());
    }
  }

  private interface Filler {
    void fill(Parameters parameters);
  }

  /** The version of no parameters. */
  static final long NEVER = -1;

  /** One layer's weights in one layout. */
  static final class Entry {
    /** Layers whose parameters it is made of. */
    private final List<String> layers;

    private final memory.desc layout;
    private final Packed packed;
    private final Filler filler;

    /** Version of the parameters that it was made of. */
    private volatile long version = NEVER;

    Entry(List<String> layers, memory.desc layout, Packed packed, Filler filler) {
      this.layers = layers;
      this.layout = layout;
      this.packed = packed;
      this.filler = filler;
    }

    Packed packed() {
      return packed;
    }

    /** Whether it is made of the parameters' present values. */
    boolean isCurrent(Parameters parameters) {
      for (String layer : layers) {
        if (version < parameters.version(layer)) {
          return false;
        }
      }
      return true;
    }

    /** Makes it, unless somebody else has, on one thread: there are many to do side by side. */
    synchronized void fill(Parameters parameters) {
      long current = parameters.version();
      if (!isCurrent(parameters)) {
        OneDnnLibrary.onThreads(1, () -> filler.fill(parameters));
        version = current;
      }
    }
  }

  /** What computes with a weight. */
  private enum Kind {
    CONVOLUTION,
    WINOGRAD,
    DEPTHWISE,
    NORM,
    LINEAR,
    BYTES,
    BYTE_NORM
  }

  private final Arena arena = new Arena();

  /** By their kind and what they depend on; those of one key differ in layout. */
  private final Map<List<Object>, List<Entry>> entries = new HashMap<>();

  /** How many use this. Guarded by the {@link NetworkState} that this belongs to. */
  private int plans;

  /** Counts the plans that use this. */
  void acquire() {
    plans++;
  }

  /** Whether no plan uses this any longer; its memory is freed then. */
  boolean release() {
    plans--;
    if (plans > 0) {
      return false;
    }
    arena.close();
    entries.clear();
    return true;
  }

  /**
   * The weight of the convolution in the given layout. It has values once it is {@linkplain
   * Entry#fill filled}.
   */
  synchronized Entry convolution(
      FoldedWeight folded, ConvolutionPrimitive convolution, memory.desc layout) {
    List<Object> key = List.of(Kind.CONVOLUTION, folded.key(), convolution.in());
    return find(key, layout)
        .orElseGet(
            () -> {
              memory weight = allocate(layout);
              int out = convolution.conv().out();
              memory bias = allocate(vector(out));
              return add(
                  key,
                  new Entry(
                      folded.layers(),
                      arena.own(new memory.desc(layout)),
                      new Packed(weight, bias),
                      p -> fold(p, folded, convolution, weight, bias)));
            });
  }

  /**
   * The weight of a 3x3 convolution for Winograd's filtering, likewise.
   *
   * @param checked may have memory for it that the system has given already
   */
  synchronized Entry winograd(
      FoldedWeight folded, Conv conv, WinogradWeights.Layout layout, CheckMemory checked) {
    List<Object> key = List.of(Kind.WINOGRAD, folded.key(), layout.key());
    return find(key)
        .orElseGet(
            () -> {
              memory.desc desc = arena.own(vector(layout.bytes() / Float.BYTES));
              long address =
                  checked
                      .giveWeights(layout.bytes())
                      .map(arena::keep)
                      .orElseGet(() -> arena.allocate(layout.bytes()));
              memory weight = arena.own(new memory(desc, BoundPlan.cpu(), new Address(address)));
              memory bias = allocate(vector(conv.out()));
              WinogradWeights transform = WinogradWeights.of(layout, 1);
              arena.onClose(transform::close);
              return add(
                  key,
                  new Entry(
                      folded.layers(),
                      desc,
                      new Packed(weight, bias),
                      p -> transform(p, folded, conv, transform, weight, bias)));
            });
  }

  private static void transform(
      Parameters parameters,
      FoldedWeight folded,
      Conv conv,
      WinogradWeights transform,
      memory weight,
      memory bias) {
    ConvolutionPrimitive convolution = new ConvolutionPrimitive(conv, conv.in());
    try (Arena staging = new Arena()) {
      memory.desc rows =
          staging.own(
              new memory.desc(
                  convolution.weightDims(), memory.data_type.f32, memory.format_tag.hwio));
      memory plain = allocate(staging, rows);
      fold(parameters, folded, convolution, plain, bias);
      transform.run(plain.get_data_handle().address(), weight.get_data_handle().address());
    }
  }

  /** The weight and bias of a depthwise convolution for our own code, in one memory. */
  synchronized Entry depthwise(FoldedWeight folded, Conv conv, DepthwiseWeights layout) {
    List<Object> key = List.of(Kind.DEPTHWISE, folded.key(), layout.key());
    return find(key)
        .orElseGet(
            () -> {
              memory.desc desc = arena.own(vector(layout.length()));
              memory weight = allocate(desc);
              return add(
                  key,
                  new Entry(
                      folded.layers(),
                      desc,
                      new Packed(weight, weight),
                      p -> arrange(p, folded, conv, layout, weight)));
            });
  }

  private static void arrange(
      Parameters parameters,
      FoldedWeight folded,
      Conv conv,
      DepthwiseWeights layout,
      memory weight) {
    ConvolutionPrimitive convolution = new ConvolutionPrimitive(conv, conv.in());
    try (Arena staging = new Arena()) {
      memory.desc rows = staging.own(convolution.plainWeight());
      memory plain = allocate(staging, rows);
      memory bias = allocate(staging, staging.own(vector(conv.out())));
      fold(parameters, folded, convolution, plain, bias);
      float[] weights = new float[Math.toIntExact(rows.get_size() / Float.BYTES)];
      floats(plain, weights.length).get(weights);
      float[] biases = new float[conv.out()];
      floats(bias, biases.length).get(biases);
      layout.fill(weights, biases, floats(weight, layout.length()));
    }
  }

  /** Factors and addends of a batch norm, block by block. */
  synchronized Entry norm(String path, double eps, int channels) {
    List<Object> key = List.of(Kind.NORM, path, eps);
    return find(key)
        .orElseGet(
            () -> {
              memory.desc layout = arena.own(vector(2L * channels));
              memory factors = allocate(layout);
              FoldedWeight norm = new FoldedWeight(path, false, Optional.of(path), eps, 1);
              return add(
                  key,
                  new Entry(
                      norm.layers(),
                      layout,
                      new Packed(factors, factors),
                      p -> interleave(p, norm, channels, factors)));
            });
  }

  private static void interleave(
      Parameters parameters, FoldedWeight norm, int channels, memory factors) {
    FloatBuffer scale = FloatBuffer.allocate(channels);
    FloatBuffer shift = FloatBuffer.allocate(channels);
    norm.fill(parameters, scale, shift);
    FloatBuffer all = NativeValues.floats(factors.get_data_handle().address(), 2L * channels);
    for (int from = 0; from < channels; from += Layout.BLOCK) {
      all.put(2 * from, scale.array(), from, Layout.BLOCK);
      all.put(2 * from + Layout.BLOCK, shift.array(), from, Layout.BLOCK);
    }
  }

  /** The weight of the convolution in bytes, with its scales. */
  synchronized Entry bytes(
      FoldedWeight folded,
      ConvolutionPrimitive convolution,
      ByteScaling scaling,
      memory.desc layout) {
    List<Object> key = List.of(Kind.BYTES, folded.key(), scaling);
    return find(key, layout)
        .orElseGet(
            () -> {
              memory weight = allocate(layout);
              memory.desc channels = vector(convolution.conv().out());
              Packed packed =
                  new Packed(weight, allocate(channels), Optional.of(allocate(channels)));
              return add(
                  key,
                  new Entry(
                      folded.layers(),
                      arena.own(new memory.desc(layout)),
                      packed,
                      p -> quantize(p, folded, convolution, scaling, packed)));
            });
  }

  private static void quantize(
      Parameters parameters,
      FoldedWeight folded,
      ConvolutionPrimitive convolution,
      ByteScaling scaling,
      Packed packed) {
    try (Arena staging = new Arena()) {
      memory.desc plain = staging.own(convolution.plainWeight(memory.data_type.s8));
      long address = staging.allocate(plain.get_size());
      ByteWeights.fill(
          parameters, folded, scaling, NativeValues.bytes(address, plain.get_size()), packed);
      copy(staging.own(new memory(plain, BoundPlan.cpu(), new Address(address))), packed.weight());
    }
  }

  /** Factors and addends of a batch norm that reads bytes and writes bytes or floats. */
  synchronized Entry byteNorm(String path, double eps, ByteGrid from, Optional<ByteGrid> to) {
    int channels = from.channels();
    List<Object> key = List.of(Kind.BYTE_NORM, path, eps, from.values(), to.map(ByteGrid::values));
    return find(key)
        .orElseGet(
            () -> {
              memory.desc layout = arena.own(vector(channels));
              Packed packed = new Packed(allocate(layout), allocate(layout));
              FoldedWeight norm = new FoldedWeight(path, false, Optional.of(path), eps, 1);
              return add(
                  key,
                  new Entry(
                      norm.layers(),
                      layout,
                      packed,
                      p -> ByteNorm.fill(p, norm, from, to, packed)));
            });
  }

  /** The weight of the linear layer in the given layout, and its bias or zeros, likewise. */
  synchronized Entry linear(String path, boolean hasBias, int out, int in, memory.desc layout) {
    List<Object> key = List.of(Kind.LINEAR, path);
    return find(key, layout)
        .orElseGet(
            () -> {
              memory weight = allocate(layout);
              memory bias = allocate(vector(out));
              return add(
                  key,
                  new Entry(
                      List.of(path),
                      arena.own(new memory.desc(layout)),
                      new Packed(weight, bias),
                      p -> {
                        copy(p, path + ".weight", matrix(out, in), weight);
                        if (hasBias) {
                          floats(bias, out).put(p.values(path + ".bias").floats());
                        } else {
                          Pointer.memset(bias.get_data_handle(), 0, (long) out * Float.BYTES);
                        }
                      }));
            });
  }

  private Stream<Entry> entries(List<Object> key) {
    return entries.getOrDefault(key, List.of()).stream();
  }

  private Optional<Entry> find(List<Object> key) {
    return entries(key).findFirst();
  }

  private Optional<Entry> find(List<Object> key, memory.desc layout) {
    return entries(key).filter(e -> e.layout.equals(layout)).findFirst();
  }

  private Entry add(List<Object> key, Entry entry) {
    entries.computeIfAbsent(key, k -> new ArrayList<>()).add(entry);
    return entry;
  }

  private memory allocate(memory.desc desc) {
    return allocate(arena, desc);
  }

  private static memory allocate(Arena arena, memory.desc desc) {
    return arena.own(
        new memory(desc, BoundPlan.cpu(), new Address(arena.allocate(desc.get_size()))));
  }

  /** The values of a vector of single precision. */
  static FloatBuffer floats(memory vector, long length) {
    return NativeValues.floats(vector.get_data_handle().address(), length);
  }

  static memory.desc vector(long length) {
    return new memory.desc(new long[] {length}, memory.data_type.f32, memory.format_tag.x);
  }

  private static memory.desc matrix(long rows, long columns) {
    return new memory.desc(new long[] {rows, columns}, memory.data_type.f32, memory.format_tag.ab);
  }

  private static void copy(Parameters parameters, String name, memory.desc desc, memory to) {
    try (memory from =
        new memory(desc, BoundPlan.cpu(), new Address(parameters.values(name).address()))) {
      copy(from, to);
    }
  }

  private static void fold(
      Parameters parameters,
      FoldedWeight folded,
      ConvolutionPrimitive convolution,
      memory weight,
      memory bias) {
    int out = convolution.conv().out();
    try (Arena staging = new Arena()) {
      memory plain =
          staging.own(
              new memory(
                  staging.own(convolution.plainWeight()),
                  BoundPlan.cpu(),
                  new Address(parameters.values(folded.path() + ".weight").address())));
      memory source = convolution.isPadded() ? padded(staging, convolution, plain) : plain;
      long scales = staging.allocate((long) out * Float.BYTES);
      folded.fill(parameters, NativeValues.floats(scales, out), floats(bias, out));
      if (folded.isScaled()) {
        memory.desc vector = staging.own(vector(out));
        memory factors = staging.own(new memory(vector, BoundPlan.cpu(), new Address(scales)));
        copy(source, weight, Optional.of(factors), convolution.outputDims());
      } else {
        copy(source, weight, Optional.empty(), 0);
      }
    }
  }

  /** The weight with the input channels that were added, which are zeros. */
  private static memory padded(Arena staging, ConvolutionPrimitive convolution, memory plain) {
    memory.desc desc = staging.own(convolution.paddedWeight(memory.data_type.f32));
    Address address = new Address(staging.allocate(desc.get_size()));
    Pointer.memset(address, 0, desc.get_size());
    memory.desc part = staging.own(convolution.withoutPadding(desc));
    copy(plain, staging.own(new memory(part, BoundPlan.cpu(), address)));
    return staging.own(new memory(desc, BoundPlan.cpu(), address));
  }

  private static void copy(memory from, memory to) {
    copy(from, to, Optional.empty(), 0);
  }

  /**
   * Re-orders.
   *
   * @param scales factors of the values, if they are to be scaled
   * @param dims bits of the dimensions along which the factors differ
   */
  private static void copy(memory from, memory to, Optional<memory> scales, int dims) {
    try (stream stream = OneDnnLibrary.newStream();
        primitive_attr attributes = new primitive_attr();
        IntMemoryMap arguments = new IntMemoryMap()) {
      if (scales.isPresent()) {
        attributes.set_scales_mask(DNNL_ARG_SRC, dims);
        arguments.put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scales.get());
      }
      arguments.put(DNNL_ARG_FROM, from);
      arguments.put(DNNL_ARG_TO, to);
      try (reorder.primitive_desc description =
              new reorder.primitive_desc(from, to, attributes, false);
          reorder copy = new reorder(description)) {
        copy.execute(stream, arguments);
        stream._wait();
      }
    }
  }
}
