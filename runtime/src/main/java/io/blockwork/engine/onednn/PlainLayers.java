package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;

/** Takes down the layers of a training pass that have no parameters. */
abstract class PlainLayers extends RecordedLayers {
  PlainLayers(Parameters parameters, TrainingSettings settings, int batch) {
    super(parameters, settings, batch);
  }

  @Override
  public final Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.pool(path, window, src, dst);
    return pool(path, Pool.of(true, window, use(src)), src, dst, dDst, dSrc);
  }

  @Override
  public final Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.pool(path, window, src, dst);
    return pool(path, Pool.of(false, window, use(src)), src, dst, dDst, dSrc);
  }

  @Override
  public final Layer adaptiveAvgPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.adaptivePool(path, src, dst);
    return pool(path, Pool.adaptive(false, use(src), use(dst)), src, dst, dDst, dSrc);
  }

  @Override
  public final Layer adaptiveMaxPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.adaptivePool(path, src, dst);
    return pool(path, Pool.adaptive(true, use(src), use(dst)), src, dst, dDst, dSrc);
  }

  @Override
  public final Layer globalAvgPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.vector(path, src, dst);
    return pool(path, Pool.global(false, use(src)), src, dst, dDst, dSrc);
  }

  @Override
  public final Layer globalMaxPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.vector(path, src, dst);
    return pool(path, Pool.global(true, use(src)), src, dst, dDst, dSrc);
  }

  private Layer pool(String path, Pool pool, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    gradients(path, src, dst, dDst, dSrc);
    PoolPrimitive layer = new PoolPrimitive(pool, use(src), use(dst));
    PlanTensor gradient = use(dDst);
    use(dSrc.tensor());
    return layer(
        path,
        List.of(layer.src()),
        layer.dst(),
        false,
        emitters -> layer.train(emitters, gradient, target(emitters, src, dSrc)));
  }

  @Override
  public final Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.flat(path, src, dst);
    return simple(path, src, dst, dDst, dSrc, Moves::flatten, Moves::flattenBackward);
  }

  @Override
  public final Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, src, dst);
    return simple(path, src, dst, dDst, dSrc, Moves::copy, Moves::copyBackward);
  }

  @Override
  public final Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.zeroPad(path, padding, src, dst);
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
  public final Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, src, dst);
    BindChecks.groups(path, groups, src);
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
  public final Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, src, dst);
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
  public final Layer logSoftmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, src, dst);
    PlanTensor output = use(dst);
    return simple(
        path,
        src,
        dst,
        dDst,
        dSrc,
        Softmax::forwardLog,
        (e, gradient, target) -> Softmax.backwardLog(e, output, gradient, target));
  }

  @Override
  public final Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, src, dst);
    ResponseNorm layer = new ResponseNorm(norm, use(src), use(dst));
    return simple(path, src, dst, dDst, dSrc, (e, from, to) -> layer.forward(e), layer::backward);
  }

  @Override
  public final Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.same(path, src, dst);
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
  public final Layer sum(
      String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    BindChecks.same(path, dst, dDst);
    List<Sums.Term> terms = new ArrayList<>();
    for (TrainedAddend addend : addends) {
      BindChecks.same(path, dst, addend.tensor());
      addend.gradient().ifPresent(g -> BindChecks.same(path, dst, g.tensor()));
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
        emitters -> {
          Sums.forward(emitters.forward(), activation, terms, to);
          emitters.recompute().repeat(emitters.forward());
          if (relu && emitters.inputGradient()) {
            Pointwise.reluBackward(emitters.backward(), to, gradient);
          }
          for (TrainedAddend addend : addends) {
            addend
                .gradient()
                .map(g -> target(emitters, addend.tensor(), g))
                .ifPresent(t -> Sums.backward(emitters.backward(), gradient, addend.factor(), t));
          }
        });
  }

  @Override
  public final Layer scale(
      String path,
      Tensor src,
      Tensor gate,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc,
      Gradient dGate) {
    BindChecks.same(path, src, dst);
    BindChecks.vector(path, src, gate);
    BindChecks.vector(path, src, dGate.tensor());
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
        emitters -> {
          Pointwise.scale(emitters.forward(), from, factors, to);
          emitters.recompute().repeat(emitters.forward());
          Pointwise.scaleBackward(
              emitters.backward(),
              from,
              factors,
              gradient,
              target(emitters, src, dSrc),
              target(emitters, gate, dGate));
        });
  }

  @Override
  public final Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    BindChecks.same(path, dst, a, b, dDst, dA.tensor(), dB.tensor());
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
        emitters -> {
          Pointwise.multiply(emitters.forward(), first, second, to);
          emitters.recompute().repeat(emitters.forward());
          Pointwise.multiplyBackward(
              emitters.backward(), gradient, second, target(emitters, a, dA));
          Pointwise.multiplyBackward(emitters.backward(), gradient, first, target(emitters, b, dB));
        });
  }

  @Override
  public final Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.padShortcut(path, stride, src, dst);
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
  public final Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(
        path,
        rate,
        src,
        dst,
        dDst,
        dSrc,
        (emitters, from, to, gradient, target) ->
            TrainingDropout.compile(
                emitters, rate, seed(path), parameters::passes, from, to, gradient, target));
  }

  @Override
  public final Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    StochasticDepth layer = new StochasticDepth(rate, seed(path), parameters::passes);
    return drop(path, rate, src, dst, dDst, dSrc, layer::compile);
  }

  /** What dropout or stochastic depth does. */
  @FunctionalInterface
  private interface Drop {
    void emit(
        DeferredLayer.Emitters emitters,
        PlanTensor src,
        PlanTensor dst,
        PlanTensor dDst,
        GradientTarget dSrc);
  }

  private Layer drop(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc, Drop drop) {
    BindChecks.rate(path, rate);
    BindChecks.same(path, src, dst);
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
        emitters -> drop.emit(emitters, from, to, gradient, target(emitters, src, dSrc)));
  }

  private long seed(String path) {
    return settings.seed() * 31 + path.hashCode();
  }

  @Override
  public final Layer clear(String path, Tensor gradient) {
    PlanTensor tensor = use(gradient);
    return onlyBackward(path, e -> Moves.clear(e, tensor));
  }
}
