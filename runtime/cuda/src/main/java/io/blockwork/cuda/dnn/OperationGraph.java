package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.Cudnn;
import java.util.ArrayList;
import java.util.List;

/** A problem in cuDNN's words. Its descriptors live until it is closed. */
final class OperationGraph implements AutoCloseable {
  private static final long ALIGNMENT = 16;
  private static final long FIRST_VIRTUAL = 10;

  private final Cudnn cudnn;
  private final ConvolutionProblem problem;
  private final List<Descriptor> all = new ArrayList<>();
  private final List<Descriptor> operations = new ArrayList<>();
  private final Descriptor graph;

  /**
   * Describes the problem.
   *
   * @param handle cuDNN's handle
   * @param residualFirst whether the residual is added before the bias: the engines that are
   *     compiled beforehand know that order, others the other
   */
  OperationGraph(Cudnn cudnn, long handle, ConvolutionProblem problem, boolean residualFirst) {
    this.cudnn = cudnn;
    this.problem = problem;
    boolean described = false;
    try {
      switch (problem.kind()) {
        case FORWARD -> forward(residualFirst);
        case BACKWARD_DATA ->
            convolution(
                Constants.CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                Constants.BACKWARD_DATA_ALPHA,
                new int[] {
                  Constants.BACKWARD_DATA_DX, Constants.BACKWARD_DATA_W, Constants.BACKWARD_DATA_DY
                },
                output());
        case BACKWARD_WEIGHTS ->
            convolution(
                Constants.CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                Constants.BACKWARD_FILTER_ALPHA,
                new int[] {
                  Constants.BACKWARD_FILTER_X,
                  Constants.BACKWARD_FILTER_DW,
                  Constants.BACKWARD_FILTER_DY
                },
                output());
      }
      graph =
          make(Constants.OPERATIONGRAPH_DESCRIPTOR)
              .parts(Constants.OPERATIONGRAPH_OPS, operations.toArray(Descriptor[]::new))
              .longs(Constants.OPERATIONGRAPH_HANDLE, Constants.TYPE_HANDLE, handle)
              .done();
      described = true;
    } finally {
      if (!described) {
        close();
      }
    }
  }

  Descriptor graph() {
    return graph;
  }

  private Descriptor make(int kind) {
    Descriptor made = new Descriptor(cudnn, kind);
    all.add(made);
    return made;
  }

  private Descriptor tensor(long number, int type, boolean virtual, long pitch, long... dims) {
    return make(Constants.TENSOR_DESCRIPTOR)
        .numbers(Constants.TENSOR_UNIQUE_ID, number)
        .choice(Constants.TENSOR_DATA_TYPE, Constants.TYPE_DATA_TYPE, type)
        .numbers(Constants.TENSOR_BYTE_ALIGNMENT, ALIGNMENT)
        .numbers(Constants.TENSOR_DIMENSIONS, dims)
        .numbers(Constants.TENSOR_STRIDES, pitch * dims[2] * dims[3], 1, pitch * dims[3], pitch)
        .truth(Constants.TENSOR_IS_VIRTUAL, virtual)
        .done();
  }

  private Descriptor tensor(long number, long pitch, long... dims) {
    return tensor(number, problem.numerics().dataType(), false, pitch, dims);
  }

  private long[] outputDims() {
    return new long[] {problem.images(), problem.out(), problem.outHeight(), problem.outWidth()};
  }

  private Descriptor output() {
    return tensor(CudnnConvolution.OUTPUT, problem.outPitch(), outputDims());
  }

  /** A value that exists within a kernel only. */
  private Descriptor between(long number) {
    return tensor(number, Constants.DATA_FLOAT, true, problem.out(), outputDims());
  }

