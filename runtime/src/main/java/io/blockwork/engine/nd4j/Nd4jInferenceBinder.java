package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import io.blockwork.parameters.Parameters;
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

  @Override
  public Kernel conv2d(String path, Conv conv, Tensor src, Tensor dst, Epilogue epilogue) {
    Nd4jTensor in = Shapes.input(path, conv, src);
    Nd4jTensor out = Shapes.output(path, "output", conv, src, dst);
    Optional<Affine> norm =
        epilogue.norm().map(n -> new Affine(parameters, NormState.of(parameters, n, conv.out())));
    Optional<Nd4jTensor> residual =
        epilogue.residual().map(r -> Shapes.expect(path, "residual", r, dst));
    return new ConvKernel(
        new Convolution(conv, in, scratch),
        Shapes.parameter(parameters, path, "weight", conv.weightShape()),
        in,
        out,
        norm,
        residual,
        epilogue.relu());
  }

  @Override
  public Kernel batchNorm(String path, Tensor src, Tensor dst, boolean relu) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Affine affine = new Affine(parameters, NormState.of(parameters, path, src.channels()));
    return () -> Planes.affine(in, out, affine.scale(), affine.shift(), relu);
  }

  @Override
  public Kernel maxPool(String path, Window window, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.output(path, "output", window, src, dst);
    Pooling pooling = new Pooling(window, in, out);
    int[] unwanted = new int[0];
    return () ->
        Planes.forEach(
            in,
            (n, c, x, y) -> {
              in.readPlane(n, c, x);
              pooling.max(x, y, unwanted, 0);
              out.writePlane(n, c, y);
            });
  }

  @Override
  public Kernel avgPool(String path, Window window, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.output(path, "output", window, src, dst);
    Pooling pooling = new Pooling(window, in, out);
    return () -> pooling.mean(in, out);
  }

  @Override
  public Kernel globalAvgPool(String path, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src.channels(), 1, 1);
    return () -> Planes.mean(in, out);
  }

  @Override
  public Kernel linear(String path, Activation activation, Tensor src, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, dst.channels(), 1, 1);
    return new LinearKernel(
            Shapes.parameter(parameters, path, "weight", out.length(), in.length()),
            Shapes.parameter(parameters, path, "bias", out.length()),
            activation,
            in,
            out)
        ::forward;
  }

  @Override
  public Kernel add(String path, Tensor a, Tensor b, Tensor dst, boolean relu) {
    Nd4jTensor left = Shapes.expect(path, "first input", a, dst);
    Nd4jTensor right = Shapes.expect(path, "second input", b, dst);
    Nd4jTensor out = (Nd4jTensor) dst;
    return () ->
        Elementwise.combine(left, right, out, relu ? Elementwise::addRelu : Elementwise::add);
  }

  @Override
  public Kernel scale(String path, Tensor src, Tensor gate, Tensor dst) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor factors = Shapes.expect(path, "gate", gate, src.channels(), 1, 1);
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    return () -> Planes.scale(in, factors, out);
  }

  @Override
  public Kernel padShortcut(String path, int stride, Tensor src, Tensor dst) {
    return new PadShortcut(stride, (Nd4jTensor) src, Shapes.shortcut(path, stride, src, dst))
        ::forward;
  }
}
