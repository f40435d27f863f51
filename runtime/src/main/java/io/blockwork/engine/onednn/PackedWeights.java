package io.blockwork.engine.onednn;

import io.blockwork.Parameters;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;

/**
 * A network's weights for inference, in the layouts that kernels want and with the batch norms
 * folded in. All plans of a network share them; they are made anew after the parameters have
 * changed.
 *
 * <p>Holds no reference to the {@link Parameters}, so that it can be kept beside them in a weak
 * map.
 */
final class PackedWeights {
  /** Torch's epsilon, which every batch norm of torchvision uses. */
  static final float EPSILON = 1e-5f;

  /** Packed weight and bias of one layer. */
  record Packed(memory weight, memory bias) {}

  private interface Filler {
    void fill(Parameters parameters);
  }

  private record Entry(String key, memory.desc layout, Packed packed, Filler filler) {}

  private final Arena arena = new Arena();
  private final stream stream = arena.own(OneDnnLibrary.newStream());
  private final List<Entry> entries = new ArrayList<>();
  private volatile long version;
  private int plans;

  PackedWeights(Parameters parameters) {
    version = parameters.version();
  }

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

  /** Makes everything anew if the parameters have changed since. */
  void refresh(Parameters parameters) {
    if (version != parameters.version()) {
      refill(parameters);
    }
  }

  private synchronized void refill(Parameters parameters) {
    long current = parameters.version();
    if (version != current) {
      entries.forEach(e -> e.filler().fill(parameters));
      version = current;
    }
  }

  /** The weight of the convolution in the given layout, with {@code norm} folded in. */
  synchronized Packed convolution(
      Parameters parameters,
      String path,
      Optional<String> norm,
      Convolution convolution,
      memory.desc layout) {
    String key = path + " " + norm.orElse("") + " " + convolution.in();
    return find(key, layout)
        .orElseGet(
            () -> {
              memory weight = allocate(layout);
              int out = convolution.conv().out();
              memory bias = allocate(vector(out));
              return add(
                  parameters,
                  new Entry(
                      key,
                      arena.own(new memory.desc(layout)),
                      new Packed(weight, bias),
                      p -> fold(p, path, norm, convolution, weight, bias)));
            });
  }

  /** The weight of the linear layer in the given layout, and its bias. */
  synchronized Packed linear(
      Parameters parameters, String path, int out, int in, memory.desc layout) {
    return find(path, layout)
        .orElseGet(
            () -> {
              memory weight = allocate(layout);
              memory bias = allocate(vector(out));
              return add(
                  parameters,
                  new Entry(
                      path,
                      arena.own(new memory.desc(layout)),
                      new Packed(weight, bias),
                      p -> {
                        memory.desc plain =
                            new memory.desc(
                                new long[] {out, in}, memory.data_type.f32, memory.format_tag.ab);
                        copy(NativeArrays.address(p.view(path + ".weight")), plain, weight);
                        copy(NativeArrays.address(p.view(path + ".bias")), vector(out), bias);
                      }));
            });
  }

  private Optional<Packed> find(String key, memory.desc layout) {
    return entries.stream()
        .filter(e -> e.key().equals(key) && e.layout().equals(layout))
        .map(Entry::packed)
        .findFirst();
  }

  private Packed add(Parameters parameters, Entry entry) {
    refresh(parameters);
    entry.filler().fill(parameters);
    entries.add(entry);
    return entry.packed();
  }

  private memory allocate(memory.desc desc) {
    return arena.own(new memory(desc, Plan.cpu(), new Address(arena.allocate(desc.get_size()))));
  }

  static memory.desc vector(long length) {
    return new memory.desc(new long[] {length}, memory.data_type.f32, memory.format_tag.x);
  }

  private void fold(
      Parameters parameters,
      String path,
      Optional<String> norm,
      Convolution convolution,
      memory weight,
      memory bias) {
    int out = convolution.conv().out();
    int taps = convolution.conv().kernel() * convolution.conv().kernel();
    int row = convolution.conv().in() / convolution.conv().groups() * taps;
    int paddedRow = convolution.conv().groups() == 1 ? convolution.in() * taps : row;
    FloatBuffer source = NativeArrays.floats(parameters.view(path + ".weight"));
    Optional<float[][]> affine = norm.map(n -> affine(parameters, n, out));
    try (Arena staging = new Arena()) {
      long address = staging.allocate((long) out * paddedRow * Float.BYTES);
      FloatBuffer folded = NativeArrays.floats(address, (long) out * paddedRow);
      float[] values = new float[paddedRow];
      for (int o = 0; o < out; o++) {
        source.get(values, 0, row);
        if (affine.isPresent()) {
          float scale = affine.get()[0][o];
          for (int i = 0; i < row; i++) {
            values[i] *= scale;
          }
        }
        folded.put(values);
      }
      copy(address, convolution.paddedWeight(memory.data_type.f32), weight);
      FloatBuffer shift = NativeArrays.floats(address, out);
      shift.put(affine.map(a -> a[1]).orElseGet(() -> new float[out]));
      copy(address, vector(out), bias);
    }
  }

  /** Scale and shift that equal the batch norm with its running statistics. */
  private static float[][] affine(Parameters parameters, String norm, int channels) {
    FloatBuffer weight = NativeArrays.floats(parameters.view(norm + ".weight"));
    FloatBuffer bias = NativeArrays.floats(parameters.view(norm + ".bias"));
    FloatBuffer mean = NativeArrays.floats(parameters.view(norm + ".running_mean"));
    FloatBuffer variance = NativeArrays.floats(parameters.view(norm + ".running_var"));
    float[][] affine = new float[2][channels];
    for (int c = 0; c < channels; c++) {
      float scale = (float) (weight.get(c) / Math.sqrt(variance.get(c) + EPSILON));
      affine[0][c] = scale;
      affine[1][c] = bias.get(c) - mean.get(c) * scale;
    }
    return affine;
  }

  private void copy(long address, memory.desc desc, memory to) {
    memory from = new memory(desc, Plan.cpu(), new Address(address));
    new reorder(from, to).execute(stream, from, to);
    stream._wait();
  }
}
