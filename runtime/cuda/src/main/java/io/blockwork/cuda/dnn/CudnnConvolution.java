package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.Cudnn;
import io.blockwork.cuda.driver.Device;
import java.util.ArrayList;
import java.util.List;

/** How cuDNN computes a problem. One that is used lives as long as its device. */
public final class CudnnConvolution implements AutoCloseable {
  /** The tensors' numbers within a problem. */
  static final long INPUT = 1;

  static final long WEIGHT = 2;
  static final long OUTPUT = 3;
  static final long BIAS = 4;
  static final long RESIDUAL = 5;

  private final Device device;
  private final ConvolutionProblem problem;
  private final Descriptor plan;
  private final long workspace;
  private final long engine;

  CudnnConvolution(
      Device device, ConvolutionProblem problem, Descriptor plan, long workspace, long engine) {
    this.device = device;
    this.problem = problem;
    this.plan = plan;
    this.workspace = workspace;
    this.engine = engine;
  }

  /** Bytes it needs to work in. */
  public long workspace() {
    return workspace;
  }

  /** cuDNN's number of the engine. */
  public long engine() {
    return engine;
  }

  /**
   * Where the tensors are.
   *
   * @param input or its gradient
   * @param weight or its gradient
   * @param output or its gradient
   * @param bias 0 if the problem has none
   * @param residual 0 if the problem has none
   */
  public record Addresses(long input, long weight, long output, long bias, long residual) {}

  /** Runs on the stream that cuDNN's handle is set to. */
  public void run(Addresses at, long workspaceAddress) {
    List<Long> numbers = new ArrayList<>(List.of(INPUT, WEIGHT, OUTPUT));
    List<Long> addresses = new ArrayList<>(List.of(at.input(), at.weight(), at.output()));
    if (problem.epilogue().bias()) {
      numbers.add(BIAS);
      addresses.add(at.bias());
    }
    if (problem.epilogue().hasResidual()) {
      numbers.add(RESIDUAL);
      addresses.add(at.residual());
    }
    Cudnn cudnn = device.libraries().cudnn();
    try (Descriptor pack = new Descriptor(cudnn, Constants.VARIANT_PACK_DESCRIPTOR)) {
      pack.numbers(Constants.VARIANT_PACK_UNIQUE_IDS, array(numbers))
          .longs(Constants.VARIANT_PACK_DATA_POINTERS, Constants.TYPE_VOID_PTR, array(addresses))
          .longs(Constants.VARIANT_PACK_WORKSPACE, Constants.TYPE_VOID_PTR, workspaceAddress)
          .done();
      cudnn.cudnnBackendExecute(device.cudnnHandle(), plan.handle(), pack.handle());
    }
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /** Frees a plan that is not to be used. */
  @Override
  public void close() {
    plan.close();
  }
}
