package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.Move;
import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Emitter.Role;
import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.dnn.ConvolutionProblem;
import io.blockwork.cuda.dnn.ConvolutionProblem.Kind;
import io.blockwork.cuda.dnn.CudnnConvolution;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Padding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A convolution between two tensors, or a linear layer, which is one whose kernel covers the input:
 * by cuDNN where it has an engine, else by plain kernels of our own.
 *
 * @param conv what it computes
 * @param src the input's shape
 * @param dst the output's shape
 */
record DeviceConvolution(Conv conv, CudaTensor src, CudaTensor dst) {
  private static final int THREADS = 256;

  /** A linear layer: on the flattened input if the output is a vector, else on each pixel. */
  static DeviceConvolution linear(CudaTensor src, CudaTensor dst) {
    boolean vector = dst.plane() == 1;
    int height = vector ? src.height() : 1;
    int width = vector ? src.width() : 1;
    return new DeviceConvolution(
        Conv.conv(src.channels(), dst.channels(), height, width), src, dst);
  }

  /**
   * Weights as the kernels take them.
   *
   * @param weight out, row, column, in, with padded channels
   * @param bias one for each padded output channel
   * @param plainBias the same in float
   */
  record Weights(Place weight, Place bias, Place plainBias) {}

  private boolean grouped() {
    return conv.groups() > 1;
  }

  private boolean lopsided() {
    Padding padding = conv.padding();
    return padding.top() != padding.bottom() || padding.left() != padding.right();
  }

  /** Input channels of a weight as packed. */
  int packedIn(int alignment) {
    return grouped() ? conv.in() / conv.groups() : CudaTensor.roundUp(conv.in(), alignment);
  }

  /** Output channels of a weight as packed. */
  int packedOut(int alignment) {
    return grouped() ? conv.out() : CudaTensor.roundUp(conv.out(), alignment);
  }

  private boolean usable(CudaTensor tensor) {
    return grouped() ? tensor.beginsAligned() : tensor.isAligned();
  }

  /** The input as cuDNN takes it. */
  private CudaTensor prepared(Emitter to, CudaTensor input) {
    Padding padding = conv.padding();
    if (lopsided()) {
      CudaTensor padded =
          to.temporary(
              Role.INPUT,
              input.channels(),
              input.height() + padding.vertical(),
              input.width() + padding.horizontal());
      Elementwise.place(to, Move.padding(padding.top(), padding.left()), input, padded);
      return padded;
    }
    if (usable(input)) {
      return input;
    }
    CudaTensor dense = to.temporary(Role.INPUT, input.channels(), input.height(), input.width());
    Elementwise.copy(to, input, dense);
    return dense;
  }

  private CudaTensor preparedGradient(Emitter to, CudaTensor gradient) {
    if (usable(gradient)) {
      return gradient;
    }
    CudaTensor dense =
        to.temporary(Role.GRADIENT, gradient.channels(), gradient.height(), gradient.width());
    Elementwise.copy(to, gradient, dense);
    return dense;
  }

  private ConvolutionProblem problem(
      Emitter to,
      Kind kind,
      CudaTensor input,
      CudaTensor output,
      ConvolutionProblem.Epilogue epilogue) {
    int top = lopsided() ? 0 : conv.padding().top();
    int left = lopsided() ? 0 : conv.padding().left();
    return new ConvolutionProblem(
        kind,
        to.numerics(),
        to.form().batch(),
        grouped() ? conv.in() : input.paddedChannels(),
        input.height(),
        input.width(),
        grouped() ? conv.out() : output.paddedChannels(),
        output.height(),
        output.width(),
        new ConvolutionProblem.Window(
            conv.kernelHeight(),
            conv.kernelWidth(),
            conv.strideHeight(),
            conv.strideWidth(),
            top,
            left,
            conv.dilationHeight(),
            conv.dilationWidth()),
        conv.groups(),
        input.pitch(),
        output.pitch(),
        epilogue);
  }

  /** {@code dst = function(conv(src) + residual + bias)}. */
  void forward(
      Emitter to, Weights weights, boolean bias, Optional<CudaTensor> residual, Function function) {
    CudaTensor input = prepared(to, src);
    boolean fits = usable(dst) && residual.map(this::usable).orElse(true);
    if (fits && fused(to, weights, bias, residual, function, input)) {
      return;
    }
    CudaTensor output =
        usable(dst) && residual.isEmpty()
            ? dst
            : to.temporary(Role.OUTPUT, dst.channels(), dst.height(), dst.width());
    plain(to, weights, input, output);
    if (bias || residual.isPresent() || !function.isNone() || !output.equals(dst)) {
      Elementwise.affine(
          to,
          new ScaleShift(Place.NONE, bias ? weights.plainBias() : Place.NONE),
          output,
          residual.stream().toList(),
          ScaleShift.NONE,
          function,
          Optional.empty(),
          dst);
    }
  }

