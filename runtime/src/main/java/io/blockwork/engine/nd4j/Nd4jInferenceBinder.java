package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import java.util.Optional;

/** Binds the layers of inference. */
final class Nd4jInferenceBinder implements InferenceBinder {
  private final Parameters parameters;
  private final Memory memory;
  private final Scratch scratch;

  Nd4jInferenceBinder(Parameters parameters, Memory memory) {
    this.parameters = parameters;
    this.memory = memory;
    this.scratch = new Scratch(memory);
  }

  @Override
  public void slots(long... elements) {
    memory.slots(elements);
  }

  @Override
  public Tensor slot(int slot, int channels, int height, int width) {
    return memory.slot(slot, channels, height, width, false);
  }

  private Optional<Values> vector(boolean there, String path, String name, int channels) {
    return there
        ? Optional.of(BindChecks.parameter(parameters, path, name, channels))
        : Optional.empty();
  }

  @Override
  public Kernel conv2d(String path, Conv conv, Tensor src, Tensor dst, Epilogue epilogue) {
    Nd4jTensor in = BindChecks.input(path, conv, src);
    Nd4jTensor out = BindChecks.output(path, "output", conv, src, dst);
    Optional<FoldedNorm> norm =
        epilogue
            .norm()
            .map(
                n ->
                    new FoldedNorm(
                        parameters, NormState.of(parameters, n, conv.out()), epilogue.eps()));
    return new ConvKernel(
        new MatrixConvolution(conv, in, scratch),
        BindChecks.parameter(parameters, path, "weight", conv.weightShape()),
        vector(conv.bias(), path, "bias", conv.out()),
        in,
        out,
        norm,
        epilogue.factor(),
        epilogue.residual().map(r -> BindChecks.expect(path, "residual", r, dst)),
        epilogue.activation());
  }

  @Override
  public Kernel batchNorm(String path, Norm norm, Activation activation, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    FoldedNorm folded =
        new FoldedNorm(parameters, NormState.of(parameters, path, src.channels()), norm.eps());
    return () -> Planes.affine(in, out, folded.scale(), folded.shift(), activation);
  }

  @Override
  public Kernel maxPool(String path, Window window, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.output(path, "output", window, src, dst);
    PoolWindows pooling = PoolWindows.of(window, in);
    return () -> pooling.max(in, out);
  }

  @Override
  public Kernel avgPool(String path, Window window, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.output(path, "output", window, src, dst);
    PoolWindows pooling = PoolWindows.of(window, in);
    return () -> pooling.mean(in, out);
  }

  @Override
  public Kernel adaptiveAvgPool(String path, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.adaptive(path, src, dst);
    PoolWindows pooling = PoolWindows.adaptive(in, out.height(), out.width());
    return () -> pooling.mean(in, out);
  }

  @Override
  public Kernel adaptiveMaxPool(String path, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.adaptive(path, src, dst);
    PoolWindows pooling = PoolWindows.adaptive(in, out.height(), out.width());
    return () -> pooling.max(in, out);
  }

  @Override
  public Kernel globalAvgPool(String path, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return () -> Planes.mean(in, out);
  }

  @Override
  public Kernel globalMaxPool(String path, Tensor src, Tensor dst) {
    BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return adaptiveMaxPool(path, src, dst);
  }

  @Override
  public Kernel linear(String path, Linear linear, Activation activation, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.linear(path, src, dst);
    Optional<Values> bias = vector(linear.bias(), path, "bias", dst.channels());
    if (out.plane() == 1) {
      return new LinearKernel(
              BindChecks.parameter(parameters, path, "weight", out.length(), in.length()),
              bias,
              activation,
              in,
              out)
          ::forward;
    }
    return new ConvKernel(
        new MatrixConvolution(Conv.conv(src.channels(), dst.channels(), 1), in, scratch),
        BindChecks.parameter(parameters, path, "weight", dst.channels(), src.channels()),
        bias,
        in,
        out,
        Optional.empty(),
        1,
        Optional.empty(),
        activation);
  }

