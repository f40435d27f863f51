package io.blockwork.train;

import io.blockwork.data.Batch;
import io.blockwork.data.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a network gave for some images, beside what was wanted: what a {@link Metric} reads. */
public final class Outputs {
  private final Task task;
  private final List<String> names;
  private final List<double[]> outputs = new ArrayList<>();
  private final List<float[]> targets = new ArrayList<>();

  /**
   * None yet.
   *
   * @param task what the network is to say
   * @param names of the classes or numbers
   */
  public Outputs(Task task, List<String> names) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(names, "names");
    this.task = task;
    this.names = List.copyOf(names);
  }

  /**
   * Adds a batch.
   *
   * @param output of the network, {@code [N, names]}
   */
  void add(INDArray output, Batch batch) {
    float[][] wanted = batch.values().map(INDArray::toFloatMatrix).orElse(new float[0][]);
    double[][] given = output.castTo(DataType.DOUBLE).toDoubleMatrix();
    int[] labels = batch.labels();
    for (int i = 0; i < given.length; i++) {
      add(given[i], wanted.length == 0 ? oneHot(labels[i], given[i].length) : wanted[i]);
    }
  }

  /**
   * Adds an image.
   *
   * @param output one number for each name
   * @param target one number for each name
   * @throws IllegalArgumentException if there are more or fewer
   */
  public void add(double[] output, float... target) {
    if (output.length != names.size() || target.length != names.size()) {
      throw new IllegalArgumentException(
          "expected "
              + names.size()
              + " outputs and targets, got "
              + output.length
              + " and "
              + target.length);
    }
    outputs.add(output.clone());
    targets.add(target.clone());
  }

  private static float[] oneHot(int label, int classes) {
    float[] row = new float[classes];
    row[label] = 1;
    return row;
  }

  /** What the network is to say. */
  public Task task() {
    return task;
  }

  /** The names of the classes or numbers. */
  public List<String> names() {
    return names;
  }

  /** Number of images. */
  public int images() {
    return outputs.size();
  }

  /** What the network gave: a logit, or a number. */
  public double output(int image, int name) {
    return outputs.get(image)[name];
  }

  /** What was wanted: 0 to 1 of a class, or a number. */
  public double target(int image, int name) {
    return targets.get(image)[name];
  }
}