  private boolean fused(
      Emitter to,
      Weights weights,
      boolean bias,
      Optional<CudaTensor> residual,
      Function function,
      CudaTensor input) {
    ConvolutionProblem.Epilogue epilogue =
        new ConvolutionProblem.Epilogue(
            bias, residual.map(CudaTensor::pitch).orElse(0), function.isRelu());
    Optional<CudnnConvolution> plan = to.plan(problem(to, Kind.FORWARD, input, dst, epilogue));
    if (plan.isEmpty()) {
      return false;
    }
    Place other = residual.<Place>map(t -> t).orElse(Place.NONE);
    to.run(plan.get(), input, weights.weight(), dst, weights.bias(), other);
    if (!function.isNone() && !function.isRelu()) {
      Elementwise.sum(to, function, dst, List.of(new Elementwise.Term(dst, 1)));
    }
    return true;
  }

  private void plain(Emitter to, Weights weights, CudaTensor input, CudaTensor output) {
    ConvolutionProblem problem =
        problem(to, Kind.FORWARD, input, output, ConvolutionProblem.Epilogue.NONE);
    Optional<CudnnConvolution> plan = to.plan(problem);
    if (plan.isPresent()) {
      to.run(plan.get(), input, weights.weight(), output, Place.NONE, Place.NONE);
      return;
    }
    to.warnOfPlainKernel(problem);
    List<Object> all = new ArrayList<>(described(input));
    all.add(weights.weight());
    all.add(packedIn(to.numerics().alignment()));
    all.addAll(described(output));
    all.addAll(geometry(to));
    to.each(
        Source.CONVOLUTIONS, "convolve", (long) output.pixels() * output.channels(), all.toArray());
  }

  private static List<Object> described(CudaTensor tensor) {
    return List.of(tensor, tensor.pitch(), tensor.height(), tensor.width());
  }

  private List<Object> geometry(Emitter to) {
    return List.of(
        to.form().batch(),
        conv.out(),
        conv.in() / conv.groups(),
        conv.kernelHeight(),
        conv.kernelWidth(),
        conv.groups(),
        conv.strideHeight(),
        conv.strideWidth(),
        lopsided() ? 0 : conv.padding().top(),
        lopsided() ? 0 : conv.padding().left(),
        conv.dilationHeight(),
        conv.dilationWidth());
  }

  /** {@code dSrc} = the gradient of the input, which is overwritten. */
  void backwardData(Emitter to, Weights weights, CudaTensor dDst, CudaTensor dSrc) {
    CudaTensor gradient = preparedGradient(to, dDst);
    Padding padding = conv.padding();
    CudaTensor target =
        lopsided()
            ? to.temporary(
                Role.INPUT,
                dSrc.channels(),
                dSrc.height() + padding.vertical(),
                dSrc.width() + padding.horizontal())
            : usable(dSrc)
                ? dSrc
                : to.temporary(Role.INPUT, dSrc.channels(), dSrc.height(), dSrc.width());
    ConvolutionProblem problem =
        problem(to, Kind.BACKWARD_DATA, target, gradient, ConvolutionProblem.Epilogue.NONE);
    Optional<CudnnConvolution> plan = to.plan(problem);
    if (plan.isPresent()) {
      to.run(plan.get(), target, weights.weight(), gradient, Place.NONE, Place.NONE);
    } else {
      to.warnOfPlainKernel(problem);
      List<Object> all = new ArrayList<>(described(gradient));
      all.add(weights.weight());
      all.add(packedIn(to.numerics().alignment()));
      all.addAll(described(target));
      all.addAll(geometry(to));
      all.add(false);
      to.each(
          Source.CONVOLUTIONS,
          "convolve_backward",
          (long) target.pixels() * target.channels(),
          all.toArray());
    }
    if (lopsided()) {
      Move back = Move.padding(padding.top(), padding.left());
      Elementwise.placeBackward(to, back, target, dSrc, false);
    } else if (!target.equals(dSrc)) {
      Elementwise.copy(to, target, dSrc);
    }
  }

  /** The gradient of the weight, packed as the weight is. */
  void backwardWeights(Emitter to, CudaTensor dDst, Place dWeight) {
    CudaTensor input = prepared(to, src);
    CudaTensor gradient = preparedGradient(to, dDst);
    ConvolutionProblem problem =
        problem(to, Kind.BACKWARD_WEIGHTS, input, gradient, ConvolutionProblem.Epilogue.NONE);
    Optional<CudnnConvolution> plan = to.plan(problem);
    if (plan.isPresent()) {
      to.run(plan.get(), input, dWeight, gradient, Place.NONE, Place.NONE);
      return;
    }
    to.warnOfPlainKernel(problem);
    List<Object> all = new ArrayList<>(described(input));
    all.addAll(described(gradient));
    all.add(dWeight);
    all.add(packedIn(to.numerics().alignment()));
    all.addAll(geometry(to));
    to.blocks(
        Source.CONVOLUTIONS,
        "convolve_weights",
        Math.multiplyExact(
            (long) conv.out() * (conv.in() / conv.groups()),
            (long) conv.kernelHeight() * conv.kernelWidth()),
        THREADS,
        all.toArray());
  }
}
