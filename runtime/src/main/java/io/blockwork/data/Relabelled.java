package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Views of data sets whose classes are numbered in another order. */
final class Relabelled {
  private Relabelled() {}

  static Dataset of(Dataset all, List<String> classNames) {
    return new Tensors(all, List.copyOf(classNames));
  }

  static ImageDataset of(ImageDataset all, List<String> classNames) {
    return new Images(all, List.copyOf(classNames));
  }

  private abstract static class View<D extends Labelled> implements Labelled {
    final D all;
    private final List<String> classNames;
    private final int[] mapping;

    View(D all, List<String> classNames) {
      this.all = all;
      this.classNames = classNames;
      this.mapping = ClassNames.mapping(all.classNames(), classNames);
      if (all.task() == Task.REGRESSION && mapping.length < classNames.size()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "the data set has %d numbers for each item, and no values for the others of the %d"
                    + " given",
                mapping.length, classNames.size()));
      }
    }

    @Override
    public int size() {
      return all.size();
    }

    @Override
    public int label(int index) {
      int label = all.label(index);
      return label == UNLABELLED ? UNLABELLED : mapping[label];
    }

    @Override
    public List<String> classNames() {
      return classNames;
    }

    @Override
    public Task task() {
      return all.task();
    }

    @Override
    public float[] target(int index) {
      float[] own = all.target(index);
      float[] target = new float[own.length == 0 ? 0 : classNames.size()];
      for (int i = 0; i < own.length; i++) {
        target[mapping[i]] = own[i];
      }
      return target;
    }

    @Override
    public String describe(int index) {
      return all.describe(index);
    }
  }

  private static final class Tensors extends View<Dataset> implements Dataset {
    Tensors(Dataset all, List<String> classNames) {
      super(all, classNames);
    }

    @Override
    public ImageShape shape() {
      return all.shape();
    }

    @Override
    public Optional<Preprocessing> preprocessing() {
      return all.preprocessing();
    }

    @Override
    public void read(int index, RandomGenerator random, FloatBuffer target) {
      all.read(index, random, target);
    }
  }

  private static final class Images extends View<ImageDataset> implements ImageDataset {
    Images(ImageDataset all, List<String> classNames) {
      super(all, classNames);
    }

    @Override
    public Optional<ImageOrigin> origin(int index) {
      return all.origin(index);
    }

    @Override
    public ByteImage image(int index) {
      return all.image(index);
    }
  }
}
