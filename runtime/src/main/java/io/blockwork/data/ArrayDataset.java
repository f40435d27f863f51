package io.blockwork.data;

import io.blockwork.io.SafeText;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** {@code [N, classNames]}; no rows with one class each. */
  private final float[][] targets;

  private final Task task;
  private final List<String> classNames;
  private final List<TensorTransform> transforms;

  private ArrayDataset(
      ImageShape shape,
      float[][] items,
      int[] labels,
      Task task,
      float[][] targets,
      List<String> classNames,
      List<TensorTransform> transforms) {
    this.shape = shape;
    this.items = items;
    this.labels = labels;
    this.task = task;
    this.targets = targets;
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
    return of(shapeOf(images), rows(images), classNames, labels);
  }

  private static ImageShape shapeOf(INDArray images) {
    if (images.rank() != 4) {
      throw new IllegalArgumentException(
          "expected images [N, C, H, W], got " + Arrays.toString(images.shape()));
    }
    return new ImageShape((int) images.size(1), (int) images.size(2), (int) images.size(3));
  }

  private static float[][] rows(INDArray array) {
    float[][] rows = new float[Math.toIntExact(array.size(0))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = array.slice(i).castTo(DataType.FLOAT).dup('c').data().asFloat();
    }
    return rows;
  }

  /**
   * The rows of an array, which are copied, with several classes or numbers each.
   *
   * @param images {@code [N, C, H, W]}, of any number type
   * @param task not {@link Task#SINGLE_LABEL}
   * @param names of the classes or numbers
   * @param targets {@code [N, names]}: see {@link #target}
   * @throws IllegalArgumentException if shapes do not fit, or with classes a target is not 0 to 1
   */
  public static ArrayDataset of(INDArray images, Task task, List<String> names, INDArray targets) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(names, "names");
    Objects.requireNonNull(targets, "targets");
    ImageShape shape = shapeOf(images);
    if (task == Task.SINGLE_LABEL
        || targets.rank() != 2
        || targets.size(0) != images.size(0)
        || targets.size(1) != names.size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected targets [%d, %d] of several classes or numbers, got %s of %s",
              images.size(0), names.size(), Arrays.toString(targets.shape()), task));
    }
    float[][] rows = rows(targets);
    for (int i = 0; i < rows.length; i++) {
      for (float value : rows[i]) {
        if (!Float.isFinite(value) || task == Task.MULTI_LABEL && (value < 0 || value > 1)) {
          throw new IllegalArgumentException(
              SafeText.format("target %s of item %d is not of a %s", value, i, task));
        }
      }
    }
    int[] labels = new int[rows.length];
    Arrays.fill(labels, UNLABELLED);
    return new ArrayDataset(shape, rows(images), labels, task, rows, List.copyOf(names), List.of());
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
        Task.SINGLE_LABEL,
        new float[0][],
        List.copyOf(classNames),
        List.of());
  }

  /** The same items after further transforms, which must not change their shape. */
  public ArrayDataset with(TensorTransform... steps) {
    Objects.requireNonNull(steps, "steps");
    List<TensorTransform> all = new ArrayList<>(transforms);
    all.addAll(List.of(steps));
    return new ArrayDataset(shape, items, labels, task, targets, classNames, List.copyOf(all));
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
  public Task task() {
    return task;
  }

  @Override
  public float[] target(int index) {
    Objects.checkIndex(index, size());
    return task == Task.SINGLE_LABEL ? new float[0] : targets[index].clone();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