  @Override
  public Kernel flatten(String path, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.flat(path, src, dst);
    return () -> Elementwise.map(in, out, (x, count) -> {});
  }

  @Override
  public Kernel zeroPad(String path, Padding padding, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.padded(path, padding, src, dst);
    return () -> new ZeroPad(padding).forward(in, out);
  }

  @Override
  public Kernel sum(String path, Activation activation, Tensor dst, Addend... addends) {
    return new Sum(
        activation,
        Arrays.stream(addends)
            .map(a -> new Sum.Term(BindChecks.expect(path, "input", a.tensor(), dst), a.factor()))
            .toList(),
        (Nd4jTensor) dst);
  }

  @Override
  public Kernel scale(String path, Tensor src, Tensor gate, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor factors = BindChecks.expect(path, "gate", gate, src.channels(), 1, 1);
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    return () -> Planes.scale(in, factors, out);
  }

  @Override
  public Kernel multiply(String path, Tensor a, Tensor b, Tensor dst) {
    Nd4jTensor left = BindChecks.expect(path, "first input", a, dst);
    Nd4jTensor right = BindChecks.expect(path, "second input", b, dst);
    return () -> Elementwise.combine(left, right, (Nd4jTensor) dst, Elementwise::multiply);
  }

  @Override
  public Kernel affine(String path, Affine affine, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    ChannelAffine factors = ChannelAffine.of(parameters, path, affine, src.channels());
    return () -> Planes.affine(in, out, factors.scale(), factors.shift(), Activation.NONE);
  }

  @Override
  public Kernel activation(String path, Activation activation, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    return () -> Elementwise.map(in, out, (x, n) -> Activations.apply(activation, x, n));
  }

  @Override
  public Kernel prelu(String path, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    Values slopes = BindChecks.slopes(parameters, path, src.channels());
    return () -> new Prelu(slopes, (Nd4jTensor) src).forward(out);
  }

  @Override
  public Kernel layerNorm(String path, LayerNorm norm, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    ImageNorm kernel =
        ImageNorm.layer(
            norm.eps(),
            vector(norm.affine(), path, "weight", src.channels()),
            vector(norm.affine(), path, "bias", src.channels()),
            (Nd4jTensor) src);
    return () -> kernel.forward(out);
  }

  @Override
  public Kernel groupNorm(String path, GroupNorm norm, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    BindChecks.groups(path, norm.groups(), src);
    ImageNorm kernel =
        ImageNorm.group(
            norm.groups(),
            norm.eps(),
            vector(norm.affine(), path, "weight", src.channels()),
            vector(norm.affine(), path, "bias", src.channels()),
            (Nd4jTensor) src);
    return () -> kernel.forward(out);
  }

  @Override
  public Kernel localResponseNorm(String path, LocalResponseNorm norm, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    return new ResponseNorm(norm, (Nd4jTensor) src, out)::forward;
  }

  @Override
  public Kernel channelShuffle(String path, int groups, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    BindChecks.groups(path, groups, src);
    Shuffle shuffle = new Shuffle(groups, src.channels());
    return () -> shuffle.forward((Nd4jTensor) src, out);
  }

  @Override
  public Kernel softmax(String path, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    return () -> Softmax.forward((Nd4jTensor) src, out);
  }

  @Override
  public Kernel logSoftmax(String path, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    return () -> Softmax.forwardLog((Nd4jTensor) src, out);
  }

  @Override
  public Kernel copy(String path, Tensor src, Tensor dst) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
    return () -> Elementwise.map((Nd4jTensor) src, out, (x, count) -> {});
  }

  @Override
  public Kernel padShortcut(String path, int stride, Tensor src, Tensor dst) {
    return new PadShortcut(stride, (Nd4jTensor) src, BindChecks.shortcut(path, stride, src, dst))
        ::forward;
  }
}
