package io.blockwork.image;

import io.blockwork.io.SafeText;
import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What torchvision's {@code ImageClassification} preset does to an image before a network sees it:
 * shorter side resized (antialiased, rounded to 8 bits as PIL images are), centre crop, scaled to 0
 * .. 1, {@code (x - mean) / std} in single precision.
 *
 * @param resize length of the shorter side after resizing, in pixels; 0 leaves the size alone
 * @param crop side of the square that is cut from the middle, in pixels; 0 does not crop
 * @param interpolation how to resize
 * @param mean of each channel, on the scale 0 .. 1: red, green, blue
 * @param std standard deviation of each channel, on the same scale
 */
public record Preprocessing(
    int resize, int crop, Interpolation interpolation, List<Double> mean, List<Double> std)
    implements Serializable {

  /** Validates and copies the arguments. */
  public Preprocessing {
    Objects.requireNonNull(interpolation, "interpolation");
    Objects.requireNonNull(mean, "mean");
    Objects.requireNonNull(std, "std");
    if (resize < 0 || crop < 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "resize and crop are pixels and cannot be negative, got %d and %d", resize, crop));
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    Normalization.require(mean, std, 3);
  }

  /** The first ImageNet weights' preset: shorter side 256, crop 224, ImageNet's mean and std. */
  public static Preprocessing imageNet() {
    return imageNet(256, 224);
  }

  /**
   * ImageNet's mean and standard deviation, with the sizes that go with particular weights
   * (torchvision's {@code IMAGENET1K_V2} weights of ResNet mostly use 232 and 224).
   */
  public static Preprocessing imageNet(int resize, int crop) {
    return new Preprocessing(
        resize,
        crop,
        Interpolation.BILINEAR,
        Normalization.IMAGENET_MEAN,
        Normalization.IMAGENET_STD);
  }

  /** ImageNet's mean and standard deviation, the image's size left as it is (CIFAR's models). */
  public static Preprocessing normalizeOnly() {
    return imageNet(0, 0);
  }

  /** The same with another interpolation. */
  public Preprocessing withInterpolation(Interpolation other) {
    Objects.requireNonNull(other, "other");
    return new Preprocessing(resize, crop, other, mean, std);
  }

  /** The same with another mean and standard deviation. */
  public Preprocessing withNormalization(List<Double> newMean, List<Double> newStd) {
    Objects.requireNonNull(newMean, "newMean");
    Objects.requireNonNull(newStd, "newStd");
    return new Preprocessing(resize, crop, interpolation, newMean, newStd);
  }

  /**
   * The same for images of another size: the shorter side is resized in proportion. Pictures that
   * are not cropped keep their size there, too.
   *
   * @param side of the square that is cut from the middle, in pixels
   */
  public Preprocessing at(int side) {
    if (crop == 0 || crop == side) {
      return this;
    }
    int resized = Math.toIntExact(Math.round((double) side * resize / crop));
    return new Preprocessing(resized, side, interpolation, mean, std);
  }

  /** Resizes and crops; grey images become RGB. */
  public ByteImage resizeAndCrop(ByteImage image) {
    ByteImage result = image.toRgb();
    if (resize > 0) {
      result = result.resizeShorterSide(resize, interpolation);
    }
    return crop > 0 ? result.centerCrop(crop, crop) : result;
  }

  /**
   * The network's input for the images.
   *
   * @return a new {@code FLOAT} array {@code [N, 3, H, W]}
   * @throws IllegalArgumentException if there are none, or their sizes still differ after cropping
   */
  public INDArray apply(ByteImage... images) {
    if (images.length == 0) {
      throw new IllegalArgumentException("at least one image is needed");
    }
    ByteImage[] ready = new ByteImage[images.length];
    for (int i = 0; i < images.length; i++) {
      ready[i] = resizeAndCrop(images[i]);
      if (ready[i].width() != ready[0].width() || ready[i].height() != ready[0].height()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "image %d is %s after preprocessing, image 0 is %s: all images of a batch must"
                    + " have the same size; set a crop",
                i, ready[i], ready[0]));
      }
    }
    int height = ready[0].height();
    int width = ready[0].width();
    float[] values = new float[Math.multiplyExact(ready.length, 3 * height * width)];
    Normalization normalization = Normalization.of(mean, std);
    for (int i = 0; i < ready.length; i++) {
      normalization.write(ready[i], values, i * 3 * height * width);
    }
    return Nd4j.createFromArray(values).reshape('c', ready.length, 3, height, width);
  }

  /**
   * The values that a network reads of an image that {@link #resizeAndCrop} has made.
   *
   * @return {@code [3, H, W]}, row-major
   * @throws IllegalArgumentException if the image has not three channels
   */
  public float[] normalize(ByteImage ready) {
    float[] values = new float[3 * ready.height() * ready.width()];
    Normalization.of(mean, std).write(ready, values, 0);
    return values;
  }

  /** {@link #apply(ByteImage...)} for Java's own images. */
  public INDArray apply(BufferedImage... images) {
    return apply(Arrays.stream(images).map(Images::of).toArray(ByteImage[]::new));
  }

  /**
   * Writes the network's input for one image into an array: {@code into} is one row of a batch.
   *
   * @param into a contiguous {@code FLOAT} array {@code [3, H, W]} or {@code [1, 3, H, W]}
   * @throws IllegalArgumentException if the array has another size or type
   */
  public void applyTo(ByteImage image, INDArray into) {
    ByteImage ready = resizeAndCrop(image);
    long[] shape = into.shape();
    int rank = shape.length;
    boolean fits =
        (rank == 3 || (rank == 4 && shape[0] == 1))
            && shape[rank - 3] == 3
            && shape[rank - 2] == ready.height()
            && shape[rank - 1] == ready.width()
            && into.dataType() == DataType.FLOAT;
    if (!fits) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected a FLOAT array [3, %d, %d] to write into, got %s %s",
              ready.height(), ready.width(), into.dataType(), Arrays.toString(shape)));
    }
    into.assign(Nd4j.createFromArray(normalize(ready)).reshape('c', shape));
  }

  /**
   * Writes the network's input for one image, {@code [3, H, W]}, at the buffer's position.
   *
   * @throws java.nio.BufferOverflowException if it does not fit
   */
  public void applyTo(ByteImage image, FloatBuffer into) {
    into.put(normalize(resizeAndCrop(image)));
  }
}
