package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Normalization;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Transforms one after the other: torchvision's {@code Compose}. First those on 8-bit images, then,
 * after scaling to 0 .. 1 ({@code ToTensor}, which needs no mention), those on floats.
 */
public final class Pipeline {
  private final List<ImageTransform> onImages;
  private final Optional<Normalize> first;
  private final List<TensorTransform> onTensors;

  private Pipeline(
      List<ImageTransform> onImages, Optional<Normalize> first, List<TensorTransform> onTensors) {
    this.onImages = onImages;
    this.first = first;
    this.onTensors = onTensors;
  }

  /**
   * The given steps.
   *
   * @throws IllegalArgumentException if a step that needs an 8-bit image follows one that makes
   *     floats
   */
  public static Pipeline of(Transform... steps) {
    List<ImageTransform> images = new ArrayList<>();
    List<TensorTransform> tensors = new ArrayList<>();
    for (Transform step : steps) {
      if (step instanceof ImageTransform image && tensors.isEmpty()) {
        images.add(image);
      } else if (step instanceof TensorTransform tensor) {
        tensors.add(tensor);
      } else {
        throw new IllegalArgumentException(
            SafeText.format(
                "%s works on 8-bit images and must come before %s",
                step, tensors.isEmpty() ? "any step on floats" : tensors.get(0)));
      }
    }
    // Normalising straight after scaling is one look-up a value.
    if (!tensors.isEmpty() && tensors.get(0) instanceof Normalize normalize) {
      return new Pipeline(
          List.copyOf(images),
          Optional.of(normalize),
          List.copyOf(tensors.subList(1, tensors.size())));
    }
    return new Pipeline(List.copyOf(images), Optional.empty(), List.copyOf(tensors));
  }

  /** What the preprocessing does, for evaluation with a {@link DataLoader}. */
  public static Pipeline of(Preprocessing preprocessing) {
    ImageTransform resizeAndCrop = (image, random) -> preprocessing.resizeAndCrop(image);
    return of(resizeAndCrop, new Normalize(preprocessing.mean(), preprocessing.std()));
  }

  /**
   * Runs every step.
   *
   * @param random the only source of chance
   */
  public FloatImage apply(ByteImage image, RandomGenerator random) {
    ByteImage bytes = image;
    for (ImageTransform step : onImages) {
      bytes = step.apply(bytes, random);
    }
    ImageShape shape = new ImageShape(bytes.channels(), bytes.height(), bytes.width());
    float[] values = new float[shape.length()];
    first
        .map(Normalize::table)
        .orElseGet(() -> Normalization.none(shape.channels()))
        .write(bytes, values, 0);
    return tensorSteps(new FloatImage(shape, values), random);
  }

  private FloatImage tensorSteps(FloatImage image, RandomGenerator random) {
    FloatImage result = image;
    for (TensorTransform step : onTensors) {
      result = step.apply(result, random);
    }
    return result;
  }
}
