package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.util.random.RandomGenerator;

/**
 * Cuts a square out at a random place, after adding a border: torchvision's {@code RandomCrop}, on
 * images and on floats.
 *
 * @param size side of the square, in pixels
 * @param padding pixels added on each side before
 * @param fill of the border: 0 to 255 on images; on floats the number itself
 */
public record RandomCrop(int size, int padding, int fill)
    implements ImageTransform, TensorTransform {
  /** Validates the arguments. */
  public RandomCrop {
    if (size < 1 || padding < 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "RandomCrop: expected a size of at least 1 and a padding of at least 0, got %d and"
                  + " %d",
              size, padding));
    }
    NumberChecks.sample("fill", fill);
  }

  /** With a border of 0 (black). */
  public RandomCrop(int size, int padding) {
    this(size, padding, 0);
  }

  @Override
  public ByteImage apply(ByteImage image, RandomGenerator random) {
    int top = offset(image.height(), random);
    int left = offset(image.width(), random);
    return image.crop(left, top, size, size, fill);
  }

  @Override
  public FloatImage apply(FloatImage image, RandomGenerator random) {
    ImageShape shape = image.shape();
    int top = offset(shape.height(), random);
    int left = offset(shape.width(), random);
    ImageShape cropped = new ImageShape(shape.channels(), size, size);
    float[] out = new float[cropped.length()];
    java.util.Arrays.fill(out, fill);
    int from = Math.max(0, left);
    int length = Math.min(shape.width(), left + size) - from;
    for (int c = 0; c < shape.channels() && length > 0; c++) {
      for (int y = Math.max(0, top); y < Math.min(shape.height(), top + size); y++) {
        System.arraycopy(
            image.values(),
            (c * shape.height() + y) * shape.width() + from,
            out,
            (c * size + y - top) * size + from - left,
            length);
      }
    }
    return new FloatImage(cropped, out);
  }

  /** Where the crop begins along one side, counted from the image's own edge. */
  private int offset(int length, RandomGenerator random) {
    int room = length + 2 * padding - size;
    if (room < 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "RandomCrop: an image side of %d with padding %d is shorter than the crop of %d",
              length, padding, size));
    }
    return (room == 0 ? 0 : random.nextInt(room + 1)) - padding;
  }
}
