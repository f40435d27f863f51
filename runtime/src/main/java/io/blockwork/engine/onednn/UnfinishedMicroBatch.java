package io.blockwork.engine.onednn;

import io.blockwork.engine.ForwardPass;
import java.util.List;

/**
 * A micro-batch that has its memory, and whose kernels are made one by one, in order.
 *
 * @param plan its memory
 * @param pass the generated pass, which runs the kernels
 * @param input the images
 * @param outputs the results
 * @param kernels all of them
 */
record UnfinishedMicroBatch(
    BoundPlan plan,
    ForwardPass pass,
    PlanTensor input,
    List<PlanTensor> outputs,
    List<DeferredKernel> kernels)
    implements AutoCloseable {
  UnfinishedMicroBatch {
    outputs = List.copyOf(outputs);
    kernels = List.copyOf(kernels);
  }

  /** Makes the kernel of that number. */
  void make(int kernel) {
    kernels.get(kernel).compile(plan);
  }

  /** Makes all kernels; if one cannot be made, the memory is given back. */
  BoundMicroBatch complete() {
    try {
      for (int kernel = 0; kernel < kernels.size(); kernel++) {
        make(kernel);
      }
      return finish();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The micro-batch, once all kernels are made. */
  BoundMicroBatch finish() {
    plan.finish();
    return new BoundMicroBatch(plan, pass, input, outputs);
  }

  @Override
  public void close() {
    plan.close();
  }
}
