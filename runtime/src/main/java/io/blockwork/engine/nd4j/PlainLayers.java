package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.Kernel;
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

/** Binds the layers that have no parameters. */
abstract class PlainLayers extends BoundLayers {
  PlainLayers(
      Parameters parameters, TrainingSettings settings, Memory memory, LayerObserver observer) {
    super(parameters, settings, memory, observer);
  }

  @Override
  public final Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = BindChecks.output(path, "output", window, src, dst);
    return maxPool(ends(path, src, out, dDst, dSrc), PoolWindows.of(window, (Nd4jTensor) src));
  }

  @Override
  public final Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = BindChecks.output(path, "output", window, src, dst);
    return avgPool(ends(path, src, out, dDst, dSrc), PoolWindows.of(window, (Nd4jTensor) src));
  }

  @Override
  public final Layer adaptiveAvgPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = ends(path, src, BindChecks.adaptive(path, src, dst), dDst, dSrc);
    return avgPool(at, PoolWindows.adaptive(at.src(), dst.height(), dst.width()));
  }

  @Override
  public final Layer adaptiveMaxPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = ends(path, src, BindChecks.adaptive(path, src, dst), dDst, dSrc);
    return maxPool(at, PoolWindows.adaptive(at.src(), dst.height(), dst.width()));
  }

  @Override
  public final Layer globalAvgPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Nd4jTensor out = BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    Ends at = ends(path, src, out, dDst, dSrc);
    return simple(
        at, () -> Planes.mean(at.src(), at.dst()), () -> Planes.meanGradient(at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer globalMaxPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return adaptiveMaxPool(path, src, dst, dDst, dSrc);
  }

  private Layer maxPool(Ends at, PoolWindows windows) {
    return bound(
        at.path(),
        at.dst(),
        at.dSrc().needed(),
        new MaxPoolLayer(windows, at.src(), at.dst(), at.dDst(), at.dSrc()));
  }

  private Layer avgPool(Ends at, PoolWindows windows) {
    return simple(
        at,
        () -> windows.mean(at.src(), at.dst()),
        () -> windows.meanGradient(at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return move(ends(path, src, BindChecks.flat(path, src, dst), dDst, dSrc));
  }

  @Override
  public final Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return move(same(path, src, dst, dDst, dSrc));
  }

  private Layer move(Ends at) {
    return simple(
        at,
        () -> Elementwise.map(at.src(), at.dst(), (x, count) -> {}),
        () -> Elementwise.copy(at.dDst(), 1, at.dSrc()));
  }

  @Override
  public final Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = ends(path, src, BindChecks.padded(path, padding, src, dst), dDst, dSrc);
    ZeroPad pad = new ZeroPad(padding);
    return simple(
        at, () -> pad.forward(at.src(), at.dst()), () -> pad.backward(at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer sum(
      String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    Nd4jTensor out = (Nd4jTensor) dst;
    Nd4jTensor outGradient = outputGradient(path, dDst, dst);
    List<Sum.Term> terms = new ArrayList<>();
    List<Kernel> gradients = new ArrayList<>();
    boolean needed = false;
    for (TrainedAddend addend : addends) {
      Nd4jTensor in = BindChecks.expect(path, "input", addend.tensor(), dst);
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
  public final Layer scale(
      String path,
      Tensor src,
      Tensor gate,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc,
      Gradient dGate) {
    Ends at = same(path, src, dst, dDst, dSrc);
    Nd4jTensor factors = BindChecks.expect(path, "gate", gate, src.channels(), 1, 1);
    Target gateTarget = target(path, "gate", gate, dGate);
    return simple(
        at,
        at.dSrc().needed() || gateTarget.needed(),
        () -> Planes.scale(at.src(), factors, at.dst()),
        () -> {
          // The gate first: dSrc may be dDst itself.
          if (gateTarget.needed()) {
            Planes.gateGradient(at.src(), at.dDst(), gateTarget);
          }
          if (at.dSrc().needed()) {
            Planes.scaleGradient(at.dDst(), factors, at.dSrc());
          }
        });
  }

  @Override
  public final Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    Ends at = same(path, a, dst, dDst, dA);
    Nd4jTensor right = BindChecks.expect(path, "second input", b, dst);
    Target second = target(path, "second input", b, dB);
    return simple(
        at,
        at.dSrc().needed() || second.needed(),
        () -> Elementwise.combine(at.src(), right, at.dst(), Elementwise::multiply),
        () -> {
          if (at.dSrc().needed()) {
            Elementwise.combine(at.dDst(), right, at.dSrc(), Elementwise::multiply);
          }
          if (second.needed()) {
            Elementwise.combine(at.dDst(), at.src(), second, Elementwise::multiply);
          }
        });
  }

  @Override
  public final Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    Nd4jTensor known = activation.fromOutput() ? at.dst() : at.src();
    return simple(
        at,
        () -> Elementwise.map(at.src(), at.dst(), (x, n) -> Activations.apply(activation, x, n)),
        () ->
            Elementwise.combine(
                at.dDst(),
                known,
                at.dSrc(),
                (d, v, n) -> Activations.gradient(activation, d, v, n)));
  }

  @Override
  public final Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    ResponseNorm kernel = new ResponseNorm(norm, at.src(), at.dst());
    return simple(at, kernel::forward, () -> kernel.backward(at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.groups(path, groups, src);
    Ends at = same(path, src, dst, dDst, dSrc);
    Shuffle shuffle = new Shuffle(groups, src.channels());
    return simple(
        at,
        () -> shuffle.forward(at.src(), at.dst()),
        () -> shuffle.backward(at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    return simple(
        at,
        () -> Softmax.forward(at.src(), at.dst()),
        () -> Softmax.backward(at.dst(), at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer logSoftmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    return simple(
        at,
        () -> Softmax.forwardLog(at.src(), at.dst()),
        () -> Softmax.backwardLog(at.dst(), at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = ends(path, src, BindChecks.shortcut(path, stride, src, dst), dDst, dSrc);
    PadShortcut shortcut = new PadShortcut(stride, at.src(), at.dst());
    return simple(at, shortcut::forward, () -> shortcut.backward(at.dDst(), at.dSrc()));
  }

  @Override
  public final Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(same(path, src, dst, dDst, dSrc), new Dropout(rate, settings.seed(), path, false));
  }

  @Override
  public final Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(same(path, src, dst, dDst, dSrc), new Dropout(rate, settings.seed(), path, true));
  }

  private Layer drop(Ends at, Dropout dropout) {
    return bound(
        at.path(),
        at.dst(),
        at.dSrc().needed(),
        new DropoutLayer(dropout, at.src(), at.dst(), at.dDst(), at.dSrc(), parameters::passes));
  }

  @Override
  public final Layer clear(String path, Tensor gradient) {
    Nd4jTensor tensor = (Nd4jTensor) gradient;
    return new SimpleLayer(() -> {}, () -> Elementwise.clear(tensor), true);
  }
}
