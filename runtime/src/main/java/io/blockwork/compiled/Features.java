package io.blockwork.compiled;

import io.blockwork.NetworkOptions;
import io.blockwork.Output;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.StepwiseBinding;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs one generated inference pass on batches of any size: the whole network, or the part of it
 * that an {@link Output} method needs. May be used by many threads at once.
 */
public final class Features {
  /** What every virtual machine can make. */
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final InferencePlans plans;
  private final Parameters parameters;
  private final DataType dataType;
  private final List<Integer> input;
  private final List<List<Integer>> shapes;
  private final Check check;

  /** Larger batches run in parts, so that memory stays bounded for any N. */
  private final int largestBatch;

  /** Refuses what the network cannot take. */
  interface Check {
    /** The same pass for images of that size; itself, which refuses them, if there is none. */
    Features at(INDArray images);

    void images(INDArray images);

    /** Returns the number of images. */
    int images(float[] values);

    void output(INDArray output, long[] expectedShape);
  }

  /**
   * @param options data type and number of plans
   * @param parameters the network's, whose values stay as they are during a run
   * @param input shape of one image
   * @param shapes of the results of one image
   * @param check called before each run
   * @param largestBatch images that a plan takes at most
   * @param bind makes a plan for a batch size
   * @param begin begins to make one part by part, if the engine can
   */
  Features(
      NetworkOptions options,
      Parameters parameters,
      List<Integer> input,
      List<List<Integer>> shapes,
      Check check,
      int largestBatch,
      IntFunction<BoundInference> bind,
      IntFunction<Optional<StepwiseBinding>> begin) {
    this.parameters = parameters;
    this.dataType = options.dataType();
    this.input = List.copyOf(input);
    this.shapes = List.copyOf(shapes);
    this.check = check;
    this.largestBatch = largestBatch;
    boolean background = options.bindInBackground() && !options.engineOptions().deterministic();
    this.plans =
        new InferencePlans(
            options.inferencePlans(),
            bind,
            background
                ? Optional.of(new BackgroundBinding(parameters, bind, begin, this::rehearse))
                : Optional.empty());
  }

  /**
   * Computes the first result.
   *
   * @param images {@code [N, C, H, W]}
   * @return a new array, {@code [N, C, H, W]} or {@code [N, classes]}
   * @throws io.blockwork.memory.ShapeMismatchException if the shape is not the one the network was
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
   * @throws io.blockwork.memory.ShapeMismatchException if the shape is not the one the network was
   *     compiled for
   * @throws IllegalArgumentException if the data type is another or there are no images
   */
  public List<INDArray> all(INDArray images) {
    return parameters.read(
        () -> {
          Features sized = check.at(images);
          sized.check.images(images);
          return sized.run(images);
        });
  }

  private List<INDArray> run(INDArray images) {
    List<INDArray> outputs = newOutputs(Math.toIntExact(images.size(0)));
    run(images, outputs);
    return outputs;
  }

  /** Computes the only result into an array of the caller. */
  void into(INDArray images, INDArray output) {
    parameters.read(
        () -> {
          Features sized = check.at(images);
          sized.check.images(images);
          int n = Math.toIntExact(images.size(0));
          check.output(output, batched(n, sized.shapes.get(0)));
          sized.run(images, List.of(output));
          return output;
        });
  }

  /**
   * Computes the first result of images that lie side by side.
   *
   * @param images {@code [N, C, H, W]} in row-major order
   * @return {@code [N, C, H, W]} or {@code [N, classes]}, likewise
   * @throws io.blockwork.memory.ShapeMismatchException if the length is not that of one or more
   *     images
   */
  public float[] values(float[] images) {
    return parameters.read(() -> values(images, check.images(images)));
  }

