package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.eigen.Eigen;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Filters of a first convolution that whiten the patches of images: what it computes of a patch has
 * no correlation between its channels, and a variance of 1 in each (Page 2019, "How to train your
 * ResNet"; Keller Jordan 2024, arXiv:2404.00498, section 3.2). The layer is frozen as it is then.
 */
public final class PatchWhitening {
  private PatchWhitening() {}

  /**
   * Filters from the eigenvectors of the patches' second moments, those of the largest eigenvalues
   * first, each divided by the root of its eigenvalue; and after them their negatives, so that an
   * activation that follows loses nothing. An eigenvector has two signs: that one comes first whose
   * largest value is positive, so that every machine finds the same filters.
   *
   * @param data what the network is trained on, normalised, and not changed at random
   * @param kernel side of a patch and of the filters
   * @param images how many of the first items to look at, at most
   * @param epsilon added to the eigenvalues, so that noise is not blown up: 5e-4 is usual
   * @return {@code [2 * C * kernel * kernel, C, kernel, kernel]} in double precision, for the
   *     weight of a convolution with as many outputs
   * @throws IllegalArgumentException if there are no images, a number is not positive, or the
   *     images are smaller than a patch
   */
  public static INDArray filters(Dataset data, int kernel, int images, double epsilon) {
    Objects.requireNonNull(data, "data");
    ImageShape shape = data.shape();
    if (kernel < 1 || images < 1 || !(epsilon > 0) || data.size() == 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "whitening: expected a positive kernel, number of images and epsilon, got %d, %d and"
                  + " %s for %d items",
              kernel, images, epsilon, data.size()));
    }
    if (shape.height() < kernel || shape.width() < kernel) {
      throw new IllegalArgumentException(
          SafeText.format("whitening: images of %s have no patches of %d", shape, kernel));
    }
    int length = shape.channels() * kernel * kernel;
    INDArray vectors = moments(data, kernel, Math.min(images, data.size()));
    // Overwrites the moments with their eigenvectors, one a column, by ascending eigenvalues.
    INDArray values = Eigen.symmetricGeneralizedEigenvalues(vectors, true);
    INDArray filters = Nd4j.create(DataType.DOUBLE, 2L * length, length);
    for (int i = 0; i < length; i++) {
      int largest = length - 1 - i;
      double scale = 1 / Math.sqrt(Math.max(0, values.getDouble(largest)) + epsilon);
      INDArray filter = vectors.getColumn(largest).mul(scale);
      boolean turned = filter.maxNumber().doubleValue() < -filter.minNumber().doubleValue();
      filter = turned ? filter.neg() : filter;
      filters.putRow(i, filter);
      filters.putRow(length + i, filter.neg());
    }
    return filters.reshape('c', 2L * length, shape.channels(), kernel, kernel);
  }

  /** The mean of the products of each two values of a patch. */
  private static INDArray moments(Dataset data, int kernel, int images) {
    ImageShape shape = data.shape();
    int channels = shape.channels();
    int length = channels * kernel * kernel;
    double[][] sums = new double[length][length];
    FloatBuffer values = FloatBuffer.allocate(shape.length());
    double[] patch = new double[length];
    long patches = 0;
    for (int index = 0; index < images; index++) {
      data.read(index, new CounterRandom(0, 0, index), values.clear());
      for (int y = 0; y + kernel <= shape.height(); y++) {
        for (int x = 0; x + kernel <= shape.width(); x++) {
          take(values, shape, kernel, y, x, patch);
          patches++;
          for (int i = 0; i < length; i++) {
            for (int j = 0; j <= i; j++) {
              sums[i][j] += patch[i] * patch[j];
            }
          }
        }
      }
    }
    for (int i = 0; i < length; i++) {
      for (int j = 0; j <= i; j++) {
        sums[i][j] /= patches;
        sums[j][i] = sums[i][j];
      }
    }
    return Nd4j.createFromArray(sums);
  }

  private static void take(
      FloatBuffer image, ImageShape shape, int kernel, int y, int x, double[] patch) {
    int at = 0;
    for (int c = 0; c < shape.channels(); c++) {
      for (int row = y; row < y + kernel; row++) {
        for (int column = x; column < x + kernel; column++) {
          patch[at++] = image.get((c * shape.height() + row) * shape.width() + column);
        }
      }
    }
  }
}
