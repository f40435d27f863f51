package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Interpolation;
import io.blockwork.image.Normalization;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
    Objects.requireNonNull(steps, "steps");
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
    return of(
        new Prepared(preprocessing), new Normalize(preprocessing.mean(), preprocessing.std()));
  }

  /** The steps of a preprocessing on 8-bit images. */
  private record Prepared(Preprocessing preprocessing) implements ImageTransform {
    @Override
    public ByteImage apply(ByteImage image, RandomGenerator random) {
      return preprocessing.resizeAndCrop(image);
    }
  }

  /**
   * What this does, if it is no more than to resize the shorter side, to crop the middle, and to
   * normalise three channels.
   */
  Optional<Preprocessing> preprocessing() {
    if (first.isEmpty() || !onTensors.isEmpty() || first.get().mean().size() != 3) {
      return Optional.empty();
    }
    List<Double> mean = first.get().mean();
    List<Double> std = first.get().std();
    int resize = 0;
    int crop = 0;
    Interpolation interpolation = Interpolation.BILINEAR;
    for (ImageTransform step : onImages) {
      if (step instanceof Prepared all && onImages.size() == 1) {
        return Optional.of(all.preprocessing().withNormalization(mean, std));
      } else if (step instanceof Resize sides && resize == 0 && crop == 0) {
        resize = sides.shorterSide();
        interpolation = sides.interpolation();
      } else if (step instanceof CenterCrop middle && crop == 0) {
        crop = middle.size();
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new Preprocessing(resize, crop, interpolation, mean, std));
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
