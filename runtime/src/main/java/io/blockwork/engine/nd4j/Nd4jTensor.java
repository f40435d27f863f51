package io.blockwork.engine.nd4j;

import io.blockwork.engine.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor in ND4J memory, {@code [N, C, H, W]} in C order; a slice keeps the distance from image
 * to image of the tensor that it is cut from, so that the channels of one image are always one
 * contiguous run.
 */
final class Nd4jTensor implements Tensor {
  private final INDArray memory;
  private final Values[] images;

  /** For each channel of the whole tensor, whether training needs its gradient. */
  private final boolean[] gradientNeeded;

  private final int first;
  private final int channels;
  private final int height;
  private final int width;

  private Nd4jTensor(
      INDArray memory,
      Values[] images,
      boolean[] gradientNeeded,
      int first,
      int channels,
      int height,
      int width) {
    this.memory = memory;
    this.images = images;
    this.gradientNeeded = gradientNeeded;
    this.first = first;
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  /** A whole tensor at the start of {@code memory}, which has room for {@code batch} images. */
  static Nd4jTensor at(
      INDArray memory, int batch, int channels, int height, int width, boolean gradientNeeded) {
    long length = (long) channels * height * width;
    Values[] images = new Values[batch];
    for (int n = 0; n < batch; n++) {
      images[n] = Values.of(memory, n * length, length);
    }
    boolean[] needed = new boolean[channels];
    Arrays.fill(needed, gradientNeeded);
    return new Nd4jTensor(memory, images, needed, 0, channels, height, width);
  }

  @Override
  public int channels() {
    return channels;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Nd4jTensor slice(int from, int to) {
    Objects.checkFromToIndex(from, to, channels);
    return new Nd4jTensor(memory, images, gradientNeeded, first + from, to - from, height, width);
  }

  int batch() {
    return images.length;
  }

  DataType dataType() {
    return memory.dataType();
  }

  /** Pixels of a channel. */
  int plane() {
    return height * width;
  }

  /** Values of one image. */
  int length() {
    return channels * height * width;
  }

  /** Values of all images. */
  long total() {
    return (long) batch() * length();
  }

  /** Reads a channel of an image. */
  void readPlane(int n, int c, double[] to) {
    images[n].read((first + c) * plane(), to, plane());
  }

  /** Writes a channel of an image. */
  void writePlane(int n, int c, double[] from) {
    images[n].write((first + c) * plane(), from, plane());
  }

  /** Reads {@code count} values of an image, from {@code at} on. */
  void read(int n, int at, double[] to, int count) {
    images[n].read(first * plane() + at, to, count);
  }

  /** Writes {@code count} values of an image, from {@code at} on. */
  void write(int n, int at, double[] from, int count) {
    images[n].write(first * plane() + at, from, count);
  }

  /** Channels {@code from} and following of an image as a matrix with a row for each channel. */
  Matrix channelMatrix(int n, int from) {
    return Matrix.of(images[n], (long) (first + from) * plane(), plane());
  }

  /** All images as a matrix with a row for each image. */
  Matrix imageMatrix() {
    return Matrix.of(images[0], (long) first * plane(), gradientNeeded.length * plane());
  }

  boolean needsGradient() {
    for (int c = first; c < first + channels; c++) {
      if (gradientNeeded[c]) {
        return true;
      }
    }
    return false;
  }

  void needsGradient(boolean needed) {
    Arrays.fill(gradientNeeded, first, first + channels, needed);
  }
}
