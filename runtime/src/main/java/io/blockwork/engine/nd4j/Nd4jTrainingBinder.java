package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.Optional;

/**
 * Binds the layers of training. Layers are bound in the order of the forward pass: each marks its
 * output as needing a gradient when its input does or it has something to train itself. A tensor
 * that no layer has written yet is the network's input.
 */
final class Nd4jTrainingBinder implements TrainingBinder {
  private final Parameters parameters;
  private final Gradients gradients;
  private final TrainingSettings settings;
  private final Memory memory;
  private final Scratch scratch;

  Nd4jTrainingBinder(
      Parameters parameters, Gradients gradients, TrainingSettings settings, Memory memory) {
    this.parameters = parameters;
    this.gradients = gradients;
    this.settings = settings;
    this.memory = memory;
    this.scratch = new Scratch(memory);
  }

  @Override
  public void slots(long... elements) {
    memory.slots(elements);
  }

  @Override
  public Tensor slot(int slot, int channels, int height, int width) {
    return memory.slot(slot, channels, height, width, settings.inputGradient());
  }

  @Override
  public Tensor keep(int channels, int height, int width) {
    return memory.keep(channels, height, width, settings.inputGradient());
  }

  private Target target(String path, Tensor src, Gradient dSrc) {
    Nd4jTensor tensor = Shapes.expect(path, "gradient of the input", dSrc.tensor(), src);
    return new Target(tensor, dSrc.accumulate(), ((Nd4jTensor) src).needsGradient());
  }

  private static Nd4jTensor outputGradient(String path, Tensor dDst, Tensor dst) {
    return Shapes.expect(path, "gradient of the output", dDst, dst);
  }

  private static void follow(Nd4jTensor dst, Target dSrc, boolean trained) {
    dst.needsGradient(dSrc.needed() || trained);
  }

  private Values gradient(String name) {
    return Values.of(gradients.get(name));
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = Shapes.input(path, conv, src);
    Nd4jTensor out = Shapes.output(path, "output", conv, src, dst);
    Target target = target(path, src, dSrc);
    boolean trained = !settings.isFrozen(path);
    follow(out, target, trained);
    return new ConvLayer(
        new Convolution(conv, in, scratch),
        Shapes.parameter(parameters, path, "weight", conv.weightShape()),
        trained ? Optional.of(gradient(path + ".weight")) : Optional.empty(),
        in,
        out,
        outputGradient(path, dDst, dst),
        target);
  }

  @Override
  public Layer batchNorm(
      String path, Tensor src, Tensor dst, boolean relu, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    NormState state = NormState.of(parameters, path, src.channels());
    Target target = target(path, src, dSrc);
    boolean trained = !settings.isFrozen(path);
    follow(out, target, trained);
    if (!trained) {
      return new FrozenNormLayer(new Affine(parameters, state), in, out, relu, outGradient, target);
    }
    if (memory.batch() * in.plane() == 1) {
      throw new IllegalArgumentException(
          "%s: batch norm expected more than one value a channel in training, got one image of %s: use a batch of 2 or more"
              .formatted(path, src.shape()));
    }
    return new BatchNormLayer(
        state,
        gradient(path + ".weight"),
        gradient(path + ".bias"),
        in,
        out,
        relu,
        outGradient,
        target);
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.output(path, "output", window, src, dst);
    Target target = target(path, src, dSrc);
    follow(out, target, false);
    return new MaxPoolLayer(
        new Pooling(window, in, out), in, out, outputGradient(path, dDst, dst), target);
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.output(path, "output", window, src, dst);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    follow(out, target, false);
    Pooling pooling = new Pooling(window, in, out);
    return new SimpleLayer(
        () -> pooling.mean(in, out),
        () -> pooling.meanGradient(outGradient, target),
        target.needed());
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src.channels(), 1, 1);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    follow(out, target, false);
    return new SimpleLayer(
        () -> Planes.mean(in, out),
        () -> Planes.meanGradient(outGradient, target),
        target.needed());
  }

  @Override
  public Layer linear(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, dst.channels(), 1, 1);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    boolean trained = !settings.isFrozen(path);
    follow(out, target, trained);
    LinearKernel kernel =
        new LinearKernel(
            Shapes.parameter(parameters, path, "weight", out.length(), in.length()),
            Shapes.parameter(parameters, path, "bias", out.length()),
            activation,
            in,
            out);
    Values weightGradient = gradient(path + ".weight");
    Values biasGradient = gradient(path + ".bias");
    return new SimpleLayer(
        kernel::forward,
        () -> {
          kernel.throughActivation(outGradient);
          if (trained) {
            kernel.backwardParameters(outGradient, weightGradient, biasGradient);
          }
          if (target.needed()) {
            kernel.backwardData(outGradient, target);
          }
        },
        true);
  }

  @Override
  public Layer add(String path, Tensor a, Tensor b, Tensor dst, boolean relu, Tensor dDst) {
    Nd4jTensor left = Shapes.expect(path, "first input", a, dst);
    Nd4jTensor right = Shapes.expect(path, "second input", b, dst);
    Nd4jTensor out = (Nd4jTensor) dst;
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    boolean needed = left.needsGradient() || right.needsGradient();
    out.needsGradient(needed);
    return new SimpleLayer(
        () -> Elementwise.combine(left, right, out, relu ? Elementwise::addRelu : Elementwise::add),
        () -> Elementwise.combine(outGradient, out, outGradient, Elementwise::reluGradient),
        relu && needed);
  }

  @Override
  public Layer scale(
      String path, Tensor src, Tensor gate, Tensor dst, Tensor dDst, Gradient dSrc, Tensor dGate) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor factors = Shapes.expect(path, "gate", gate, src.channels(), 1, 1);
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Nd4jTensor gateGradient = Shapes.expect(path, "gradient of the gate", dGate, gate);
    Target target = target(path, src, dSrc);
    boolean gateNeeded = factors.needsGradient();
    follow(out, target, gateNeeded);
    return new SimpleLayer(
        () -> Planes.scale(in, factors, out),
        () -> {
          // The gate first: dSrc may be dDst itself.
          if (gateNeeded) {
            Planes.gateGradient(in, outGradient, gateGradient);
          }
          if (target.needed()) {
            Planes.scaleGradient(outGradient, factors, target);
          }
        },
        true);
  }

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.shortcut(path, stride, src, dst);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    follow(out, target, false);
    PadShortcut shortcut = new PadShortcut(stride, (Nd4jTensor) src, out);
    return new SimpleLayer(
        shortcut::forward, () -> shortcut.backward(outGradient, target), target.needed());
  }

  @Override
  public Layer dropout(String path, double rate, Tensor tensor, Tensor dTensor) {
    Nd4jTensor values = (Nd4jTensor) tensor;
    Nd4jTensor gradient = outputGradient(path, dTensor, tensor);
    return new DropoutLayer(
        new Dropout(rate, settings.seed(), path), values, gradient, parameters::passes);
  }
}
