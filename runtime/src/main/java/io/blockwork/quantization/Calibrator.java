package io.blockwork.quantization;

import io.blockwork.Network;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finds out between which values the outputs of a network's layers lie, by running some images.
 *
 * <p>The images should be of those that the network was trained on, without augmentation: a few
 * hundred are enough. Never take those that its accuracy is measured on.
 */
public final class Calibrator {
  private static final int FEW_HUNDRED = 512;

  private final Network network;
  private final CalibrationMethod method;
  private final int most;

  /** What was seen of one tensor. */
  private static final class Seen {
    private final float[] low;
    private final float[] high;
    private final Histogram magnitudes = new Histogram();

    Seen(int channels) {
      low = new float[channels];
      high = new float[channels];
      Arrays.fill(low, Float.POSITIVE_INFINITY);
      Arrays.fill(high, Float.NEGATIVE_INFINITY);
    }

    void add(FloatBuffer values, int images) {
      int pixels = values.capacity() / images / low.length;
      float[] plane = new float[pixels];
      for (int i = 0; i < images * low.length; i++) {
        int channel = i % low.length;
        values.get(i * pixels, plane);
        float least = low[channel];
        float largest = high[channel];
        for (float value : plane) {
          least = Math.min(least, value);
          largest = Math.max(largest, value);
          magnitudes.add(value);
        }
        low[channel] = least;
        high[channel] = largest;
      }
    }

    TensorRange range(CalibrationMethod method) {
      float limit = Math.max(magnitudes.limit(method), Float.MIN_NORMAL);
      ValueRange allowed = new ValueRange(-limit, limit);
      List<ValueRange> channels = new ArrayList<>();
      for (int c = 0; c < low.length; c++) {
        channels.add(new ValueRange(low[c], high[c]));
      }
      ValueRange all = channels.stream().reduce(ValueRange::with).orElseThrow();
      return new TensorRange(all.within(allowed), channels);
    }
  }

  private Calibrator(Network network, CalibrationMethod method, int most) {
    this.network = network;
    this.method = method;
    this.most = most;
  }

  /** A calibrator of 512 images that cuts off one value in ten thousand. */
  public static Calibrator of(Network network) {
    Objects.requireNonNull(network, "network");
    return new Calibrator(network, CalibrationMethod.PERCENTILE, FEW_HUNDRED);
  }

  /** The same with another method. */
  public Calibrator method(CalibrationMethod other) {
    Objects.requireNonNull(other, "other");
    return new Calibrator(network, other, most);
  }

  /**
   * The same with another number of images.
   *
   * @throws IllegalArgumentException if there is less than one
   */
  public Calibrator images(int atMost) {
    return new Calibrator(network, method, NumberChecks.positive("images", atMost));
  }

  /**
   * Runs images until there are enough, or the loader has no more.
   *
   * @param loader of images as the network is to see them in inference; its first epoch is read
   * @return the ranges of the network's layers
   * @throws IllegalArgumentException if the loader has no image
   * @throws UnsupportedOperationException if the network's engine does not compute in integers
   * @throws IllegalStateException if a weight, or an image, holds a NaN or an infinity
   */
  public Quantization run(DataLoader loader) {
    Map<String, Seen> seen = new LinkedHashMap<>();
    int images = 0;
    try (Epoch epoch = loader.epoch(1)) {
      while (images < most && epoch.hasNext()) {
        Batch batch = epoch.next();
        int n = batch.size();
        network.observe(
            batch.images(),
            (key, path, channels, values) ->
                seen.computeIfAbsent(key, k -> new Seen(channels)).add(values, n));
        images += n;
      }
    }
    if (images == 0) {
      throw new IllegalArgumentException(
          SafeText.format("calibrating: %s has no images; give it some hundred", loader));
    }
    Map<String, TensorRange> ranges = new LinkedHashMap<>();
    seen.forEach((key, each) -> ranges.put(key, each.range(method)));
    return Quantization.of(ranges);
  }
}
