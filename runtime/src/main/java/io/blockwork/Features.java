package io.blockwork;

import io.blockwork.engine.BoundInference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Runs one generated inference pass on batches of any size: the whole network, or the part of it
 * that an {@link Output} method needs. May be used by many threads at once.
 */
public final class Features {
  /** Larger batches run in parts, so that memory stays bounded for any N. */
  private static final int LARGEST_BATCH = 64;

  /** Plans kept while nobody uses them. */
  private static final int IDLE_PLANS = 4;

  private final InferencePlans plans;
  private final DataType dataType;
  private final List<List<Integer>> shapes;
  private final Check check;

  /** Refuses images that the network cannot take. */
  interface Check {
    void images(INDArray images);
  }

  /**
   * @param shapes of the results of one image
   * @param check called before each run
   * @param bind makes a plan for a batch size
   */
  Features(
      DataType dataType,
      List<List<Integer>> shapes,
      Check check,
      IntFunction<BoundInference> bind) {
    this.dataType = dataType;
    this.shapes = List.copyOf(shapes);
    this.check = check;
    this.plans = new InferencePlans(IDLE_PLANS, bind);
  }

  /**
   * Computes the first result.
   *
   * @param images {@code [N, C, H, W]}
   * @return a new array, {@code [N, C, H, W]} or {@code [N, classes]}
   * @throws io.blockwork.engine.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws IllegalArgumentException if the data type is another or there are no images
   */
  public INDArray one(INDArray images) {
    return all(images).get(0);
  }

  /**
   * Computes all results in one pass.
   *
   * @param images {@code [N, C, H, W]}
   * @return new arrays, each {@code [N, C, H, W]} or {@code [N, classes]}
   * @throws io.blockwork.engine.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws IllegalArgumentException if the data type is another or there are no images
   */
  public List<INDArray> all(INDArray images) {
    check.images(images);
    int n = Math.toIntExact(images.size(0));
    List<INDArray> outputs = new ArrayList<>();
    shapes.forEach(shape -> outputs.add(Nd4j.create(dataType, batched(n, shape))));
    for (int from = 0; from < n; from += LARGEST_BATCH) {
      int begin = from;
      int end = Math.min(n, from + LARGEST_BATCH);
      plans.run(part(images, begin, end), outputs.stream().map(o -> part(o, begin, end)).toList());
    }
    return outputs;
  }

  /** {@code [N, shape...]}. */
  static long[] batched(int n, List<Integer> shape) {
    long[] full = new long[shape.size() + 1];
    full[0] = n;
    for (int i = 0; i < shape.size(); i++) {
      full[i + 1] = shape.get(i);
    }
    return full;
  }

  private static INDArray part(INDArray array, int from, int to) {
    return to - from == array.size(0) ? array : array.get(NDArrayIndex.interval(from, to));
  }

  void close() {
    plans.close();
  }
}
