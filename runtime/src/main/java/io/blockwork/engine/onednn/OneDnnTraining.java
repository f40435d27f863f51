package io.blockwork.engine.onednn;

import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingOutput;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A generated training pass bound for one batch size, with its memory. */
final class OneDnnTraining implements BoundTraining {
  private static final long NOWHERE = 0;

  private final TrainingPass pass;
  private final int threads;
  private final Optional<Frozen> frozen;
  private final BoundPlan plan;
  private final TrainingWeights weights;
  private final PlanTensor images;
  private final List<Result> results;

  /** The way of the images, or of what the frozen layers make of them, into the plan. */
  private final Transfer entry;

  /** What the frozen layers make of the images, if there are any. */
  private final long between;

  private final Optional<Transfer> inputGradient;
  private boolean closed;

  /** An output, and the ways of its values to the caller and of its gradient from there. */
  private record Result(PlanTensor output, Transfer value, Transfer gradient) {}

  /**
   * Frozen layers that run as inference before the others.
   *
   * @param prefix which they are
   * @param inference computes them; closed with the plan
   */
  record Frozen(FrozenPrefix prefix, OneDnnInference inference) {}

  /**
   * Binds the pass; the calling thread has to be set to the options' number of threads.
   *
   * @param options precision, threads, and whether bits repeat
   * @param layout the layout of activations, or nothing for the best that the network allows
   * @param frozen what the plan leaves out, and reads the results of
   */
  OneDnnTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      EngineOptions options,
      Optional<Layout> layout,
      Optional<Frozen> frozen,
      boolean timed,
      Function<TrainingBinder, TrainingPass> network) {
    this.threads = options.threadsOrAll();
    this.frozen = frozen;
    Precision precision = options.precision();
    TrainingRecorder recorder = new TrainingRecorder(parameters, settings, batch);
    frozen.ifPresent(f -> recorder.skip(f.prefix().length()));
    pass = network.apply(recorder);
    Memories memories = recorder.memories();
    images = memories.own(pass.input());
    PlanTensor input =
        memories.use(frozen.map(f -> memories.counterpart(f.prefix().output())).orElse(images));
    List<PlanTensor> outputs = pass.outputs().stream().map(o -> memories.use(o.value())).toList();
    pass.outputs().forEach(o -> memories.use(o.gradient()));
    PlanTensor gradient = memories.own(pass.inputGradient());
    Set<PlanTensor> floats =
        precision == Precision.FLOAT
            ? Set.of()
            : outputs.stream().filter(recorder::isLinearOutput).collect(Collectors.toSet());
    Layout chosen =
        precision == Precision.FLOAT && recorder.blocksFit(input, gradient)
            ? layout.orElse(Layout.BLOCKED)
            : Layout.CHANNELS_LAST;
    plan =
        new BoundPlan(
            new BoundPlan.Settings(
                batch,
                precision,
                chosen,
                options.deterministic(),
                WinogradChoice.onThisMachine(options.kernels(), batch),
                timed),
            memories.needed(),
            input,
            floats);
    try {
      weights = new TrainingWeights(plan, parameters, gradients);
      recorder.compile(plan, input, weights);
      entry = Transfer.into(plan, input);
      between =
          frozen.isPresent() ? plan.allocate(batch * input.elements() * Float.BYTES) : NOWHERE;
      results = results(memories);
      inputGradient =
          settings.inputGradient() ? Optional.of(Transfer.outOf(plan, gradient)) : Optional.empty();
    } catch (RuntimeException | Error e) {
      plan.close();
      throw e;
    }
  }

  private List<Result> results(Memories memories) {
    List<Result> all = new ArrayList<>();
    for (TrainingOutput output : pass.outputs()) {
      PlanTensor value = memories.own(output.value());
      PlanTensor gradient = memories.own(output.gradient());
      all.add(new Result(value, Transfer.outOf(plan, value), Transfer.into(plan, gradient)));
    }
    return all;
  }

  private void requireArrays(String what, List<INDArray> arrays) {
    requireOpen();
    if (arrays.size() != results.size()) {
      throw new IllegalArgumentException(
          SafeText.format("%s: expected %d arrays, got %d", what, results.size(), arrays.size()));
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this plan has been closed");
    }
  }

  @Override
  public void forward(INDArray from, List<INDArray> to) {
    requireArrays("outputs", to);
    BindChecks.array("images", plan.batch(), images, from);
    for (int i = 0; i < results.size(); i++) {
      BindChecks.array("output", plan.batch(), results.get(i).output(), to.get(i));
    }
    INDArray source = NativeValues.contiguous(from);
    List<INDArray> targets = to.stream().map(NativeValues::contiguous).toList();
    weights.whileStatisticsMove(
        () -> {
          long first = runFrozen(NativeValues.address(source));
          OneDnnLibrary.onThreads(threads, () -> runOthers(first, targets));
        });
    for (int i = 0; i < results.size(); i++) {
      if (targets.get(i) != to.get(i)) {
        to.get(i).assign(targets.get(i));
      }
    }
    Reference.reachabilityFence(source);
    Reference.reachabilityFence(targets);
  }

  /** Where the values are that the plan begins with: the images, or what is made of them. */
  private long runFrozen(long source) {
    if (frozen.isEmpty()) {
      return source;
    }
    frozen.get().inference().run(source, between);
    return between;
  }

  private void runOthers(long first, List<INDArray> targets) {
    weights.refresh();
    entry.run(first);
    pass.forward();
    for (int i = 0; i < results.size(); i++) {
      results.get(i).value().run(NativeValues.address(targets.get(i)));
    }
  }

  @Override
  public void backward(List<INDArray> gradients) {
    requireArrays("gradients of the outputs", gradients);
    for (int i = 0; i < results.size(); i++) {
      BindChecks.array(
          "gradient of the output", plan.batch(), results.get(i).output(), gradients.get(i));
    }
    List<INDArray> sources = gradients.stream().map(NativeValues::contiguous).toList();
    OneDnnLibrary.onThreads(
        threads,
        () -> {
          for (int i = 0; i < results.size(); i++) {
            results.get(i).gradient().run(NativeValues.address(sources.get(i)));
          }
          pass.backward();
        });
    Reference.reachabilityFence(sources);
  }

  @Override
  public void inputGradient(INDArray gradient) {
    requireOpen();
    Transfer transfer =
        inputGradient.orElseThrow(
            () ->
                new IllegalStateException(
                    "the gradient of the images was not requested when the pass was bound"));
    BindChecks.array("gradient of the images", plan.batch(), images, gradient);
    INDArray target = NativeValues.contiguous(gradient);
    transfer.run(NativeValues.address(target));
    if (target != gradient) {
      gradient.assign(target);
    }
  }

  /** The mean time of each primitive of the plan, which has to be timed. */
  List<KernelProfile> profile(INDArray from, int repetitions) {
    List<INDArray> to =
        results.stream()
            .map(Result::output)
            .map(
                o -> Nd4j.create(DataType.FLOAT, plan.batch(), o.channels(), o.height(), o.width()))
            .toList();
    for (int i = 0; i <= repetitions; i++) {
      if (i == 1) {
        executions().forEach(Execution::reset);
      }
      forward(from, to);
      backward(to);
    }
    return executions().map(Execution::profile).toList();
  }

  private Stream<Execution> executions() {
    return Stream.concat(
        frozen.stream().flatMap(f -> f.inference().executions().stream()),
        plan.executions().stream());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        plan.close();
      } finally {
        frozen.ifPresent(f -> f.inference().close());
      }
    }
  }
}
