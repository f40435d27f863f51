package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.InferenceBinder;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Takes down which layers of a training pass are frozen, and what those would be in inference. */
final class FrozenRecorder implements TrainingBinder {
  /**
   * A layer in the order in which the pass names them.
   *
   * @param frozen how it is computed in inference; empty if that differs from training
   * @param reads what it reads forward
   * @param write what it writes forward; empty if it does nothing forward
   */
  record Named(Optional<FrozenLayer> frozen, List<PlanTensor> reads, Optional<PlanTensor> write) {}

  private final TrainingSettings settings;
  private final Memories memories = new Memories();
  private final List<Named> layers = new ArrayList<>();

  FrozenRecorder(TrainingSettings settings) {
    this.settings = settings;
  }

  Memories memories() {
    return memories;
  }

  List<Named> layers() {
    return layers;
  }

  private Layer add(Named layer) {
    layers.add(layer);
    return new NoLayer();
  }

  private Layer frozen(FrozenLayer layer) {
    return add(new Named(Optional.of(layer), layer.reads(), Optional.of(layer.write())));
  }

  /** A layer with parameters at that path: frozen, or trained. */
  private Layer perhaps(String path, FrozenLayer layer) {
    return settings.isFrozen(path) ? frozen(layer) : unlikeInference(layer.reads(), layer.write());
  }

  private Layer unlikeInference(List<PlanTensor> reads, PlanTensor write) {
    return add(new Named(Optional.empty(), reads, Optional.of(write)));
  }

  private PlanTensor use(Tensor tensor) {
    return memories.use(tensor);
  }

  /** Binds a layer that reads one tensor. */
  @FunctionalInterface
  private interface OneInput {
    Kernel bind(InferenceBinder binder, PlanTensor from, PlanTensor to);
  }

  private FrozenLayer one(Tensor src, Tensor dst, OneInput layer) {
    return new FrozenLayer.Other(
        List.of(use(src)), use(dst), (binder, from, to) -> layer.bind(binder, from.get(0), to));
  }

  @Override
  public void slots(long... elements) {
    memories.slots(elements);
  }

  @Override
  public Tensor slot(int slot, int channels, int height, int width) {
    return memories.slot(slot, channels, height, width);
  }

  @Override
  public Tensor keep(int channels, int height, int width) {
    return memories.keep(channels, height, width);
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return perhaps(
        path,
        new FrozenLayer.Convolution(
            path, conv, Epilogue.none(), use(src), Optional.empty(), use(dst)));
  }

  @Override
  public Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Activation activation = relu ? Activation.RELU : Activation.NONE;
    return perhaps(path, new FrozenLayer.Normalization(path, norm, activation, use(src), use(dst)));
  }

  @Override
  public Layer maxPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.maxPool(path, window, from, to)));
  }

  @Override
  public Layer avgPool(
      String path, Window window, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.avgPool(path, window, from, to)));
  }

  @Override
  public Layer adaptiveAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.adaptiveAvgPool(path, from, to)));
  }

  @Override
  public Layer adaptiveMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.adaptiveMaxPool(path, from, to)));
  }

  @Override
  public Layer globalAvgPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.globalAvgPool(path, from, to)));
  }

  @Override
  public Layer globalMaxPool(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.globalMaxPool(path, from, to)));
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
    return perhaps(
        path,
        one(src, dst, (binder, from, to) -> binder.linear(path, linear, activation, from, to)));
  }

  @Override
  public Layer flatten(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.flatten(path, from, to)));
  }

  @Override
  public Layer zeroPad(
      String path, Padding padding, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.zeroPad(path, padding, from, to)));
  }

  @Override
  public Layer sum(String path, boolean relu, Tensor dst, Tensor dDst, TrainedAddend... addends) {
    List<Sums.Term> terms =
        Arrays.stream(addends).map(a -> new Sums.Term(use(a.tensor()), a.factor())).toList();
    Activation activation = relu ? Activation.RELU : Activation.NONE;
    return frozen(new FrozenLayer.Sum(path, activation, terms, use(dst)));
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
    return frozen(
        new FrozenLayer.Other(
            List.of(use(src), use(gate)),
            use(dst),
            (binder, from, to) -> binder.scale(path, from.get(0), from.get(1), to)));
  }

  @Override
  public Layer multiply(
      String path, Tensor a, Tensor b, Tensor dst, Tensor dDst, Gradient dA, Gradient dB) {
    return frozen(
        new FrozenLayer.Other(
            List.of(use(a), use(b)),
            use(dst),
            (binder, from, to) -> binder.multiply(path, from.get(0), from.get(1), to)));
  }

  @Override
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    FrozenLayer layer = one(src, dst, (binder, from, to) -> binder.affine(path, affine, from, to));
    boolean trained =
        affine instanceof Affine.Learned learned
            && Stream.concat(learned.scale().stream(), learned.shift().stream())
                .anyMatch(name -> !settings.isFrozen(name));
    return trained ? unlikeInference(layer.reads(), layer.write()) : frozen(layer);
  }

  @Override
  public Layer activation(
      String path, Activation activation, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(new FrozenLayer.Activated(path, activation, use(src), use(dst)));
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return perhaps(path, one(src, dst, (binder, from, to) -> binder.prelu(path, from, to)));
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    FrozenLayer layer = one(src, dst, (binder, from, to) -> binder.layerNorm(path, norm, from, to));
    return norm.affine() ? perhaps(path, layer) : frozen(layer);
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    FrozenLayer layer = one(src, dst, (binder, from, to) -> binder.groupNorm(path, norm, from, to));
    return norm.affine() ? perhaps(path, layer) : frozen(layer);
  }

  @Override
  public Layer localResponseNorm(
      String path, LocalResponseNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(
        one(src, dst, (binder, from, to) -> binder.localResponseNorm(path, norm, from, to)));
  }

  @Override
  public Layer channelShuffle(
      String path, int groups, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(
        one(src, dst, (binder, from, to) -> binder.channelShuffle(path, groups, from, to)));
  }

  @Override
  public Layer softmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.softmax(path, from, to)));
  }

  @Override
  public Layer logSoftmax(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.logSoftmax(path, from, to)));
  }

  @Override
  public Layer copy(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.copy(path, from, to)));
  }

  @Override
  public Layer padShortcut(
      String path, int stride, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return frozen(one(src, dst, (binder, from, to) -> binder.padShortcut(path, stride, from, to)));
  }

  @Override
  public Layer dropout(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return unlikeInference(List.of(use(src)), use(dst));
  }

  @Override
  public Layer stochasticDepth(
      String path, double rate, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return unlikeInference(List.of(use(src)), use(dst));
  }

  @Override
  public Layer clear(String path, Tensor gradient) {
    return add(new Named(Optional.empty(), List.of(), Optional.empty()));
  }
}
