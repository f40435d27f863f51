package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.Move;
import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.Term;
import io.blockwork.engine.Activation;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainedAddend;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Window;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Writes down the layers of a training pass that have no parameters. */
abstract class PlainLayers extends RecordedLayers {
  private final Place pass;

  /**
   * Nothing yet.
   *
   * @param pass where the number of the training pass stands
   */
  PlainLayers(Parameters parameters, TrainingSettings settings, Emitter emitter, Place pass) {
    super(parameters, settings, emitter);
    this.pass = pass;
  }

  @Override
  public final Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.pool(path, window, src, dst);
    return maxPool(ends(path, src, dst, dDst, dSrc), PoolKernels.of(window));
  }

  private Layer maxPool(Ends at, PoolKernels pools) {
    Place places = emitter.arena().reserve("places", pools.bytesOfPlaces(at.dst()));
    follow(at.dst(), at.needed());
    Recorded layer = new Recorded(at.path());
    layer.forward(
        new Joinable.MaxPool(at.path(), pools, at.src(), ScaleShift.NONE, false, at.dst(), places));
    if (at.needed()) {
      layer.backward(
          new Joinable.MaxPoolBackward(
              at.path(), pools, at.dDst(), places, at.dSrc(), at.accumulate()));
    }
    return layer;
  }

  @Override
  public final Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.pool(path, window, src, dst);
    return avgPool(ends(path, src, dst, dDst, dSrc), PoolKernels.of(window));
  }

  private Layer avgPool(Ends at, PoolKernels pools) {
    return simple(
        at,
        to -> pools.average(to, at.src(), at.dst()),
        List.of(at.dDst()),
        to -> pools.averageBackward(to, at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer adaptiveAvgPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.channels(path, src, dst);
    return avgPool(ends(path, src, dst, dDst, dSrc), PoolKernels.ofAll());
  }

  @Override
  public final Layer adaptiveMaxPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.channels(path, src, dst);
    return maxPool(ends(path, src, dst, dDst, dSrc), PoolKernels.ofAll());
  }

  @Override
  public final Layer globalAvgPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return avgPool(ends(path, src, dst, dDst, dSrc), PoolKernels.ofAll());
  }

  @Override
  public final Layer globalMaxPool(
      String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.expect(path, "output", dst, src.channels(), 1, 1);
    return maxPool(ends(path, src, dst, dDst, dSrc), PoolKernels.ofAll());
  }

  @Override
  public final Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.flat(path, src, dst);
    Ends at = ends(path, src, dst, dDst, dSrc);
    return simple(
        at,
        to -> Elementwise.flatten(to, at.src(), at.dst(), false),
        List.of(at.dDst()),
        to -> Elementwise.flatten(to, at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.padded(path, padding, src, dst);
    return place(ends(path, src, dst, dDst, dSrc), Move.padding(padding.top(), padding.left()));
  }

  private Layer place(Ends at, Move move) {
    return simple(
        at,
        to -> Elementwise.place(to, move, at.src(), at.dst()),
        List.of(at.dDst()),
        to -> Elementwise.placeBackward(to, move, at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer sum(
      String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    CudaTensor into = BindChecks.use(dst);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    List<Term> terms =
        Arrays.stream(addends)
            .map(a -> new Term(BindChecks.same(path, "input", a.tensor(), dst), (float) a.factor()))
            .toList();
    boolean needed = terms.stream().anyMatch(t -> needed(t.tensor()));
    Recorded layer = new Recorded(path);
    boolean masked = relu && needed;
    Signs signs = new Signs(emitter.arena().reserve("signs"));
    layer.forward(
        new Joinable.Sum(
            path,
            relu ? Function.RELU : Function.NONE,
            masked ? Optional.of(signs) : Optional.empty(),
            into,
            terms));
    if (masked) {
      layer.backward(new Joinable.Mask(path, gradient, into, signs));
    }
    for (TrainedAddend addend : addends) {
      if (addend.gradient().isPresent()) {
        Target target = target(path, addend.tensor(), addend.gradient().get());
        if (target.needed()) {
          layer.backward(
              List.of(dDst),
              List.of(target.tensor()),
              to ->
                  Elementwise.add(
                      to, gradient, (float) addend.factor(), target.tensor(), target.accumulate()));
        }
      }
    }
    follow(into, needed);
    return layer;
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
    BindChecks.expect(path, "gate", gate, src.channels(), 1, 1);
    return product(path, src, gate, dst, dDst, dSrc, dGate);
  }

  @Override
  public final Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    BindChecks.same(path, "second input", b, a);
    return product(path, a, b, dst, dDst, dA, dB);
  }

  private Layer product(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    CudaTensor left = BindChecks.use(a);
    CudaTensor right = BindChecks.use(b);
    CudaTensor into = BindChecks.same(path, "output", dst, a);
    CudaTensor gradient = outputGradient(path, dDst, dst);
    Target first = target(path, a, dA);
    Target second = target(path, b, dB);
    Recorded layer = new Recorded(path);
    layer.forward(List.of(a, b), dst, to -> Elementwise.multiply(to, left, right, into, false));
    // The second first: the gradient of the first may be that of the output itself.
    if (second.needed()) {
      layer.backward(
          List.of(dDst, a),
          List.of(second.tensor()),
          to -> {
            if (right.plane() == 1 && left.plane() > 1) {
              Elementwise.imageSums(
                  to, gradient, List.of(left), 1, second.tensor(), second.accumulate());
            } else {
              Elementwise.multiply(to, gradient, left, second.tensor(), second.accumulate());
            }
          });
    }
    if (first.needed()) {
      layer.backward(
          List.of(dDst, b),
          List.of(first.tensor()),
          to -> Elementwise.multiply(to, gradient, right, first.tensor(), first.accumulate()));
    }
    follow(into, first.needed() || second.needed());
    return layer;
  }

  @Override
  public final Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    Function function = Function.of(activation);
    boolean fromOutput = activation.fromOutput();
    CudaTensor known = fromOutput ? at.dst() : at.src();
    return simple(
        at,
        to -> Elementwise.sum(to, function, at.dst(), List.of(new Term(at.src(), 1))),
        List.of(at.dDst(), known),
        to ->
            Elementwise.activationBackward(
                to, function, fromOutput, known, at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    return simple(
        at,
        to -> Norms.response(to, norm, at.src(), at.dst()),
        List.of(at.dDst(), at.src()),
        to -> Norms.responseBackward(to, norm, at.src(), at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.groups(path, groups, src);
    return place(same(path, src, dst, dDst, dSrc), Move.shuffle(groups));
  }

  @Override
  public final Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return ofChannels(same(path, src, dst, dDst, dSrc), "softmax");
  }

  @Override
  public final Layer logSoftmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return ofChannels(same(path, src, dst, dDst, dSrc), "log_softmax");
  }

  private Layer ofChannels(Ends at, String kernel) {
    String backward = kernel + "_backward";
    return simple(
        at,
        to -> Norms.ofChannels(to, kernel, at.src(), at.dst()),
        List.of(at.dDst(), at.dst()),
        to ->
            Norms.ofChannelsBackward(
                to, backward, at.dst(), at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return sum(path, false, dst, dDst, TrainedAddend.addend(src, dSrc));
  }

  @Override
  public final Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.shortcut(path, stride, src, dst);
    Move move = Move.shortcut(stride, (dst.channels() - src.channels()) / 2);
    return place(ends(path, src, dst, dDst, dSrc), move);
  }

  @Override
  public final Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(same(path, src, dst, dDst, dSrc), rate, false);
  }

  @Override
  public final Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return drop(same(path, src, dst, dDst, dSrc), rate, true);
  }

  private Layer drop(Ends at, double rate, boolean images) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          SafeText.format("%s: dropout rate: expected 0 to 1, got %s", at.path(), rate));
    }
    long stream = SplitMix.mix(settings.seed() + SplitMix.mix(at.path().hashCode()));
    var mask = new Elementwise.Mask(rate, stream, pass, images);
    return simple(
        at,
        to -> Elementwise.dropout(to, mask, at.src(), at.dst(), false),
        List.of(at.dDst()),
        to -> Elementwise.dropout(to, mask, at.dDst(), at.dSrc(), at.accumulate()));
  }

  @Override
  public final Layer clear(String path, Tensor gradient) {
    CudaTensor tensor = BindChecks.use(gradient);
    return new Recorded(path)
        .backward(List.of(), List.of(gradient), to -> Elementwise.fill(to, tensor, 0));
  }
}
