package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.Optional;

/** Binds the layers of training: here those that have parameters. */
final class Nd4jTrainingBinder extends PlainLayers {
  private final Gradients gradients;
  private final Scratch scratch;

  Nd4jTrainingBinder(
      Parameters parameters,
      Gradients gradients,
      TrainingSettings settings,
      Memory memory,
      LayerObserver observer) {
    super(parameters, settings, memory, observer);
    this.gradients = gradients;
    this.scratch = new Scratch(memory);
  }

  private Optional<Values> vector(boolean there, String path, String name, int channels) {
    return there
        ? Optional.of(BindChecks.parameter(parameters, path, name, channels))
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
    Nd4jTensor in = BindChecks.input(path, conv, src);
    Nd4jTensor out = BindChecks.output(path, "output", conv, src, dst);
    Target target = target(path, src, dSrc);
    boolean trained = trained(path);
    return bound(
        path,
        out,
        target.needed() || trained,
        new ConvLayer(
            new MatrixConvolution(conv, in, scratch),
            BindChecks.parameter(parameters, path, "weight", conv.weightShape()),
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
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src);
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
    Nd4jTensor out = BindChecks.linear(path, src, dst);
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    Target target = target(path, src, dSrc);
    boolean trained = trained(path);
    Optional<Values> bias = vector(linear.bias(), path, "bias", dst.channels());
    Optional<Values> weightGradient = gradient(trained, path + ".weight");
    Optional<Values> biasGradient = gradient(trained && linear.bias(), path + ".bias");
    Layer layer =
        out.plane() == 1
            ? LinearKernel.layer(
                BindChecks.parameter(
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
                    new MatrixConvolution(
                        Conv.conv(src.channels(), dst.channels(), 1), (Nd4jTensor) src, scratch),
                    BindChecks.parameter(
                        parameters, path, "weight", dst.channels(), src.channels()),
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
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    ChannelAffine factors = ChannelAffine.of(parameters, path, affine, src.channels());
    Optional<String> scale = learned(affine).flatMap(Affine.Learned::scale).filter(this::trained);
    Optional<String> shift = learned(affine).flatMap(Affine.Learned::shift).filter(this::trained);
    Optional<Values> scaleGradient = scale.flatMap(name -> gradient(true, name));
    Optional<Values> shiftGradient = shift.flatMap(name -> gradient(true, name));
    return simple(
        at,
        at.dSrc().needed() || scale.isPresent() || shift.isPresent(),
        () -> Planes.affine(at.src(), at.dst(), factors.scale(), factors.shift(), Activation.NONE),
        () -> {
          // The parameters first: dSrc may be dDst itself.
          scaleGradient.ifPresent(g -> Planes.dots(at.dDst(), at.src(), g));
          shiftGradient.ifPresent(g -> Planes.sums(at.dDst(), g));
          if (at.dSrc().needed()) {
            factors.backward(at.dDst(), at.dSrc());
          }
        });
  }

  private static Optional<Affine.Learned> learned(Affine affine) {
    return affine instanceof Affine.Learned l ? Optional.of(l) : Optional.empty();
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    Prelu prelu = new Prelu(BindChecks.slopes(parameters, path, src.channels()), at.src());
    boolean trained = trained(path);
    Optional<Values> weightGradient = gradient(trained, path + ".weight");
    return simple(
        at,
        at.dSrc().needed() || trained,
        () -> prelu.forward(at.dst()),
        () -> {
          weightGradient.ifPresent(g -> prelu.backwardWeight(at.dDst(), g));
          if (at.dSrc().needed()) {
            prelu.backwardData(at.dDst(), at.dSrc());
          }
        });
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    return imageNorm(
        at,
        norm.affine(),
        ImageNorm.layer(
            norm.eps(),
            vector(norm.affine(), path, "weight", src.channels()),
            vector(norm.affine(), path, "bias", src.channels()),
            at.src()));
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.groups(path, norm.groups(), src);
    Ends at = same(path, src, dst, dDst, dSrc);
    return imageNorm(
        at,
        norm.affine(),
        ImageNorm.group(
            norm.groups(),
            norm.eps(),
            vector(norm.affine(), path, "weight", src.channels()),
            vector(norm.affine(), path, "bias", src.channels()),
            at.src()));
  }

  private Layer imageNorm(Ends at, boolean affine, ImageNorm kernel) {
    boolean trained = affine && trained(at.path());
    Optional<Values> weightGradient = gradient(trained, at.path() + ".weight");
    Optional<Values> biasGradient = gradient(trained, at.path() + ".bias");
    return simple(
        at,
        at.dSrc().needed() || trained,
        () -> kernel.forward(at.dst()),
        () -> kernel.backward(at.dDst(), at.dSrc(), weightGradient, biasGradient));
  }
}
