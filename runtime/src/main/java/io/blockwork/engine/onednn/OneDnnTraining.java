package io.blockwork.engine.onednn;

import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A generated training pass bound for one batch size, with its memory. */
final class OneDnnTraining implements BoundTraining {
  private final TrainingPass pass;
  private final int threads;
  private final Plan plan;
  private final TrainingWeights weights;
  private final PlanTensor input;
  private final PlanTensor output;
  private final Transfer images;
  private final Transfer results;
  private final Transfer outputGradient;
  private final Optional<Transfer> inputGradient;
  private boolean closed;

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
    output = recorder.memories().use(pass.output());
    PlanTensor gradient = recorder.memories().use(pass.inputGradient());
    Set<PlanTensor> floats =
        precision != Precision.FLOAT && recorder.isLinearOutput(output) ? Set.of(output) : Set.of();
    Layout chosen =
        precision == Precision.FLOAT && recorder.blocksFit(input, gradient)
            ? layout.orElse(Layout.BLOCKED)
            : Layout.CHANNELS_LAST;
    plan =
        new Plan(
            new Plan.Settings(batch, precision, chosen, options.deterministic(), timed),
            recorder.memories().elements(),
            input,
            floats);
    try {
      weights = new TrainingWeights(plan, parameters, gradients);
      recorder.compile(plan, input, weights);
      images = Transfer.into(plan, input);
      results = Transfer.outOf(plan, output);
      outputGradient = Transfer.into(plan, recorder.memories().use(pass.outputGradient()));
      inputGradient =
          settings.inputGradient() ? Optional.of(Transfer.outOf(plan, gradient)) : Optional.empty();
    } catch (RuntimeException | Error e) {
      plan.close();
      throw e;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this plan has been closed");
    }
  }

  @Override
  public void forward(INDArray from, INDArray to) {
    requireOpen();
    Shapes.array("images", plan.batch(), input, from);
    Shapes.array("output", plan.batch(), output, to);
    INDArray source = NativeValues.contiguous(from);
    INDArray target = NativeValues.contiguous(to);
    weights.whileStatisticsMove(
        () ->
            OneDnnLibrary.onThreads(
                threads,
                () -> {
                  weights.refresh();
                  images.run(NativeValues.address(source));
                  pass.forward();
                  results.run(NativeValues.address(target));
                }));
    if (target != to) {
      to.assign(target);
    }
    Reference.reachabilityFence(source);
  }

  @Override
  public void backward(INDArray gradient) {
    requireOpen();
    Shapes.array("gradient of the output", plan.batch(), output, gradient);
    INDArray source = NativeValues.contiguous(gradient);
    OneDnnLibrary.onThreads(
        threads,
        () -> {
          outputGradient.run(NativeValues.address(source));
          pass.backward();
        });
    Reference.reachabilityFence(source);
  }

  @Override
  public void inputGradient(INDArray gradient) {
    requireOpen();
    Transfer transfer =
        inputGradient.orElseThrow(
            () ->
                new IllegalStateException(
                    "the pass was bound without the input's gradient; bind it with it"));
    Shapes.array("gradient of the images", plan.batch(), input, gradient);
    INDArray target = NativeValues.contiguous(gradient);
    transfer.run(NativeValues.address(target));
    if (target != gradient) {
      gradient.assign(target);
    }
  }

  /** The mean time of each primitive of the plan, which has to be timed. */
  List<KernelProfile> profile(INDArray from, int repetitions) {
    INDArray to =
        Nd4j.create(
            DataType.FLOAT, plan.batch(), output.channels(), output.height(), output.width());
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
