package io.blockwork.engine.onednn;

import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.dnnl.memory;

/** Moves a batch norm's running statistics towards those of the batch, as torch does. */
final class RunningStatistics {
  private final Parameters parameters;
  private final FloatBuffer runningMean;
  private final FloatBuffer runningVariance;
  private final FloatBuffer mean;
  private final FloatBuffer variance;
  private final LongBuffer batches;
  private final int channels;
  private final float unbiased;
  private final float momentum;

  /**
   * The statistics of the batch norm at {@code path}.
   *
   * @param momentum share of the batch's statistics in the new ones
   * @param mean where the kernel leaves the batch's mean
   * @param variance where it leaves the biased variance
   * @param values values of each channel in the batch
   */
  RunningStatistics(
      Parameters parameters,
      String path,
      double momentum,
      memory mean,
      memory variance,
      long values) {
    this.parameters = parameters;
    this.momentum = (float) momentum;
    // Lent for good: a training pass runs within a call of write.
    List<NativeValues> lent = new ArrayList<>();
    parameters.write(
        parameters.part(Set.of()),
        memory -> names(path).forEach(name -> lent.add(memory.values(name))));
    channels = (int) lent.get(0).length();
    runningMean = lent.get(0).floats();
    runningVariance = lent.get(1).floats();
    batches = lent.get(2).longs();
    this.mean = NativeValues.floats(mean.get_data_handle().address(), channels);
    this.variance = NativeValues.floats(variance.get_data_handle().address(), channels);
    unbiased = (float) ((double) values / (values - 1));
  }

  /** The statistics' names. */
  static List<String> names(String path) {
    return Stream.of(".running_mean", ".running_var", ".num_batches_tracked")
        .map(path::concat)
        .toList();
  }

  /** Takes one batch in. */
  void update() {
    for (int c = 0; c < channels; c++) {
      float m = runningMean.get(c);
      runningMean.put(c, m + momentum * (mean.get(c) - m));
      float v = runningVariance.get(c);
      runningVariance.put(c, v + momentum * (variance.get(c) * unbiased - v));
    }
    batches.put(0, batches.get(0) + 1);
    // The buffers are parts of their memory, and do not keep it.
    Reference.reachabilityFence(parameters);
  }
}
