package io.blockwork.data;

import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Images after a pipeline; the shape is that of the first image that can be read. */
final class TransformedDataset extends OfImages implements Dataset {
  private final Pipeline pipeline;
  private volatile Optional<ImageShape> shape = Optional.empty();

  TransformedDataset(ImageDataset images, Pipeline pipeline) {
    super(images);
    this.pipeline = pipeline;
  }

  @Override
  public ImageShape shape() {
    Optional<ImageShape> known = shape;
    if (known.isPresent()) {
      return known.get();
    }
    ImageShape found = findShape();
    shape = Optional.of(found);
    return found;
  }

  private ImageShape findShape() {
    if (images.size() == 0) {
      throw new IllegalStateException("an empty data set has no shape");
    }
    Optional<DataException> first = Optional.empty();
    for (int i = 0; i < images.size(); i++) {
      try {
        return pipeline.apply(images.image(i), new CounterRandom(0, 0, i)).shape();
      } catch (DataException e) {
        first = first.or(() -> Optional.of(e));
      }
    }
    throw first.orElseThrow();
  }

  @Override
  public void read(int index, RandomGenerator random, FloatBuffer target) {
    FloatImage image = pipeline.apply(images.image(index), random);
    ImageShape expected = shape();
    if (!image.shape().equals(expected)) {
      throw new IllegalStateException(
          SafeText.format(
              "%s is %s after the transforms, but the first image is %s: all images of a batch"
                  + " must have the same shape; add a"
                  + " Resize, CenterCrop or RandomResizedCrop",
              describe(index), image.shape(), expected));
    }
    target.put(image.values());
  }

  @Override
  public Optional<Preprocessing> preprocessing() {
    return pipeline.preprocessing();
  }
}