  private float[] values(float[] images, int n) {
    int image = images.length / n;
    int result = Math.toIntExact(length(shapes.get(0)));
    if ((long) n * result > LONGEST_ARRAY) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the results of %d images would be %d values, more than a Java array can hold: pass fewer images at a time",
              n, (long) n * result));
    }
    float[] output = new float[n * result];
    for (int from = 0; from < n; from += largestBatch) {
      // The last part overlaps the one before, so that one size of plan serves all.
      int begin = Math.max(0, Math.min(from, n - largestBatch));
      int count = Math.min(n, largestBatch);
      plans.run(
          count,
          (plan, size) -> {
            for (int done = 0; done < count; done += size) {
              int at = begin + Math.max(0, Math.min(done, count - size));
              FloatBuffer in = FloatBuffer.wrap(images, at * image, Math.min(size, count) * image);
              FloatBuffer out =
                  FloatBuffer.wrap(output, at * result, Math.min(size, count) * result);
              run(plan, size, count, in, out);
            }
          });
    }
    return output;
  }

  /** Runs a plan that may take more images than there are. */
  private static void run(
      BoundInference plan, int size, int count, FloatBuffer images, FloatBuffer output) {
    if (size <= count) {
      plan.run(images, output);
      return;
    }
    FloatBuffer more = FloatBuffer.allocate(images.remaining() / count * size);
    FloatBuffer results = FloatBuffer.allocate(output.remaining() / count * size);
    plan.run(more.put(images).clear(), results);
    output.put(results.clear().limit(output.remaining()));
  }

  /** Runs a new plan on zeros; ND4J is not started for it where it can do without. */
  private void rehearse(BoundInference plan, int batch) {
    if (shapes.size() == 1) {
      plan.run(zeros(batch, input), zeros(batch, shapes.get(0)));
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray images = Nd4j.create(dataType, batched(batch, input));
      List<INDArray> outputs = newOutputs(batch);
      plan.run(images, outputs);
      images.close();
      outputs.forEach(INDArray::close);
    }
  }

  private static FloatBuffer zeros(int n, List<Integer> shape) {
    return FloatBuffer.allocate(Math.toIntExact(n * length(shape)));
  }

  private List<INDArray> newOutputs(int n) {
    List<INDArray> outputs = new ArrayList<>(shapes.size());
    for (List<Integer> shape : shapes) {
      outputs.add(Nd4j.create(dataType, batched(n, shape)));
    }
    return outputs;
  }

  /** Values of one array of the shape. */
  static long length(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  private void run(INDArray images, List<INDArray> outputs) {
    int n = Math.toIntExact(images.size(0));
    if (n <= largestBatch) {
      plans.run(n, (plan, size) -> run(plan, size, images, outputs));
      return;
    }
    for (int from = 0; from < n; from += largestBatch) {
      // The last part overlaps the one before, so that one size of plan serves all.
      int begin = Math.min(from, n - largestBatch);
      int end = begin + largestBatch;
      INDArray in = part(images, begin, end);
      List<INDArray> out = outputs.stream().map(o -> part(o, begin, end)).toList();
      plans.run(largestBatch, (plan, size) -> run(plan, size, in, out));
    }
  }

  /** Runs a plan that may take fewer images than there are, or more. */
  private void run(BoundInference plan, int size, INDArray images, List<INDArray> outputs) {
    int count = Math.toIntExact(images.size(0));
    if (size == count) {
      plan.run(images, outputs);
    } else if (size < count) {
      for (int done = 0; done < count; done += size) {
        int begin = Math.min(done, count - size);
        int end = begin + size;
        plan.run(part(images, begin, end), outputs.stream().map(o -> part(o, begin, end)).toList());
      }
    } else {
      runFilledUp(plan, size, images, outputs);
    }
  }

  private void runFilledUp(BoundInference plan, int size, INDArray images, List<INDArray> outputs) {
    int count = Math.toIntExact(images.size(0));
    // Arrays of a workspace could not be closed.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray more = Nd4j.create(dataType, batched(size, input));
      part(more, 0, count).assign(images);
      List<INDArray> results = newOutputs(size);
      plan.run(more, results);
      for (int i = 0; i < results.size(); i++) {
        outputs.get(i).assign(part(results.get(i), 0, count));
        results.get(i).close();
      }
      more.close();
    }
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

  /** By strides: ND4J's {@code get} of an interval fails on some views. */
  private static INDArray part(INDArray array, int from, int to) {
    long[] shape = array.shape().clone();
    shape[0] = (long) to - from;
    long offset = array.offset() + (long) from * array.stride(0);
    return Nd4j.create(array.data(), shape, array.stride(), offset, array.ordering());
  }

  void close() {
    plans.close();
  }
}
