package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Views of some items of a data set. */
final class Subsets {
  private Subsets() {}

  static Dataset of(Dataset all, int... indices) {
    return new Tensors(all, check(all, indices));
  }

  static ImageDataset of(ImageDataset all, int... indices) {
    return new Images(all, check(all, indices));
  }

  private static int[] check(Labelled all, int... indices) {
    for (int index : indices) {
      if (index < 0 || index >= all.size()) {
        throw new IndexOutOfBoundsException(
            SafeText.format(
                "subset: expected items from 0 to %d, got item %d", all.size() - 1, index));
      }
    }
    return indices.clone();
  }

  private abstract static class View<D extends Labelled> implements Labelled {
    final D all;
    final int[] indices;

    View(D all, int... indices) {
      this.all = all;
      this.indices = indices;
    }

    @Override
    public int size() {
      return indices.length;
    }

    @Override
    public int label(int index) {
      return all.label(indices[index]);
    }

    @Override
    public List<String> classNames() {
      return all.classNames();
    }

    @Override
    public Task task() {
      return all.task();
    }

    @Override
    public float[] target(int index) {
      return all.target(indices[index]);
    }

    @Override
    public String describe(int index) {
      return all.describe(indices[index]);
    }
  }

  private static final class Tensors extends View<Dataset> implements Dataset {
    Tensors(Dataset all, int... indices) {
      super(all, indices);
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
      all.read(indices[index], random, target);
    }
  }

  private static final class Images extends View<ImageDataset> implements ImageDataset {
    Images(ImageDataset all, int... indices) {
      super(all, indices);
    }

    @Override
    public Optional<ImageOrigin> origin(int index) {
      return all.origin(indices[index]);
    }

    @Override
    public ByteImage image(int index) {
      return all.image(indices[index]);
    }
  }
}
