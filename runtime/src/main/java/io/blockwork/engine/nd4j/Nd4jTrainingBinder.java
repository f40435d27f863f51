package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
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
  private final LayerObserver observer;
  private final Scratch scratch;

  Nd4jTrainingBinder(
      Parameters parameters,
      Gradients gradients,
      TrainingSettings settings,
      Memory memory,
      LayerObserver observer) {
    this.parameters = parameters;
    this.gradients = gradients;
    this.settings = settings;
    this.memory = memory;
    this.observer = observer;
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

  private static Target target(String path, String what, Tensor src, Gradient dSrc) {
    Nd4jTensor tensor = Shapes.expect(path, "gradient of the " + what, dSrc.tensor(), src);
    return new Target(tensor, dSrc.accumulate(), ((Nd4jTensor) src).needsGradient());
  }

  private static Target target(String path, Tensor src, Gradient dSrc) {
    return target(path, "input", src, dSrc);
  }

  private static Nd4jTensor outputGradient(String path, Tensor dDst, Tensor dst) {
    return Shapes.expect(path, "gradient of the output", dDst, dst);
  }

  /** A layer whose output needs a gradient if {@code needed}. */
  private Layer bound(String path, Nd4jTensor dst, boolean needed, Layer layer) {
    dst.needsGradient(needed);
    return observer.bound(path, dst, layer);
  }

  /** A layer without parameters that remembers nothing. */
  private Layer simple(String path, Nd4jTensor dst, Target dSrc, Kernel compute, Kernel gradient) {
    return bound(path, dst, dSrc.needed(), new SimpleLayer(compute, gradient, dSrc.needed()));
  }

  private Optional<Values> vector(boolean there, String path, String name, int channels) {
    return there
        ? Optional.of(Shapes.parameter(parameters, path, name, channels))
        : Optional.empty();
  }

  private boolean trained(String path) {
    return !settings.isFrozen(path);
  }

  private Optional<Values> gradient(boolean there, String name) {
    return there ? Optional.of(Values.of(gradients.get(name))) : Optional.empty();
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = Shapes.input(path, conv, src);
    Nd4jTensor out = Shapes.output(path, "output", conv, src, dst);
    Target target = target(path, src, dSrc);
    boolean trained = trained(path);
    return bound(
        path,
        out,
        target.needed() || trained,
        new ConvLayer(
            new Convolution(conv, in, scratch),
            Shapes.parameter(parameters, path, "weight", conv.weightShape()),
            vector(conv.bias(), path, "bias", conv.out()),
            gradient(trained, path + ".weight"),
            gradient(trained && conv.bias(), path + ".bias"),
            in,
            out,
            outputGradient(path, dDst, dst),
            target));
  }

  @Override
  public Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    if (!trained(path)) {
      NormState state = NormState.of(parameters, path, src.channels());
      FoldedNorm folded = new FoldedNorm(parameters, state, norm.eps());
      return bound(
          path,
          out,
          target.needed(),
          new FrozenNormLayer(folded, in, out, relu, outGradient, target));
    }
    if (memory.batch() * in.plane() == 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a batch norm cannot train on one value per channel (%s, batch 1); use a larger batch",
              path, src.shape()));
    }
    return bound(
        path,
        out,
        true,
        new BatchNormLayer(
            norm,
            NormState.writable(parameters, path, src.channels()),
            Values.of(gradients.get(path + ".weight")),
            Values.of(gradients.get(path + ".bias")),
            in,
            out,
            relu,
            outGradient,
            target));
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.output(path, "output", window, src, dst);
    return maxPool(path, Pooling.of(window, (Nd4jTensor) src), src, out, dDst, dSrc);
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.output(path, "output", window, src, dst);
    return avgPool(path, Pooling.of(window, (Nd4jTensor) src), src, out, dDst, dSrc);
  }

  @Override
  public Layer adaptiveAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.adaptive(path, src, dst);
    Pooling pooling = Pooling.adaptive((Nd4jTensor) src, out.height(), out.width());
    return avgPool(path, pooling, src, out, dDst, dSrc);
  }

  @Override
  public Layer adaptiveMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.adaptive(path, src, dst);
    Pooling pooling = Pooling.adaptive((Nd4jTensor) src, out.height(), out.width());
    return maxPool(path, pooling, src, out, dDst, dSrc);
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src.channels(), 1, 1);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        out,
        target,
        () -> Planes.mean(in, out),
        () -> Planes.meanGradient(outGradient, target));
  }

  @Override
  public Layer globalMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.expect(path, "output", dst, src.channels(), 1, 1);
    return adaptiveMaxPool(path, src, dst, dDst, dSrc);
  }

  private Layer maxPool(
      String path, Pooling pooling, Tensor src, Nd4jTensor dst, Tensor dDst, Gradient dSrc) {
    Target target = target(path, src, dSrc);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    return bound(
        path,
        dst,
        target.needed(),
        new MaxPoolLayer(pooling, (Nd4jTensor) src, dst, outGradient, target));
  }

  private Layer avgPool(
      String path, Pooling pooling, Tensor src, Nd4jTensor dst, Tensor dDst, Gradient dSrc) {
    Target target = target(path, src, dSrc);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    return simple(
        path,
        dst,
        target,
        () -> pooling.mean((Nd4jTensor) src, dst),
        () -> pooling.meanGradient(outGradient, target));
  }

  @Override
  public Layer linear(
      String path,
      Linear linear,
      Activation activation,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    if (!activation.fromOutput()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: expected an activation whose derivative follows from its output, got %s",
              path, activation));
    }
    Nd4jTensor out = Shapes.linear(path, src, dst);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    boolean trained = trained(path);
    Optional<Values> bias = vector(linear.bias(), path, "bias", dst.channels());
    Optional<Values> weightGradient = gradient(trained, path + ".weight");
    Optional<Values> biasGradient = gradient(trained && linear.bias(), path + ".bias");
    Layer layer =
        out.plane() == 1
            ? LinearKernel.layer(
                Shapes.parameter(
                    parameters, path, "weight", out.length(), ((Nd4jTensor) src).length()),
                bias,
                weightGradient,
                biasGradient,
                activation,
                (Nd4jTensor) src,
                out,
                outGradient,
                target)
            : new PlaceLinear(
                new ConvLayer(
                    new Convolution(
                        Conv.conv(src.channels(), dst.channels(), 1), (Nd4jTensor) src, scratch),
                    Shapes.parameter(parameters, path, "weight", dst.channels(), src.channels()),
                    bias,
                    weightGradient,
                    biasGradient,
                    (Nd4jTensor) src,
                    out,
                    outGradient,
                    target),
                activation,
                out,
                outGradient);
    return bound(path, out, target.needed() || trained, layer);
  }

  @Override
  public Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return move(path, (Nd4jTensor) src, Shapes.flat(path, src, dst), dDst, dSrc);
  }

  @Override
  public Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return move(path, (Nd4jTensor) src, Shapes.expect(path, "output", dst, src), dDst, dSrc);
  }

  private Layer move(String path, Nd4jTensor src, Nd4jTensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        dst,
        target,
        () -> Elementwise.map(src, dst, (x, count) -> {}),
        () -> Elementwise.copy(outGradient, 1, target));
  }

  @Override
  public Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.padded(path, padding, src, dst);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    ZeroPad pad = new ZeroPad(padding);
    return simple(
        path,
        out,
        target,
        () -> pad.forward((Nd4jTensor) src, out),
        () -> pad.backward(outGradient, target));
  }

  @Override
  public Layer sum(String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    Nd4jTensor out = (Nd4jTensor) dst;
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    List<Sum.Term> terms = new ArrayList<>();
    List<Kernel> gradients = new ArrayList<>();
    boolean needed = false;
    for (TrainedAddend addend : addends) {
      Nd4jTensor in = Shapes.expect(path, "input", addend.tensor(), dst);
      terms.add(new Sum.Term(in, addend.factor()));
      needed |= in.needsGradient();
      if (addend.gradient().isPresent()) {
        Target target = target(path, in, addend.gradient().get());
        if (target.needed()) {
          gradients.add(() -> Elementwise.copy(outGradient, addend.factor(), target));
        }
      }
    }
    Kernel gradient =
        () -> {
          if (relu) {
            Elementwise.combine(outGradient, out, outGradient, Elementwise::reluGradient);
          }
          gradients.forEach(Kernel::run);
        };
    Sum sum = new Sum(relu ? Activation.RELU : Activation.NONE, terms, out);
    return bound(path, out, needed, new SimpleLayer(sum, gradient, needed));
  }

  @Override
  public Layer scale(
      String path,
      Tensor src,
      Tensor gate,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc,
      Gradient dGate) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor factors = Shapes.expect(path, "gate", gate, src.channels(), 1, 1);
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Target gateTarget = target(path, "gate", gate, dGate);
    Kernel gradient =
        () -> {
          // The gate first: dSrc may be dDst itself.
          if (gateTarget.needed()) {
            Planes.gateGradient(in, outGradient, gateTarget);
          }
          if (target.needed()) {
            Planes.scaleGradient(outGradient, factors, target);
          }
        };
    return bound(
        path,
        out,
        target.needed() || gateTarget.needed(),
        new SimpleLayer(() -> Planes.scale(in, factors, out), gradient, true));
  }

  @Override
  public Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    Nd4jTensor left = Shapes.expect(path, "first input", a, dst);
    Nd4jTensor right = Shapes.expect(path, "second input", b, dst);
    Nd4jTensor out = (Nd4jTensor) dst;
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target first = target(path, "first input", a, dA);
    Target second = target(path, "second input", b, dB);
    Kernel gradient =
        () -> {
          if (first.needed()) {
            Elementwise.combine(outGradient, right, first, Elementwise::multiply);
          }
          if (second.needed()) {
            Elementwise.combine(outGradient, left, second, Elementwise::multiply);
          }
        };
    return bound(
        path,
        out,
        first.needed() || second.needed(),
        new SimpleLayer(
            () -> Elementwise.combine(left, right, out, Elementwise::multiply), gradient, true));
  }

  @Override
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    ChannelAffine factors = ChannelAffine.of(parameters, path, affine, src.channels());
    Optional<String> scale = learned(affine).flatMap(Affine.Learned::scale).filter(this::trained);
    Optional<String> shift = learned(affine).flatMap(Affine.Learned::shift).filter(this::trained);
    Optional<Values> scaleGradient = scale.flatMap(name -> gradient(true, name));
    Optional<Values> shiftGradient = shift.flatMap(name -> gradient(true, name));
    Kernel gradient =
        () -> {
          // The parameters first: dSrc may be dDst itself.
          scaleGradient.ifPresent(g -> Planes.dots(outGradient, in, g));
          shiftGradient.ifPresent(g -> Planes.sums(outGradient, g));
          if (target.needed()) {
            factors.backward(outGradient, target);
          }
        };
    return bound(
        path,
        out,
        target.needed() || scale.isPresent() || shift.isPresent(),
        new SimpleLayer(
            () -> Planes.affine(in, out, factors.scale(), factors.shift(), Activation.NONE),
            gradient,
            true));
  }

  private static Optional<Affine.Learned> learned(Affine affine) {
    return affine instanceof Affine.Learned l ? Optional.of(l) : Optional.empty();
  }

  @Override
  public Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor in = (Nd4jTensor) src;
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Nd4jTensor known = activation.fromOutput() ? out : in;
    return simple(
        path,
        out,
        target,
        () -> Elementwise.map(in, out, (x, n) -> Activations.apply(activation, x, n)),
        () ->
            Elementwise.combine(
                outGradient,
                known,
                target,
                (d, v, n) -> Activations.gradient(activation, d, v, n)));
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Prelu prelu = new Prelu(Shapes.slopes(parameters, path, src.channels()), (Nd4jTensor) src);
    boolean trained = trained(path);
    Optional<Values> weightGradient = gradient(trained, path + ".weight");
    Kernel gradient =
        () -> {
          weightGradient.ifPresent(g -> prelu.backwardWeight(outGradient, g));
          if (target.needed()) {
            prelu.backwardData(outGradient, target);
          }
        };
    return bound(
        path,
        out,
        target.needed() || trained,
        new SimpleLayer(() -> prelu.forward(out), gradient, true));
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    ImageNorm kernel =
        ImageNorm.layer(
            norm.eps(),
            vector(norm.affine(), path, "weight", src.channels()),
            vector(norm.affine(), path, "bias", src.channels()),
            (Nd4jTensor) src);
    return imageNorm(path, kernel, norm.affine(), src, dst, dDst, dSrc);
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.groups(path, norm.groups(), src);
    ImageNorm kernel =
        ImageNorm.group(
            norm.groups(),
            norm.eps(),
            vector(norm.affine(), path, "weight", src.channels()),
            vector(norm.affine(), path, "bias", src.channels()),
            (Nd4jTensor) src);
    return imageNorm(path, kernel, norm.affine(), src, dst, dDst, dSrc);
  }

  private Layer imageNorm(
      String path,
      ImageNorm kernel,
      boolean affine,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    boolean trained = affine && trained(path);
    Optional<Values> weightGradient = gradient(trained, path + ".weight");
    Optional<Values> biasGradient = gradient(trained, path + ".bias");
    boolean needed = target.needed() || trained;
    return bound(
        path,
        out,
        needed,
        new SimpleLayer(
            () -> kernel.forward(out),
            () -> kernel.backward(outGradient, target, weightGradient, biasGradient),
            needed));
  }

  @Override
  public Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    ResponseNorm kernel = new ResponseNorm(norm, (Nd4jTensor) src, out);
    return simple(path, out, target, kernel::forward, () -> kernel.backward(outGradient, target));
  }

  @Override
  public Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Shapes.groups(path, groups, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    Shuffle shuffle = new Shuffle(groups, src.channels());
    return simple(
        path,
        out,
        target,
        () -> shuffle.forward((Nd4jTensor) src, out),
        () -> shuffle.backward(outGradient, target));
  }

  @Override
  public Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return simple(
        path,
        out,
        target,
        () -> Softmax.forward((Nd4jTensor) src, out),
        () -> Softmax.backward(out, outGradient, target));
  }

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.shortcut(path, stride, src, dst);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    PadShortcut shortcut = new PadShortcut(stride, (Nd4jTensor) src, out);
    return simple(
        path, out, target, shortcut::forward, () -> shortcut.backward(outGradient, target));
  }

  @Override
  public Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(path, new Dropout(rate, settings.seed(), path, false), src, dst, dDst, dSrc);
  }

  @Override
  public Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(path, new Dropout(rate, settings.seed(), path, true), src, dst, dDst, dSrc);
  }

  private Layer drop(
      String path, Dropout dropout, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = Shapes.expect(path, "output", dst, src);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    return bound(
        path,
        out,
        target.needed(),
        new DropoutLayer(dropout, (Nd4jTensor) src, out, outGradient, target, parameters::passes));
  }

  @Override
  public Layer clear(String path, Tensor gradient) {
    Nd4jTensor tensor = (Nd4jTensor) gradient;
    return new SimpleLayer(() -> {}, () -> Elementwise.clear(tensor), true);
  }
}
