package io.blockwork.engine.winograd;

import java.util.random.RandomGenerator;

/**
 * A 3x3 convolution computed in double by its definition, with values of its own, and, by chance,
 * with its kernel turned.
 */
final class DirectConvolution {
  final int batch;
  final int in;
  final int out;
  final int height;
  final int width;
  final int padding;
  final boolean turned;
  final float[] images;
  final float[] weights;
  final float[] bias;
  final float[] before;

  /** Random values: images {@code [N, H, W, C]} after a ReLU, weights {@code [3, 3, in, out]}. */
  DirectConvolution(
      int batch, int in, int out, int height, int width, int padding, RandomGenerator random) {
    this.batch = batch;
    this.in = in;
    this.out = out;
    this.height = height;
    this.width = width;
    this.padding = padding;
    this.turned = random.nextBoolean();
    images = values(batch * height * width * in, random, 1);
    for (int i = 0; i < images.length; i++) {
      images[i] = Math.max(0, images[i]);
    }
    weights = values(9 * in * out, random, Math.sqrt(2.0 / 9 / in));
    bias = values(out, random, 0.1);
    before = values(batch * outputHeight() * outputWidth() * out, random, 1);
  }

  private static float[] values(int count, RandomGenerator random, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  int outputHeight() {
    return height + 2 * padding - 2;
  }

  int outputWidth() {
    return width + 2 * padding - 2;
  }

  /** The output at place {@code i} of {@code [N, H, W, C]}, without sum and activation. */
  double at(int i) {
    int channel = i % out;
    int column = i / out % outputWidth();
    int row = i / out / outputWidth() % outputHeight();
    int image = i / out / outputWidth() / outputHeight();
    double sum = bias[channel];
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 3; c++) {
        int y = row + r - padding;
        int x = column + c - padding;
        if (y >= 0 && y < height && x >= 0 && x < width) {
          int pixel = ((image * height + y) * width + x) * in;
          int tap = turned ? 8 - (r * 3 + c) : r * 3 + c;
          int weight = tap * in * out + channel;
          for (int k = 0; k < in; k++) {
            sum += (double) images[pixel + k] * weights[weight + k * out];
          }
        }
      }
    }
    return sum;
  }
}
