package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.driver.HostMemory;
import io.blockwork.cuda.driver.RecordedGraph;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.engine.CrossEntropy;
import io.blockwork.engine.WholeStep;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A whole training step as one graph: forward, losses, backward, and the step of an optimizer. What
 * changes from step to step (targets, rates) lies in memory, so that the graph is recorded once for
 * each optimizer.
 */
final class WholeGraph {
  private static final int WARP = 32;
  private static final int THREADS = 256;

  /** Of a loss: as in {@code losses.cu}. */
  private static final int FACTORS = 3;

  private final BoundPass pass;
  private final List<Target> targets = new ArrayList<>();
  private final Arena.Storage results;
  private final HostMemory hostResults;
  private final List<Emitter.Launch> forward;
  private final List<Emitter.Launch> losses;
  private final List<Emitter.Launch> backward;

  /** Of the optimizer that stepped last. */
  private Optional<Recorded> recorded = Optional.empty();

  private record Recorded(OptimizerMemory memory, RecordedGraph graph) {}

  /**
   * What one output is compared with.
   *
   * @param values {@code [N, C]}
   * @param host the factors, and the values behind them
   */
  private record Target(
      int images,
      int classes,
      Arena.Storage factors,
      Arena.Storage values,
      Arena.Storage rows,
      HostMemory host) {
    long length() {
      return (long) images * classes;
    }
  }

  WholeGraph(
      BoundPass pass,
      List<Port> outputs,
      List<Port> outputGradients,
      List<Emitter.Launch> forward,
      List<Emitter.Launch> backward) {
    this.pass = pass;
    this.forward = forward;
    this.backward = backward;
    Resources made = new Resources();
    try {
      Arena arena = new Arena();
      made.add(arena, arena::close);
      for (Port output : outputs) {
        targets.add(target(arena, made, output.tensor()));
      }
      int doubles = OptimizerMemory.RESULTS + outputs.size();
      results = arena.reserve("results", (long) Double.BYTES * doubles);
      HostMemory pinned = pass.session().device().allocateHost((long) Double.BYTES * doubles);
      hostResults = made.add(pinned, pinned::close);
      Emitter emitter = pass.session().emitter(pass.form(), arena).at("loss");
      for (int i = 0; i < outputs.size(); i++) {
        Place loss = results.plus((long) Double.BYTES * (OptimizerMemory.RESULTS + i));
        emit(emitter, targets.get(i), outputs.get(i), outputGradients.get(i), loss);
      }
      losses = emitter.take();
      arena.allocate(pass.session().device(), pass.stream());
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
    pass.resources().add(made, made::close);
    pass.resources().add(made, this::forget);
  }

  private Target target(Arena arena, Resources made, CudaTensor output) {
    int images = pass.form().batch();
    int classes = Math.toIntExact(output.elements());
    long values = (long) images * classes;
    HostMemory host =
        pass.session().device().allocateHost((long) Double.BYTES * FACTORS + Float.BYTES * values);
    made.add(host, host::close);
    return new Target(
        images,
        classes,
        arena.reserve("factors of the loss", (long) Double.BYTES * FACTORS),
        arena.reserve("targets", Float.BYTES * values),
        arena.reserve("losses of images", (long) Float.BYTES * images),
        host);
  }

  private static void emit(
      Emitter to, Target target, Port output, Port outputGradient, Place loss) {
    to.blocks(
        Source.LOSSES,
        "cross_entropy",
        target.images(),
        threads(target.classes()),
        output.staging(),
        target.values(),
        target.classes(),
        target.factors(),
        outputGradient.staging(),
        target.rows());
    to.blocks(
        Source.LOSSES,
        "loss_mean",
        1,
        THREADS,
        target.rows(),
        target.images(),
        target.factors(),
        loss);
  }

  /** A power of 2, as sums over a block ask for. */
  private static int threads(int classes) {
    int threads = WARP;
    while (threads < classes && threads < THREADS) {
      threads *= 2;
    }
    return threads;
  }

  /** The graph that ends with a step of the optimizer, recorded if another's was. */
  RecordedGraph recorded(CudaOptimizer optimizer, OptimizerMemory memory) {
    if (recorded.isPresent() && recorded.get().memory() == memory) {
      return recorded.get().graph();
    }
    forget();
    memory.disable(pass.stream());
    List<Emitter.Launch> step = optimizer.launches(results, targets.size());
    List<Emitter.Launch> fresh = new ArrayList<>(losses);
    fresh.addAll(step);
    List<Emitter.Launch> all = new ArrayList<>(forward);
    all.addAll(losses);
    all.addAll(backward);
    all.addAll(step);
    RecordedGraph graph = pass.record(fresh, all);
    recorded = Optional.of(new Recorded(memory, graph));
    return graph;
  }

  private void forget() {
    Optional<Recorded> last = recorded;
    recorded = Optional.empty();
    last.ifPresent(r -> r.graph().close());
  }

  /** Begins to copy what the outputs are compared with to the device. */
  void send(List<Optional<CrossEntropy>> losses) {
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      Stream stream = pass.stream();
      ByteBuffer factors =
          NativeValues.bytes(target.host().address(), (long) Double.BYTES * FACTORS);
      double divisor = losses.get(i).map(loss -> loss.targets().divisor()).orElse(1.0);
      double weight = losses.get(i).map(CrossEntropy::weight).orElse(0.0);
      factors.putDouble(losses.get(i).isPresent() ? 1 : 0);
      factors.putDouble(weight / divisor).putDouble(divisor);
      stream.toDevice(
          target.factors().address(), target.host().address(), (long) Double.BYTES * FACTORS);
      if (losses.get(i).isPresent()) {
        long values = target.host().address() + (long) Double.BYTES * FACTORS;
        losses.get(i).get().targets().write(NativeValues.floats(values, target.length()));
        stream.toDevice(target.values().address(), values, Float.BYTES * target.length());
      }
    }
  }

  /** What the step came to, once it is done. */
  WholeStep receive() {
    int doubles = OptimizerMemory.RESULTS + targets.size();
    long bytes = (long) Double.BYTES * doubles;
    pass.stream().toHost(hostResults.address(), results.address(), bytes);
    pass.stream().await();
    ByteBuffer values = NativeValues.bytes(hostResults.address(), bytes);
    List<Double> all = new ArrayList<>();
    for (int i = OptimizerMemory.RESULTS; i < doubles; i++) {
      all.add(values.getDouble(Double.BYTES * i));
    }
    return new WholeStep(all, values.getDouble(Double.BYTES * OptimizerMemory.STEPS) != 0);
  }
}