  private void convolution(int kind, int alpha, int[] tensors, Descriptor output) {
    ConvolutionProblem.Window window = problem.window();
    long channels = problem.in() / problem.groups();
    Descriptor where =
        make(Constants.CONVOLUTION_DESCRIPTOR)
            .choice(Constants.CONVOLUTION_COMP_TYPE, Constants.TYPE_DATA_TYPE, Constants.DATA_FLOAT)
            .choice(
                Constants.CONVOLUTION_CONV_MODE,
                Constants.TYPE_CONVOLUTION_MODE,
                Constants.CROSS_CORRELATION)
            .numbers(Constants.CONVOLUTION_SPATIAL_DIMS, 2)
            .numbers(
                Constants.CONVOLUTION_DILATIONS, window.dilationHeight(), window.dilationWidth())
            .numbers(
                Constants.CONVOLUTION_FILTER_STRIDES, window.strideHeight(), window.strideWidth())
            .numbers(
                Constants.CONVOLUTION_PRE_PADDINGS, window.paddingHeight(), window.paddingWidth())
            .numbers(
                Constants.CONVOLUTION_POST_PADDINGS, window.paddingHeight(), window.paddingWidth())
            .done();
    Descriptor input =
        tensor(
            CudnnConvolution.INPUT,
            problem.inPitch(),
            problem.images(),
            problem.in(),
            problem.height(),
            problem.width());
    Descriptor weight =
        tensor(
            CudnnConvolution.WEIGHT,
            channels,
            problem.out(),
            channels,
            window.height(),
            window.width());
    operations.add(
        make(kind)
            .factor(alpha, 1)
            .factor(alpha + 1, 0)
            .parts(alpha + 2, where)
            .parts(tensors[0], input)
            .parts(tensors[1], weight)
            .parts(tensors[2], output)
            .done());
  }

  private void forward(boolean residualFirst) {
    ConvolutionProblem.Epilogue epilogue = problem.epilogue();
    List<Integer> steps = new ArrayList<>();
    int bias = (int) CudnnConvolution.BIAS;
    int residual = (int) CudnnConvolution.RESIDUAL;
    if (epilogue.hasResidual() && residualFirst) {
      steps.add(residual);
    }
    if (epilogue.bias()) {
      steps.add(bias);
    }
    if (epilogue.hasResidual() && !residualFirst) {
      steps.add(residual);
    }
    if (epilogue.relu()) {
      steps.add(0);
    }
    Descriptor value = steps.isEmpty() ? output() : between(FIRST_VIRTUAL);
    convolution(
        Constants.CONVOLUTION_FORWARD_DESCRIPTOR,
        Constants.FORWARD_ALPHA,
        new int[] {Constants.FORWARD_X, Constants.FORWARD_W, Constants.FORWARD_Y},
        value);
    for (int i = 0; i < steps.size(); i++) {
      Descriptor next = i == steps.size() - 1 ? output() : between(FIRST_VIRTUAL + 1 + i);
      int step = steps.get(i);
      if (step == bias) {
        add(value, tensor(CudnnConvolution.BIAS, problem.out(), 1, problem.out(), 1, 1), next);
      } else if (step == residual) {
        add(value, tensor(CudnnConvolution.RESIDUAL, epilogue.residualPitch(), outputDims()), next);
      } else {
        operations.add(pointwise(Constants.POINTWISE_RELU_FWD, value, next).done());
      }
      value = next;
    }
  }

  private void add(Descriptor value, Descriptor other, Descriptor next) {
    operations.add(
        pointwise(Constants.POINTWISE_ADD, value, next)
            .parts(Constants.OPERATION_POINTWISE_BDESC, other)
            .done());
  }

  private Descriptor pointwise(int mode, Descriptor value, Descriptor next) {
    Descriptor what =
        make(Constants.POINTWISE_DESCRIPTOR)
            .choice(Constants.POINTWISE_MODE, Constants.TYPE_POINTWISE_MODE, mode)
            .choice(Constants.POINTWISE_MATH_PREC, Constants.TYPE_DATA_TYPE, Constants.DATA_FLOAT)
            .done();
    return make(Constants.OPERATION_POINTWISE_DESCRIPTOR)
        .parts(Constants.OPERATION_POINTWISE_PW_DESCRIPTOR, what)
        .parts(Constants.OPERATION_POINTWISE_XDESC, value)
        .parts(Constants.OPERATION_POINTWISE_YDESC, next);
  }

  @Override
  public void close() {
    for (int i = all.size() - 1; i >= 0; i--) {
      all.get(i).close();
    }
    all.clear();
  }
}
