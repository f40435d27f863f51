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
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A generated training pass bound for one batch size, with its memory. */
final class OneDnnTraining implements BoundTraining {
  private final TrainingPass pass;
  private final int threads;
  private final BoundPlan plan;
  private final TrainingWeights weights;
  private final PlanTensor input;
  private final List<Result> results;
  private final Transfer images;
  private final Optional<Transfer> inputGradient;
  private boolean closed;

  /** An output, and the ways of its values to the caller and of its gradient from there. */
  private record Result(PlanTensor output, Transfer value, Transfer gradient) {}

  /**
   * Binds the pass; the calling thread has to be set to the options' number of threads.
   *
   * @param options precision, threads, and whether bits repeat
   * @param layout the layout of activations, or nothing for the best that the network allows
   */
  OneDnnTraining(
      Parameters parameters,
      Gradients gradients,
      int batch,
      TrainingSettings settings,
      EngineOptions options,
      Optional<Layout> layout,
      boolean timed,
      Function<TrainingBinder, TrainingPass> network) {
    this.threads = options.threadsOrAll();
    Precision precision = options.precision();
    TrainingRecorder recorder = new TrainingRecorder(parameters, settings, batch);
    pass = network.apply(recorder);
    input = recorder.memories().use(pass.input());
    List<PlanTensor> outputs =
        pass.outputs().stream().map(o -> recorder.memories().use(o.value())).toList();
    PlanTensor gradient = recorder.memories().use(pass.inputGradient());
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
            recorder.memories().elements(),
            input,
            floats);
    try {
      weights = new TrainingWeights(plan, parameters, gradients);
      recorder.compile(plan, input, weights);
      images = Transfer.into(plan, input);
      results = results(recorder);
      inputGradient =
          settings.inputGradient() ? Optional.of(Transfer.outOf(plan, gradient)) : Optional.empty();
    } catch (RuntimeException | Error e) {
      plan.close();
      throw e;
    }
  }

  private List<Result> results(TrainingRecorder recorder) {
    List<Result> all = new ArrayList<>();
    for (TrainingOutput output : pass.outputs()) {
      PlanTensor value = recorder.memories().use(output.value());
      PlanTensor gradient = recorder.memories().use(output.gradient());
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
    BindChecks.array("images", plan.batch(), input, from);
    for (int i = 0; i < results.size(); i++) {
      BindChecks.array("output", plan.batch(), results.get(i).output(), to.get(i));
    }
    INDArray source = NativeValues.contiguous(from);
    List<INDArray> targets = to.stream().map(NativeValues::contiguous).toList();
    weights.whileStatisticsMove(
        () ->
            OneDnnLibrary.onThreads(
                threads,
                () -> {
                  weights.refresh();
                  images.run(NativeValues.address(source));
                  pass.forward();
                  for (int i = 0; i < results.size(); i++) {
                    results.get(i).value().run(NativeValues.address(targets.get(i)));
                  }
                }));
    for (int i = 0; i < results.size(); i++) {
      if (targets.get(i) != to.get(i)) {
        to.get(i).assign(targets.get(i));
      }
    }
    Reference.reachabilityFence(source);
    Reference.reachabilityFence(targets);
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
    BindChecks.array("gradient of the images", plan.batch(), input, gradient);
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
        plan.executions().forEach(Execution::reset);
      }
      forward(from, to);
      backward(to);
    }
    return plan.executions().stream().map(Execution::profile).toList();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      plan.close();
    }
  }
}
