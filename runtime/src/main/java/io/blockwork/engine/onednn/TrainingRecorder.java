package io.blockwork.engine.onednn;

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
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

/** Takes down each layer of a training pass as it is named: here those that have parameters. */
final class TrainingRecorder extends PlainLayers {
  TrainingRecorder(Parameters parameters, TrainingSettings settings, int batch) {
    super(parameters, settings, batch);
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.conv(parameters, path, conv, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    TrainingConv layer = convolution(path, conv, src, dst, dDst, dSrc);
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        trainable(path),
        emitters -> layer.compile(emitters, weights()));
  }

  private TrainingConv convolution(
      String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return new TrainingConv(
        conv,
        use(src),
        use(dst),
        use(dDst),
        use(dSrc.tensor()),
        dSrc.accumulate(),
        trainable(path));
  }

  @Override
  public Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.norm(parameters, path, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    boolean frozen = !trainable(path);
    if (!frozen && (long) batch * src.height() * src.width() == 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a batch norm cannot train on one value per channel (%s, batch 1); use a larger batch",
              path, src.shape()));
    }
    TrainingNorm layer =
        new TrainingNorm(
            norm,
            use(src),
            use(dst),
            relu,
            use(dDst),
            use(dSrc.tensor()),
            dSrc.accumulate(),
            frozen);
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        !frozen,
        emitters -> layer.compile(emitters, weights()));
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
    BindChecks.linear(parameters, path, linear, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    if (dst.height() * dst.width() > 1) {
      Conv places = Conv.conv(src.channels(), dst.channels(), 1);
      Conv conv = linear.bias() ? places.withBias() : places;
      TrainingConv layer = convolution(path, conv, src, dst, dDst, dSrc);
      return layer(
          path,
          List.of(layer.src()),
          layer.dst(),
          trainable(path),
          emitters -> layer.compile(emitters, weights(), activation));
    }
    TrainingLinear layer =
        new TrainingLinear(
            linear,
            activation,
            use(src),
            use(dst),
            use(dDst),
            use(dSrc.tensor()),
            dSrc.accumulate(),
            trainable(path));
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        trainable(path),
        activation.isNone(),
        emitters -> layer.compile(emitters, weights()));
  }

  @Override
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.affine(parameters, path, affine, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    ChannelAffine layer = new ChannelAffine(affine, use(src));
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    Optional<Affine.Learned> learned =
        affine instanceof Affine.Learned l ? Optional.of(l) : Optional.empty();
    Optional<String> scale = learned.flatMap(Affine.Learned::scale).filter(this::trainable);
    Optional<String> shift = learned.flatMap(Affine.Learned::shift).filter(this::trainable);
    return layer(
        path,
        List.of(layer.src()),
        to,
        scale.isPresent() || shift.isPresent(),
        emitters -> {
          layer.forward(emitters.forward(), to, weights()::vector);
          emitters.recompute().repeat(emitters.forward());
          GradientTarget target = target(emitters, src, dSrc);
          if (scale.isPresent() || shift.isPresent()) {
            layer.backward(
                emitters.backward(),
                gradient,
                target,
                weights()::vector,
                scale.map(weights()::gradientVector),
                shift.map(weights()::gradientVector));
          } else if (target.needed()) {
            layer.backwardData(emitters.backward(), gradient, target, weights()::vector);
          }
        });
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.prelu(parameters, path, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    String name = path + ".weight";
    return layer(
        path,
        List.of(from),
        to,
        trainable(path),
        emitters -> {
          Prelu layer = new Prelu(weights().vector(name), from);
          layer.forward(emitters.forward(), to);
          emitters.recompute().repeat(emitters.forward());
          if (emitters.inputGradient() || trainable(path)) {
            Optional<memory> trained =
                trainable(path) ? Optional.of(weights().gradientVector(name)) : Optional.empty();
            layer.backward(emitters.backward(), gradient, target(emitters, src, dSrc), trained);
          }
        });
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.scaleAndShift(parameters, path, norm.affine(), src, dst);
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    boolean trained = norm.affine() && trainable(path);
    return layer(
        path,
        List.of(from),
        to,
        trained,
        emitters ->
            new LayerNorms(norm, scaleAndShift(path, norm.affine()), from)
                .train(
                    emitters,
                    to,
                    gradient,
                    target(emitters, src, dSrc),
                    scaleAndShiftGradients(path, trained)));
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.scaleAndShift(parameters, path, norm.affine(), src, dst);
    BindChecks.groups(path, norm.groups(), src);
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    boolean trained = norm.affine() && trainable(path);
    return layer(
        path,
        List.of(from),
        to,
        trained,
        emitters -> {
          GroupNorms layer = new GroupNorms(norm, scaleAndShift(path, norm.affine()), from);
          layer.forward(emitters.forward(), to);
          emitters.recompute().repeat(emitters.forward());
          if (emitters.inputGradient() || trained) {
            layer.backward(
                emitters.backward(),
                gradient,
                target(emitters, src, dSrc),
                scaleAndShiftGradients(path, trained));
          }
        });
  }

  private Optional<ScaleAndShift> scaleAndShift(String path, boolean there) {
    return there
        ? Optional.of(
            new ScaleAndShift(weights().vector(path + ".weight"), weights().vector(path + ".bias")))
        : Optional.empty();
  }

  private Optional<ScaleAndShift> scaleAndShiftGradients(String path, boolean trained) {
    return trained
        ? Optional.of(
            new ScaleAndShift(
                weights().gradientVector(path + ".weight"),
                weights().gradientVector(path + ".bias")))
        : Optional.empty();
  }
}
