package io.blockwork.cuda;

import io.blockwork.engine.Gradient;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What all layers of a training pass need when they are checked and written down. */
abstract class RecordedLayers implements TrainingBinder {
  final Parameters parameters;
  final TrainingSettings settings;
  final Emitter emitter;
  private final Memories memories;
  private final GradientNeeds needs;
  private final List<Operation> operations = new ArrayList<>();

  RecordedLayers(Parameters parameters, TrainingSettings settings, Emitter emitter) {
    this.parameters = parameters;
    this.settings = settings;
    this.emitter = emitter;
    this.memories = new Memories(emitter.arena(), emitter.form());
    this.needs = new GradientNeeds(settings.inputGradient());
  }

  /** What has been written down since the last call. */
  final List<Operation> take() {
    List<Operation> taken = List.copyOf(operations);
    operations.clear();
    return taken;
  }

  /** What a layer writes down. */
  final class Recorded implements Layer {
    private final String path;
    private final List<Operation> forward = new ArrayList<>();
    private final List<Operation> recompute = new ArrayList<>();
    private final List<Operation> backward = new ArrayList<>();

    Recorded(String path) {
      this.path = path;
    }

    private Operation plain(List<Tensor> reads, List<Tensor> writes, Consumer<Emitter> recipe) {
      return new Operation.Plain(
          path,
          reads.stream().map(BindChecks::use).toList(),
          writes.stream().map(BindChecks::use).toList(),
          recipe);
    }

    Recorded forward(List<Tensor> reads, Tensor write, Consumer<Emitter> recipe) {
      return forward(plain(reads, List.of(write), recipe));
    }

    /** Does the same in a recomputation. */
    Recorded forward(Operation operation) {
      forward.add(operation);
      recompute.add(operation);
      return this;
    }

    Recorded onceForward(List<Tensor> reads, Consumer<Emitter> recipe) {
      forward.add(plain(reads, List.of(), recipe));
      return this;
    }

    Recorded backward(List<Tensor> reads, List<Tensor> writes, Consumer<Emitter> recipe) {
      return backward(plain(reads, writes, recipe));
    }

    Recorded backward(Operation operation) {
      backward.add(operation);
      return this;
    }

    @Override
    public void forward() {
      operations.addAll(forward);
    }

    @Override
    public void recompute() {
      operations.addAll(recompute);
    }

    @Override
    public void backward() {
      operations.addAll(backward);
    }
  }

  /** Where the gradient of an input goes. */
  record Target(CudaTensor tensor, boolean accumulate, boolean needed) {}

  /**
   * The tensors of a layer with one input and one output.
   *
   * @param path the layer
   * @param src its input
   * @param dst its output
   * @param dDst gradient of the output
   * @param target where the gradient of the input goes
   */
  record Ends(String path, CudaTensor src, CudaTensor dst, CudaTensor dDst, Target target) {
    /** Where the gradient of the input goes. */
    CudaTensor dSrc() {
      return target.tensor();
    }

    /** Whether it is added to what is there. */
    boolean accumulate() {
      return target.accumulate();
    }

    /** Whether anybody needs it. */
    boolean needed() {
      return target.needed();
    }
  }

  /** The tensors, the output having been checked. */
  final Ends ends(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return new Ends(
        path,
        BindChecks.use(src),
        BindChecks.use(dst),
        outputGradient(path, dDst, dst),
        target(path, src, dSrc));
  }

  /** The tensors, if the output has the input's shape. */
  final Ends same(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return ends(path, src, BindChecks.same(path, "output", dst, src), dDst, dSrc);
  }

  final Target target(String path, Tensor src, Gradient dSrc) {
    return new Target(
        BindChecks.same(path, "gradient of the input", dSrc.tensor(), src),
        dSrc.accumulate(),
        needs.needed(BindChecks.use(src)));
  }

  static CudaTensor outputGradient(String path, Tensor dDst, Tensor dst) {
    return BindChecks.same(path, "gradient of the output", dDst, dst);
  }

  final boolean trained(String name) {
    return !settings.isFrozen(name);
  }

  /** Says whether the gradient of a tensor that a layer writes is needed. */
  final void follow(CudaTensor dst, boolean needed) {
    needs.written(dst, needed);
  }

  /** Whether the tensor's gradient is needed. */
  final boolean needed(CudaTensor tensor) {
    return needs.needed(tensor);
  }

  /** A layer without parameters whose backward reads some of its tensors. */
  final Layer simple(
      Ends at, Consumer<Emitter> forward, List<Tensor> backwardReads, Consumer<Emitter> backward) {
    follow(at.dst(), at.needed());
    Recorded layer = new Recorded(at.path()).forward(List.of(at.src()), at.dst(), forward);
    if (at.needed()) {
      layer.backward(backwardReads, List.of(at.dSrc()), backward);
    }
    return layer;
  }

  @Override
  public final void slots(long... elements) {
    memories.slots(elements);
  }

  @Override
  public final Tensor slot(int slot, int channels, int height, int width) {
    return memories.slot(slot, channels, height, width);
  }

  @Override
  public final Tensor keep(int channels, int height, int width) {
    return memories.keep(channels, height, width);
  }
}
