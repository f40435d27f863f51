package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.engine.winograd.WinogradWeights;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.dnnl.memory;

/**
 * The parameters and gradients of a training plan: weights are kept in the layouts that the kernels
 * want, and re-ordered once for each change of the parameters.
 */
final class TrainingWeights {
  private record Packed(String path, memory.desc layout, memory memory) {}

  private final BoundPlan plan;
  private final Parameters parameters;
  private final Gradients gradients;
  private final List<Packed> packed = new ArrayList<>();
  private final Emitter refresh;
  private Runnable[] calls = {};
  private long version = -1;

  /** Names of the running statistics that a pass moves. */
  private final Set<String> moving = new HashSet<>();

  private Optional<Parameters.Part> movingPart = Optional.empty();

  TrainingWeights(BoundPlan plan, Parameters parameters, Gradients gradients) {
    this.plan = plan;
    this.parameters = parameters;
    this.gradients = gradients;
    this.refresh = new Emitter(plan, "weights");
  }

  /** The whole parameter as it is in {@link Parameters}. */
  memory parameter(String name, memory.desc desc) {
    return plan.wrap(plan.own(desc), parameters.values(name).address());
  }

  /** A parameter of one value a channel. */
  memory vector(String name) {
    return parameter(name, PackedWeights.vector(parameters.info(name).length()));
  }

  /** The whole gradient as it is in {@link Gradients}. */
  memory gradient(String name, memory.desc desc) {
    return plan.wrap(plan.own(desc), NativeValues.address(gradients.get(name)));
  }

  /** The gradient of a parameter of one value a channel. */
  memory gradientVector(String name) {
    return gradient(name, PackedWeights.vector(gradients.get(name).length()));
  }

  /** The convolution's weight in that layout. */
  memory convolution(String path, ConvolutionPrimitive convolution, memory.desc layout) {
    memory.desc padded = plan.own(convolution.paddedWeight(memory.data_type.f32));
    memory plain = parameter(path + ".weight", convolution.plainWeight());
    if (!convolution.isPadded()) {
      return pack(path, plain, layout);
    }
    memory wide = plan.keep(padded);
    org.bytedeco.javacpp.Pointer.memset(wide.get_data_handle(), 0, padded.get_size());
    refresh.reorder(
        plain,
        plan.own(
            new memory(
                convolution.withoutPadding(padded), BoundPlan.cpu(), wide.get_data_handle())),
        false);
    return pack(path, wide, layout);
  }

  /**
   * The 3x3 convolution's weight for Winograd's filtering.
   *
   * @param backward whether it is for the gradient of the input, which swaps the channels
   */
  memory winograd(String path, Conv conv, WinogradWeights.Layout layout, boolean backward) {
    long in = conv.in();
    long out = conv.out();
    long[] dims = {out, in, 3, 3};
    long plane = in * out;
    // [3, 3, from, to]: the channels that are written lie side by side.
    long[] strides =
        backward ? new long[] {in, 1, 3 * plane, plane} : new long[] {1, out, 3 * plane, plane};
    memory plain =
        parameter(path + ".weight", new ConvolutionPrimitive(conv, conv.in()).plainWeight());
    memory rows =
        plan.temporary(
            Scratch.PLAIN_WEIGHTS, plan.own(new memory.desc(dims, memory.data_type.f32, strides)));
    memory transformed = plan.keep(plan.own(PackedWeights.vector(layout.bytes() / Float.BYTES)));
    WinogradWeights transform = WinogradWeights.of(layout, plan.threads());
    plan.onClose(transform::close);
    refresh.reorder(plain, rows, false);
    refresh.execute(
        "winograd weights",
        "winograd",
        0,
        9 * plane * Float.BYTES + layout.bytes(),
        new Transformation(transform, rows, transformed));
    return transformed;
  }

  /**
   * Transforms a weight. Scratch memory gets its place only when all of the plan is known, and
   * asking for it makes an object: so that is done once, in the first step.
   */
  private static final class Transformation implements Runnable {
    private final WinogradWeights transform;
    private final memory rows;
    private final memory target;
    private long from;
    private long to;

    Transformation(WinogradWeights transform, memory rows, memory target) {
      this.transform = transform;
      this.rows = rows;
      this.target = target;
    }

    @Override
    public void run() {
      if (from == 0) {
        from = rows.get_data_handle().address();
        to = target.get_data_handle().address();
      }
      transform.run(from, to);
    }
  }

  /** The linear layer's weight in that layout. */
  memory linear(String path, int out, int in, memory.desc layout) {
    memory.desc plain =
        new memory.desc(new long[] {out, in}, memory.data_type.f32, memory.format_tag.ab);
    return pack(path, parameter(path + ".weight", plain), layout);
  }

  private memory pack(String path, memory from, memory.desc layout) {
    plan.own(layout);
    return packed.stream()
        .filter(p -> p.path().equals(path) && p.layout().equals(layout))
        .map(Packed::memory)
        .findFirst()
        .orElseGet(
            () -> {
              memory to = plan.keep(layout);
              refresh.reorder(from, to, false);
              packed.add(new Packed(path, layout, to));
              return to;
            });
  }

  /** Called once, when every layer has its weights. */
  void finish() {
    movingPart = Optional.of(parameters.part(moving));
    calls = refresh.calls();
  }

  /** Re-orders all weights if a parameter has changed since. */
  void refresh() {
    long current = parameters.version();
    if (version != current) {
      for (Runnable call : calls) {
        call.run();
      }
      version = current;
    }
  }

  /** The running statistics of the batch norm at that path, which {@link #whileStatisticsMove}. */
  RunningStatistics statistics(
      String path, double momentum, memory mean, memory variance, long values) {
    moving.addAll(RunningStatistics.names(path));
    return new RunningStatistics(parameters, path, momentum, mean, variance, values);
  }

  /** Runs what refreshes, and then moves running statistics, which no weight depends on. */
  void whileStatisticsMove(Runnable forward) {
    Parameters.Part part = movingPart.orElseThrow();
    parameters.update(
        () -> {
          parameters.write(part, memory -> forward.run());
          version = parameters.version();
        });
  }
}
