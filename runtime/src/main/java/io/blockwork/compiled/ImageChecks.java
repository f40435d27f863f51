package io.blockwork.compiled;

import io.blockwork.Architecture;
import io.blockwork.io.SafeText;
import io.blockwork.memory.Finite;
import io.blockwork.memory.NativeValues;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Refuses images and arrays that a network cannot take, and says what it takes.
 *
 * @param architecture of the network
 * @param inputs the sizes of images that it is told to take, for messages: this one first
 * @param dataType of its images and results
 * @param otherSize how a network for images of another size is had, for messages
 */
record ImageChecks(
    Architecture architecture,
    Supplier<List<List<Integer>>> inputs,
    DataType dataType,
    OtherSize otherSize) {
  /** Says how a network for images of another size is had. */
  interface OtherSize {
    String of(int channels, int height, int width);
  }

  /** Whether images have the size of the network's own. */
  boolean isSize(INDArray images) {
    List<Integer> in = architecture.input();
    return images.rank() == 4
        && images.size(1) == in.get(0)
        && images.size(2) == in.get(1)
        && images.size(3) == in.get(2);
  }

  /** Refuses a NaN and an infinity. */
  void finite(INDArray images) {
    // The copy of what has gaps is short-lived, and rare.
    INDArray contiguous = NativeValues.contiguous(images);
    if (!Finite.all(contiguous)) {
      long first = Finite.firstException(NativeValues.of(contiguous));
      throw notFinite(first, images.length() / images.size(0));
    }
  }

  /** Refuses a NaN and an infinity. */
  void finite(float[] images) {
    int first = Finite.firstException(images);
    if (first >= 0) {
      throw notFinite(first, Features.length(architecture.input()));
    }
  }

  private IllegalArgumentException notFinite(long index, long image) {
    return new IllegalArgumentException(
        SafeText.format(
            "%s: expected images of finite values, but image %d of the batch holds a NaN or an"
                + " infinity; check how it was read and normalised",
            architecture.name(), index / image));
  }

  /** The number of images, which have as many values as they must. */
  int count(float[] images) {
    int image = Math.toIntExact(Features.length(architecture.input()));
    if (images.length == 0 || images.length % image != 0) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected images %s with N of at least 1, which are N x %d values, got %d values",
              architecture.name(), imagesShape(), image, images.length));
    }
    batch(images.length / image);
    return images.length / image;
  }

  /** Refuses images of another shape or type. */
  void images(INDArray images) {
    NativeValues.requireAlive(images);
    if (!isSize(images)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected images %s, got shape %s%s",
              architecture.name(),
              imagesShapes(),
              Arrays.toString(images.shape()),
              shapeHint(images.shape())));
    }
    if (images.size(0) == 0) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected images %s with N of at least 1, got none",
              architecture.name(), imagesShape()));
    }
    batch(images.size(0));
    if (images.dataType() != dataType) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected images of type %s, got %s; convert them with"
                  + " images.castTo(DataType.%s), or create the network with"
                  + " NetworkOptions.dataType",
              architecture.name(), dataType, images.dataType(), dataType));
    }
  }

  /**
   * Refuses another number of images than the only one that the network is for, if there is one.
   */
  private void batch(long images) {
    OptionalInt only = architecture.batch();
    if (only.isPresent() && only.getAsInt() != images) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected images %s, got %d of them: its ONNX file fixes the number of images at"
                  + " %d, and what it computes depends on that; pass %d at a time, or export the"
                  + " model with a dynamic batch axis",
              architecture.name(), imagesShape(), images, only.getAsInt(), only.getAsInt()));
    }
  }

  /** Refuses an array that is not for the results. */
  void output(INDArray output, long[] expectedShape) {
    NativeValues.requireAlive(output);
    if (!Arrays.equals(output.shape(), expectedShape)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected an output array of shape %s, got %s",
              architecture.name(),
              Arrays.toString(expectedShape),
              Arrays.toString(output.shape())));
    }
    if (output.dataType() != dataType) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected an output array of type %s, got %s",
              architecture.name(), dataType, output.dataType()));
    }
  }

  /** What was probably meant, if the sizes are right but in another order or of one image. */
  private String shapeHint(long[] got) {
    List<Integer> in = architecture.input();
    long[] one = {in.get(0), in.get(1), in.get(2)};
    long[] last = {one[1], one[2], one[0]};
    if (Arrays.equals(got, one)) {
      return SafeText.format(
          "; a single image needs a batch: images.reshape(1, %d, %d, %d)", one[0], one[1], one[2]);
    } else if (got.length == 4 && Arrays.equals(Arrays.copyOfRange(got, 1, 4), last)) {
      return "; channels come first: images.permute(0, 3, 1, 2)";
    } else if (Arrays.equals(got, last)) {
      return SafeText.format(
          "; channels come first, and a single image needs a batch: images.permute(2, 0,"
              + " 1).reshape(1, %d, %d, %d)",
          one[0], one[1], one[2]);
    } else if (got.length == 4 && got[1] == one[0]) {
      return SafeText.format(
          "; resize and crop them to %d x %d, or %s",
          one[1], one[2], otherSize.of((int) got[1], (int) got[2], (int) got[3]));
    }
    return "";
  }

  private String imagesShape() {
    return imagesShape(architecture.input());
  }

  private String imagesShape(List<Integer> in) {
    String images =
        architecture.batch().isPresent() ? String.valueOf(architecture.batch().getAsInt()) : "N";
    return SafeText.format("[%s, %d, %d, %d]", images, in.get(0), in.get(1), in.get(2));
  }

  /** Those of all sizes. */
  private String imagesShapes() {
    return inputs.get().stream().map(this::imagesShape).collect(Collectors.joining(" or "));
  }
}
