package io.blockwork.engine.nd4j;

import io.blockwork.engine.Gradient;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.Parameters;

/**
 * What all layers of a training pass need when they are bound. Layers are bound in the order of the
 * forward pass: each marks its output as needing a gradient when its input does or it has something
 * to train itself. A tensor that no layer has written yet is the network's input.
 */
abstract class BoundLayers implements TrainingBinder {
  final Parameters parameters;
  final TrainingSettings settings;
  final Memory memory;
  private final LayerObserver observer;

  BoundLayers(
      Parameters parameters, TrainingSettings settings, Memory memory, LayerObserver observer) {
    this.parameters = parameters;
    this.settings = settings;
    this.memory = memory;
    this.observer = observer;
  }

  /**
   * The tensors of a layer with one input and one output.
   *
   * @param path the layer
   * @param src its input
   * @param dst its output
   * @param dDst gradient of the output
   * @param dSrc where the gradient of the input goes
   */
  record Ends(String path, Nd4jTensor src, Nd4jTensor dst, Nd4jTensor dDst, Target dSrc) {}

  /** The tensors, the output having been checked. */
  static Ends ends(String path, Tensor src, Nd4jTensor dst, Tensor dDst, Gradient dSrc) {
    return new Ends(
        path, (Nd4jTensor) src, dst, outputGradient(path, dDst, dst), target(path, src, dSrc));
  }

  /** The tensors, if the output has the input's shape. */
  static Ends same(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return ends(path, src, BindChecks.expect(path, "output", dst, src), dDst, dSrc);
  }

  @Override
  public final void slots(long... elements) {
    memory.slots(elements);
  }

  @Override
  public final Tensor slot(int slot, int channels, int height, int width) {
    return memory.slot(slot, channels, height, width, settings.inputGradient());
  }

  @Override
  public final Tensor keep(int channels, int height, int width) {
    return memory.keep(channels, height, width, settings.inputGradient());
  }

  static Target target(String path, String what, Tensor src, Gradient dSrc) {
    Nd4jTensor tensor = BindChecks.expect(path, "gradient of the " + what, dSrc.tensor(), src);
    return new Target(tensor, dSrc.accumulate(), ((Nd4jTensor) src).needsGradient());
  }

  static Target target(String path, Tensor src, Gradient dSrc) {
    return target(path, "input", src, dSrc);
  }

  static Nd4jTensor outputGradient(String path, Tensor dDst, Tensor dst) {
    return BindChecks.expect(path, "gradient of the output", dDst, dst);
  }

  /** A layer whose output needs a gradient if {@code needed}. */
  final Layer bound(String path, Nd4jTensor dst, boolean needed, Layer layer) {
    dst.needsGradient(needed);
    return observer.bound(path, dst, layer);
  }

  /** A layer without parameters that remembers nothing. */
  final Layer simple(Ends at, Kernel compute, Kernel gradient) {
    return simple(at, at.dSrc().needed(), compute, gradient);
  }

  /** A layer that remembers nothing, whose output needs a gradient if {@code needed}. */
  final Layer simple(Ends at, boolean needed, Kernel compute, Kernel gradient) {
    return bound(at.path(), at.dst(), needed, new SimpleLayer(compute, gradient, needed));
  }
}
