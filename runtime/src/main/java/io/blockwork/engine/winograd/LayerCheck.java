package io.blockwork.engine.winograd;

import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.CheckPattern;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.Verdicts;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.Address;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * Runs the code of a layer, and of its weights' transform, on a few pixels before anybody relies on
 * them, and holds some of the output to sums computed in double. Wrong code gives direct kernels
 * then, not wrong answers.
 *
 * <p>The layer's code does all that it does for a group of tiles. The weights of the first input
 * channels are repeated for the others, since to make all of a large layer's would take most of the
 * time.
 */
final class LayerCheck {
  /** Different pixels that are read. */
  private static final int PIXELS = 40;

  private static final int SAMPLES = 100;

  /** Input channels with weights of their own. */
  private static final int PERIOD = LayerCode.CHANNELS;

  /** Of the largest output; right code is nearer by a factor of ten. */
  private static final double TOLERANCE = 1e-4;

  /** Some pixels of a tensor, and all values from the first one's on. */
  private record Values(Pixels place, int count, FloatBuffer floats) {
    float get(int pixel, int channel) {
      long bytes = pixel * place.column() + (long) channel / LayerCode.CHANNELS * place.step();
      return floats.get(Math.toIntExact(bytes / Float.BYTES) + channel % LayerCode.CHANNELS);
    }

    /** Reads values of a pixel from a channel on that begins a round of channels. */
    void get(int pixel, int channel, float[] to, int length) {
      long bytes = pixel * place.column() + (long) channel / LayerCode.CHANNELS * place.step();
      floats.get(Math.toIntExact(bytes / Float.BYTES), to, 0, length);
    }
  }

  /** An output, and what it should be. */
  private record Sample(int pixel, int channel, double exact) {}

  private final LayerCode.Form form;
  private final WeightsCode.Form weights;
  private final CheckMemory memory;

  /** The tiles whose output is kept: the first, the middle and the last of the group. */
  private final int[] kept;

  private final Values source;
  private final Values target;
  private final long kernels;
  private final long bias;

  private LayerCheck(LayerCode.Form form, WeightsCode.Form weights, CheckMemory memory) {
    this.form = form;
    this.weights = weights;
    this.memory = memory;
    memory.reuse();
    kept = kept(form.tiles() - 1);
    // The code's scratch memory lies where the weights were: they are read before it runs. It is
    // taken first, so that one check has its scratch memory where the next one has.
    kernels =
        memory.take(Math.max(9L * weights.in() * weights.out() * Float.BYTES, form.scratchBytes()));
    source = values(form.in(), form.sourceStep(), PIXELS);
    target = values(form.out(), form.targetStep(), kept.length * outputsOfTile());
    for (int tap = 0; tap < 9; tap++) {
      CheckPattern.fill(NativeValues.floats(tap(tap), (long) PERIOD * weights.out()), tap);
    }
    bias = memory.take((long) form.out() * Float.BYTES);
    CheckPattern.fill(NativeValues.floats(bias, form.out()), 1);
  }

  /**
   * Whether the code computes what its form says. Each form is tried once in a process.
   *
   * @param form the layer's
   * @param weights its weights'
   * @param workers how many the code runs
   * @param code the address of the layer's code
   * @param memory to check in
   */
  static boolean passes(
      LayerCode.Form form, WeightsCode.Form weights, int workers, long code, CheckMemory memory) {
    return Verdicts.of(
        List.of(LayerCheck.class, form.key(), weights.key()),
        () -> isRight(form, weights, workers, code, memory));
  }

  /** {@link #passes}, whatever was found before. */
  static boolean isRight(
      LayerCode.Form form, WeightsCode.Form weights, int workers, long code, CheckMemory memory) {
    var check = new LayerCheck(form, weights, memory);
    List<Sample> samples = check.samples();
    check.run(workers, code);
    double largest = 0;
    for (Sample sample : samples) {
      largest = Math.max(largest, Math.abs(sample.exact()));
    }
    boolean right = true;
    for (Sample sample : samples) {
      // Written so that NaN is an error.
      right &= check.error(sample) <= TOLERANCE * largest;
    }
    return right;
  }

  /** The first tile, the middle and the last one. Streams would take longer than the check. */
  private static int[] kept(int last) {
    if (last < 2) {
      return last == 0 ? new int[] {0} : new int[] {0, 1};
    }
    return new int[] {0, last / 2, last};
  }

  private double error(Sample sample) {
    return Math.abs(target.get(sample.pixel(), sample.channel()) - sample.exact());
  }

  private int outputsOfTile() {
    return form.tile().outputs() * form.tile().outputs();
  }

  /** Where the weights of a tap begin: {@code [3, 3, in, out]}. */
  private long tap(int tap) {
    return kernels + (long) tap * weights.in() * weights.out() * Float.BYTES;
  }

  /** Room for pixels; blocks of channels may leave room for fewer than are wanted. */
  private Values values(int channels, int step, int wanted) {
    int round = LayerCode.CHANNELS * Float.BYTES;
    boolean last = step == round;
    int count = last ? wanted : Math.min(wanted, step / round);
    int rounds = (channels + LayerCode.CHANNELS - 1) / LayerCode.CHANNELS;
    long bytes = last ? (long) count * rounds * round : (long) rounds * step;
    long column = last ? (long) rounds * round : round;
    long address = memory.take(bytes);
    FloatBuffer all = NativeValues.floats(address, bytes / Float.BYTES);
    int stretch = last ? all.capacity() : count * LayerCode.CHANNELS;
    for (int i = 0; i < all.capacity(); i += step == round ? all.capacity() : step / Float.BYTES) {
      CheckPattern.fill(all.slice(i, stretch), i);
    }
    return new Values(new Pixels(address, 0, 0, column, step), count, all);
  }

