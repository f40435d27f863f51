package io.blockwork.data;

import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/**
 * Pastes into each image the same rectangle of its predecessor in the batch: torchvision's {@code
 * RandomCutmix} / {@code CutMix} (Yun et al., "CutMix", 2019). Labels are mixed by area.
 *
 * @param alpha the share that stays is distributed as Beta(alpha, alpha), before the rectangle is
 *     cut at the image's edges; positive
 * @param probability of mixing a batch at all
 */
public record CutMix(double alpha, double probability) implements BatchMix {
  /** Validates the arguments. */
  public CutMix {
    Probability.requireRange(alpha, alpha, Double.MIN_VALUE, "CutMix's alpha");
    Probability.require(probability, "CutMix");
  }

  /** Every batch. */
  public CutMix(double alpha) {
    this(alpha, 1);
  }

  @Override
  public void mix(MutableBatch batch, RandomGenerator random) {
    if (random.nextDouble() < probability) {
      double lambda = Beta.sample(alpha, random);
      int x = random.nextInt(batch.shape().width());
      int y = random.nextInt(batch.shape().height());
      mix(batch, lambda, x, y);
    }
  }

  /**
   * Pastes the rectangle around a centre.
   *
   * @param lambda share of the area that is to stay, before cutting at the edges
   * @param x the rectangle's centre
   * @param y the rectangle's centre
   */
  static void mix(MutableBatch batch, double lambda, int x, int y) {
    int n = batch.size();
    if (n == 0) {
      return;
    }
    int width = batch.shape().width();
    int height = batch.shape().height();
    double half = 0.5 * Math.sqrt(1 - lambda);
    int left = Math.max(0, x - (int) (half * width));
    int right = Math.min(width, x + (int) (half * width));
    int top = Math.max(0, y - (int) (half * height));
    int bottom = Math.min(height, y + (int) (half * height));
    if (right > left) {
      int length = batch.shape().length();
      FloatBuffer images = batch.images();
      float[] last = new float[length];
      images.get((n - 1) * length, last);
      float[] row = new float[right - left];
      for (int i = n - 1; i >= 0; i--) {
        for (int c = 0; c < batch.shape().channels(); c++) {
          for (int line = top; line < bottom; line++) {
            int at = (c * height + line) * width + left;
            if (i > 0) {
              images.get((i - 1) * length + at, row);
            } else {
              System.arraycopy(last, at, row, 0, row.length);
            }
            images.put(i * length + at, row);
          }
        }
      }
    }
    double stays = 1 - (double) (right - left) * (bottom - top) / ((double) width * height);
    Mixup.mixLabels(batch, (float) stays, (float) (1 - stays));
  }
}
