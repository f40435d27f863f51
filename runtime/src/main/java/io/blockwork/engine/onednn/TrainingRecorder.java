package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

/** Takes down each layer of a training pass as it is named. */
final class TrainingRecorder extends RecordedLayers {
  TrainingRecorder(Parameters parameters, TrainingSettings settings, int batch) {
    super(parameters, settings, batch);
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.conv(parameters, path, conv, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    TrainingConv layer = convolution(path, conv, src, dst, dDst, dSrc);
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        trainable(path),
        steps -> layer.compile(steps, weights()));
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
    Shapes.norm(parameters, path, src, dst);
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
        steps -> layer.compile(steps, parameters, weights()));
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.pool(path, window, src, dst);
    return pool(path, Pooled.of(true, window, use(src)), src, dst, dDst, dSrc);
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.pool(path, window, src, dst);
    return pool(path, Pooled.of(false, window, use(src)), src, dst, dDst, dSrc);
  }

  @Override
  public Layer adaptiveAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.adaptivePool(path, src, dst);
    return pool(path, Pooled.adaptive(false, use(src), use(dst)), src, dst, dDst, dSrc);
  }

  @Override
  public Layer adaptiveMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.adaptivePool(path, src, dst);
    return pool(path, Pooled.adaptive(true, use(src), use(dst)), src, dst, dDst, dSrc);
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.vector(path, src, dst);
    return pool(path, Pooled.global(false, use(src)), src, dst, dDst, dSrc);
  }

  @Override
  public Layer globalMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.vector(path, src, dst);
    return pool(path, Pooled.global(true, use(src)), src, dst, dDst, dSrc);
  }

  private Layer pool(String path, Pooled pool, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    gradients(path, src, dst, dDst, dSrc);
    Pooling layer = new Pooling(pool, use(src), use(dst));
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        false,
        steps -> layer.train(steps, gradient, target(steps, src, dSrc)));
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
    Shapes.linear(parameters, path, linear, src, dst);
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
          steps -> layer.compile(steps, weights(), activation));
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
        steps -> layer.compile(steps, weights()));
  }

  @Override
  public Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.flat(path, src, dst);
    return simple(path, src, dst, dDst, dSrc, Moves::flatten, Moves::flattenBackward);
  }

  @Override
  public Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, src, dst);
    return simple(path, src, dst, dDst, dSrc, Moves::copy, Moves::copyBackward);
  }

  @Override
  public Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.zeroPad(path, padding, src, dst);
    return simple(
        path,
        src,
        dst,
        dDst,
        dSrc,
        (e, from, to) -> Moves.zeroPad(e, padding, from, to),
        (e, gradient, target) -> Moves.zeroPadBackward(e, padding, gradient, target));
  }

  @Override
  public Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, src, dst);
    Shapes.groups(path, groups, src);
    return simple(
        path,
        src,
        dst,
        dDst,
        dSrc,
        (e, from, to) -> Moves.shuffle(e, groups, from, to),
        (e, gradient, target) -> Moves.shuffleBackward(e, groups, gradient, target));
  }

  @Override
  public Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, src, dst);
    PlanTensor output = use(dst);
    return simple(
        path,
        src,
        dst,
        dDst,
        dSrc,
        Softmax::forward,
        (e, gradient, target) -> Softmax.backward(e, output, gradient, target));
  }

  @Override
  public Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, src, dst);
    ResponseNorm layer = new ResponseNorm(norm, use(src), use(dst));
    return simple(path, src, dst, dDst, dSrc, (e, from, to) -> layer.forward(e), layer::backward);
  }

  @Override
  public Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.same(path, src, dst);
    PlanTensor input = use(src);
    PlanTensor output = use(dst);
    return simple(
        path,
        src,
        dst,
        dDst,
        dSrc,
        (e, from, to) -> Activations.forward(e, activation, from, to),
        (e, gradient, target) ->
            Activations.backward(e, activation, input, output, gradient, target));
  }

  @Override
  public Layer sum(String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    Shapes.same(path, dst, dDst);
    List<Sums.Term> terms = new ArrayList<>();
    for (TrainedAddend addend : addends) {
      Shapes.same(path, dst, addend.tensor());
      addend.gradient().ifPresent(g -> Shapes.same(path, dst, g.tensor()));
      terms.add(new Sums.Term(use(addend.tensor()), addend.factor()));
      addend.gradient().ifPresent(g -> use(g.tensor()));
    }
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    Activation activation = relu ? Activation.RELU : Activation.NONE;
    return layer(
        path,
        terms.stream().map(Sums.Term::tensor).toList(),
        to,
        false,
        steps -> {
          Sums.forward(steps.forward(), activation, terms, to);
          steps.recompute().repeat(steps.forward());
          if (relu && steps.inputGradient()) {
            Pointwise.reluBackward(steps.backward(), to, gradient);
          }
          for (TrainedAddend addend : addends) {
            addend
                .gradient()
                .map(g -> target(steps, addend.tensor(), g))
                .ifPresent(t -> Sums.backward(steps.backward(), gradient, addend.factor(), t));
          }
        });
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
    Shapes.same(path, src, dst);
    Shapes.vector(path, src, gate);
    Shapes.vector(path, src, dGate.tensor());
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor factors = use(gate);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    use(dGate.tensor());
    return layer(
        path,
        List.of(from, factors),
        to,
        false,
        steps -> {
          Pointwise.scale(steps.forward(), from, factors, to);
          steps.recompute().repeat(steps.forward());
          Pointwise.scaleBackward(
              steps.backward(),
              from,
              factors,
              gradient,
              target(steps, src, dSrc),
              target(steps, gate, dGate));
        });
  }

  @Override
  public Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    Shapes.same(path, dst, a, b, dDst, dA.tensor(), dB.tensor());
    PlanTensor first = use(a);
    PlanTensor second = use(b);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dA.tensor());
    use(dB.tensor());
    return layer(
        path,
        List.of(first, second),
        to,
        false,
        steps -> {
          Pointwise.multiply(steps.forward(), first, second, to);
          steps.recompute().repeat(steps.forward());
          Pointwise.multiplyBackward(steps.backward(), gradient, second, target(steps, a, dA));
          Pointwise.multiplyBackward(steps.backward(), gradient, first, target(steps, b, dB));
        });
  }

  @Override
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.affine(parameters, path, affine, src, dst);
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
        steps -> {
          layer.forward(steps.forward(), to, weights()::vector);
          steps.recompute().repeat(steps.forward());
          GradientTarget target = target(steps, src, dSrc);
          if (scale.isPresent() || shift.isPresent()) {
            layer.backward(
                steps.backward(),
                gradient,
                target,
                weights()::vector,
                scale.map(weights()::gradientVector),
                shift.map(weights()::gradientVector));
          } else if (target.needed()) {
            layer.backwardData(steps.backward(), gradient, target, weights()::vector);
          }
        });
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.prelu(parameters, path, src, dst);
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
        steps -> {
          Prelu layer = new Prelu(weights().vector(name), from);
          layer.forward(steps.forward(), to);
          steps.recompute().repeat(steps.forward());
          if (steps.inputGradient() || trainable(path)) {
            Optional<memory> trained =
                trainable(path) ? Optional.of(weights().gradientVector(name)) : Optional.empty();
            layer.backward(steps.backward(), gradient, target(steps, src, dSrc), trained);
          }
        });
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.scaleAndShift(parameters, path, norm.affine(), src, dst);
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
        steps ->
            new LayerNorms(norm, scaleAndShift(path, norm.affine()), from)
                .train(
                    steps,
                    to,
                    gradient,
                    target(steps, src, dSrc),
                    scaleAndShiftGradients(path, trained)));
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.scaleAndShift(parameters, path, norm.affine(), src, dst);
    Shapes.groups(path, norm.groups(), src);
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
        steps -> {
          GroupNorms layer = new GroupNorms(norm, scaleAndShift(path, norm.affine()), from);
          layer.forward(steps.forward(), to);
          steps.recompute().repeat(steps.forward());
          if (steps.inputGradient() || trained) {
            layer.backward(
                steps.backward(),
                gradient,
                target(steps, src, dSrc),
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

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Shapes.padShortcut(path, stride, src, dst);
    // Channels move by half of what is missing, which need not be whole blocks.
    forbidBlocks();
    PlanTensor input = use(src);
    return simple(
        path,
        src,
        dst,
        dDst,
        dSrc,
        (e, from, to) -> Pointwise.padShortcut(e, stride, from, to),
        (e, gradient, target) -> Pointwise.padShortcutBackward(e, stride, input, gradient, target));
  }

  @Override
  public Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(
        path,
        rate,
        src,
        dst,
        dDst,
        dSrc,
        (steps, from, to, gradient, target) ->
            TrainingDropout.compile(
                steps, rate, seed(path), parameters::passes, from, to, gradient, target));
  }

  @Override
  public Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    StochasticDepth layer = new StochasticDepth(rate, seed(path), parameters::passes);
    return drop(path, rate, src, dst, dDst, dSrc, layer::compile);
  }

  /** What dropout or stochastic depth does. */
  @FunctionalInterface
  private interface Drop {
    void emit(
        DeferredLayer.Steps steps,
        PlanTensor src,
        PlanTensor dst,
        PlanTensor dDst,
        GradientTarget dSrc);
  }

  private Layer drop(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc, Drop drop) {
    Shapes.rate(path, rate);
    Shapes.same(path, src, dst);
    gradients(path, src, dst, dDst, dSrc);
    PlanTensor from = use(src);
    PlanTensor to = use(dst);
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    return layer(
        path,
        List.of(from),
        to,
        false,
        steps -> drop.emit(steps, from, to, gradient, target(steps, src, dSrc)));
  }

  private long seed(String path) {
    return settings.seed() * 31 + path.hashCode();
  }

  @Override
  public Layer clear(String path, Tensor gradient) {
    PlanTensor tensor = use(gradient);
    return onlyBackward(path, e -> Moves.clear(e, tensor));
  }
}