  /** The pixel that a tile reads at a place. */
  private int pixel(int tile, int row, int column) {
    return (tile * 17 + row * 7 + column) % source.count();
  }

  private List<Sample> samples() {
    int side = form.tile().outputs();
    FloatBuffer biases = NativeValues.floats(bias, form.out());
    double[] sums = sums();
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      int to = i * target.count() / SAMPLES;
      int channel = i % 4 == 0 ? form.out() - 1 - i / 4 % form.out() : i * 37 % form.out();
      int tile = kept[to / outputsOfTile()];
      int place = to % outputsOfTile();
      double sum = biases.get(channel) + (form.sum() ? target.get(to, channel) : 0);
      for (int tap = 0; tap < 9; tap++) {
        int from = pixel(tile, place / side + tap / 3, place % side + tap % 3) * PERIOD;
        int weight = weights.turned() ? 8 - tap : tap;
        for (int k = 0; k < PERIOD; k++) {
          sum += sums[from + k] * CheckPattern.value(weight, k * weights.out() + channel);
        }
      }
      samples.add(new Sample(to, channel, form.ending().of(sum)));
    }
    return samples;
  }

  /** For each pixel, the sums over input channels that have the same weights. */
  private double[] sums() {
    double[] sums = new double[source.count() * PERIOD];
    float[] values = new float[PERIOD];
    for (int pixel = 0; pixel < source.count(); pixel++) {
      for (int from = 0; from < form.in(); from += PERIOD) {
        int count = Math.min(PERIOD, form.in() - from);
        source.get(pixel, from, values, count);
        for (int k = 0; k < count; k++) {
          sums[pixel * PERIOD + k] += values[k];
        }
      }
    }
    return sums;
  }

  private void run(int workers, long code) {
    long bytes = (long) workers * WorkerLoop.ARGUMENTS * Long.BYTES;
    long arguments = memory.take(bytes);
    LongBuffer words = NativeValues.bytes(arguments, bytes).asLongBuffer();
    words.put(new long[words.capacity()]);
    words.put(LayerCode.SOURCES, sourceTable());
    words.put(LayerCode.GROUPS, 1); // of the first worker; the others have none
    words.put(LayerCode.TRANSFORMED, kernels);
    words.put(LayerCode.PRODUCTS, kernels + form.transformedBytes());
    words.put(LayerCode.SPILL, kernels + form.transformedBytes() + form.productBytes());
    words.put(LayerCode.BIAS, bias);
    words.put(LayerCode.TARGETS, targetTable());
    words.put(LayerCode.WEIGHTS, transformWeights());
    OpenMpRegion.find().orElseThrow().run(code, arguments, 1);
  }

  private long sourceTable() {
    int side = form.tile().inputs();
    long bytes = (long) form.tiles() * side * side * Long.BYTES;
    long table = memory.take(bytes);
    LongBuffer addresses = NativeValues.bytes(table, bytes).asLongBuffer();
    long[] pixels = new long[source.count()];
    for (int pixel = 0; pixel < pixels.length; pixel++) {
      pixels[pixel] = source.place().at(0, 0, pixel);
    }
    long[] places = new long[side * side];
    for (int tile = 0; tile < form.tiles(); tile++) {
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
          places[row * side + column] = pixels[pixel(tile, row, column)];
        }
      }
      addresses.put(places);
    }
    return table;
  }

  private long targetTable() {
    long bytes = (long) form.tiles() * outputsOfTile() * Long.BYTES;
    long table = memory.take(bytes);
    LongBuffer addresses = NativeValues.bytes(table, bytes).asLongBuffer();
    long[] places = new long[addresses.capacity()];
    Arrays.fill(places, memory.take(target.place().span(form.out())));
    for (int i = 0; i < target.count(); i++) {
      int tile = kept[i / outputsOfTile()];
      places[tile * outputsOfTile() + i % outputsOfTile()] = target.place().at(0, 0, i);
    }
    addresses.put(places);
    return table;
  }

  /** Transforms the weights that there are, and repeats them for the other input channels. */
  private long transformWeights() {
    long all = memory.weights(weights.bytes());
    try (var transform = WinogradWeights.of(new WinogradWeights.Layout(weights), 1)) {
      transform.run(kernels, all, PERIOD);
    }
    long row = (long) weights.panel() * Float.BYTES;
    // Two for all, since there are thousands of copies and Java has compiled nothing yet.
    Address to = new Address(all);
    Address from = new Address(all);
    for (int panel = 0; panel < form.tile().points() * weights.panels(); panel++) {
      long start = all + panel * row * weights.in();
      from.moveTo(start);
      for (int done = PERIOD; done < weights.in(); done *= 2) {
        long bytes = Math.min(done, weights.in() - done) * row;
        Pointer.memcpy(to.moveTo(start + done * row), from, bytes);
      }
    }
    return all;
  }
}
