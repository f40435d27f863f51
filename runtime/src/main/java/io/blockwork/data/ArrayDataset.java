package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Floating-point images in memory, with optional transforms. */
public final class ArrayDataset implements Dataset {
  private final ImageShape shape;
  private final float[][] items;
  private final int[] labels;
  private final List<String> classNames;
  private final List<TensorTransform> transforms;

  private ArrayDataset(
      ImageShape shape,
      float[][] items,
      int[] labels,
      List<String> classNames,
      List<TensorTransform> transforms) {
    this.shape = shape;
    this.items = items;
    this.labels = labels;
    this.classNames = classNames;
    this.transforms = transforms;
  }

  /**
   * The rows of an array, which are copied.
   *
   * @param images {@code [N, C, H, W]}, of any number type
   * @param classNames by label
   * @param labels N of them
   * @throws IllegalArgumentException if shapes or labels do not fit
   */
  public static ArrayDataset of(INDArray images, List<String> classNames, int... labels) {
    if (images.rank() != 4) {
      throw new IllegalArgumentException(
          "expected images [N, C, H, W], got " + java.util.Arrays.toString(images.shape()));
    }
    ImageShape shape =
        new ImageShape((int) images.size(1), (int) images.size(2), (int) images.size(3));
    float[][] items = new float[Math.toIntExact(images.size(0))][];
    for (int i = 0; i < items.length; i++) {
      items[i] = images.slice(i).castTo(DataType.FLOAT).dup('c').data().asFloat();
    }
    return of(shape, items, classNames, labels);
  }

  /**
   * Arrays of values {@code [C, H, W]}, which are not copied and must not change afterwards.
   *
   * @param shape of every item
   * @param items N arrays
   * @param classNames by label
   * @param labels N of them
   * @throws IllegalArgumentException if shapes or labels do not fit
   */
  public static ArrayDataset of(
      ImageShape shape, float[][] items, List<String> classNames, int... labels) {
    for (int i = 0; i < items.length; i++) {
      if (items[i].length != shape.length()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "item %d has %d values, %s needs %d", i, items[i].length, shape, shape.length()));
      }
    }
    return new ArrayDataset(
        shape,
        items.clone(),
        Labels.check(labels, items.length, classNames.size()),
        List.copyOf(classNames),
        List.of());
  }

  /** The same items after further transforms, which must not change their shape. */
  public ArrayDataset with(TensorTransform... steps) {
    Objects.requireNonNull(steps, "steps");
    List<TensorTransform> all = new ArrayList<>(transforms);
    all.addAll(List.of(steps));
    return new ArrayDataset(shape, items, labels, classNames, List.copyOf(all));
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public void read(int index, RandomGenerator random, FloatBuffer target) {
    Objects.requireNonNull(random, "random");
    if (transforms.isEmpty()) {
      target.put(items[index]);
      return;
    }
    FloatImage image = new FloatImage(shape, items[index].clone());
    for (TensorTransform step : transforms) {
      image = step.apply(image, random);
    }
    if (!image.shape().equals(shape)) {
      throw new IllegalStateException(
          SafeText.format(
              "the transforms made %s of %s: they must keep the shape", image.shape(), shape));
    }
    target.put(image.values());
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
