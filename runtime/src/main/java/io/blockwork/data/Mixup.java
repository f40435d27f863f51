package io.blockwork.data;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/**
 * Adds to each image its predecessor in the batch, by a common random share: torchvision's {@code
 * RandomMixup} / {@code MixUp} (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017).
 *
 * @param alpha the share is distributed as Beta(alpha, alpha); positive
 * @param probability of mixing a batch at all
 */
public record Mixup(double alpha, double probability) implements BatchMix {
  /** Validates the arguments. */
  public Mixup {
    Probability.requireRange(alpha, alpha, Double.MIN_VALUE, "Mixup's alpha");
    Probability.require(probability, "Mixup");
  }

  /** Every batch. */
  public Mixup(double alpha) {
    this(alpha, 1);
  }

  @Override
  public void mix(MutableBatch batch, RandomGenerator random) {
    if (random.nextDouble() < probability) {
      mix(batch, Beta.sample(alpha, random));
    }
  }

  /**
   * {@code lambda x[i] + (1 - lambda) x[i - 1]}, the first image taking the last one's rest.
   *
   * @param lambda 0 to 1
   */
  static void mix(MutableBatch batch, double lambda) {
    if (batch.size() == 0) {
      return;
    }
    float own = (float) lambda;
    float other = (float) (1 - lambda);
    int length = batch.shape().length();
    FloatBuffer images = batch.images();
    int n = batch.size();
    float[] last = new float[length];
    images.get((n - 1) * length, last);
    float[] row = last.clone();
    float[] previous = new float[length];
    for (int i = n - 1; i >= 0; i--) {
      if (i > 0) {
        images.get((i - 1) * length, previous);
      } else {
        System.arraycopy(last, 0, previous, 0, length);
      }
      for (int k = 0; k < length; k++) {
        row[k] = row[k] * own + previous[k] * other;
      }
      images.put(i * length, row);
      float[] free = row;
      row = previous;
      previous = free;
    }
    mixLabels(batch, own, other);
  }

  static void mixLabels(MutableBatch batch, float own, float other) {
    int classes = batch.classes();
    float[] labels = batch.probabilities();
    float[] before = labels.clone();
    for (int i = 0; i < batch.size(); i++) {
      int from = (i == 0 ? batch.size() - 1 : i - 1) * classes;
      for (int k = 0; k < classes; k++) {
        labels[i * classes + k] = before[i * classes + k] * own + before[from + k] * other;
      }
    }
  }
}
